// SPDX-License-Identifier: Apache-2.0
// weighted_sum: convolutions and matrix products with constant weights whose sums are not requantized: int32 for what is
// quantized at run time, float32 in the reference's own order where it leaves the layer in float.
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { rowMajorOrder } from '../../ir/layout.js'
import { sizeOf } from '../../ir/types.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { elementType } from '../element-type.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { encodeWeights, tileOf } from './blocks.js'
import { geometryConstants } from './geometry.js'
import { reference } from './reference.js'

type SumNode = TypedNode<'weighted_sum'>

export const weightedSum = defineOperator({
  name: 'weighted_sum',
  summary: 'convolution or matrix product with constant weights, int32 or float32 sums',
  layout: 'strided',
  chooseOrders: (node, [input], output) =>
    node.attributes.weight.shape.length === 2
      ? { input: rowMajorOrder(input!.shape.length), output: rowMajorOrder(output.shape.length) }
      : { input: null, output: input!.order },
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { attributes } = node
    const tile = tileOf(attributes)
    const table = attributes.inputValues ? bytesOf(attributes.inputValues) : new Uint8Array(0)
    const weights = encodeWeights(attributes, tile)
    const units = attributes.weight.shape[0]!
    const tileEnd = table.length + tile.lanes * (12 + tile.chunk * 4)
    const productBytes = attributes.order.tailBlock !== null ? tile.chunk * 4 : 0
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'weighted-sum',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          WEIGHTS: { kind: 'segment', offset: 0 },
          TABLE: { kind: 'scratch', offset: 0 },
          RECORDS: { kind: 'scratch', offset: table.length },
          TILE: { kind: 'scratch', offset: table.length + tile.lanes * 12 },
          PRODUCTS: { kind: 'scratch', offset: tileEnd },
          TABLE_BYTES: { kind: 'usize', value: table.length },
          LANES: { kind: 'usize', value: tile.lanes },
          CHUNK: { kind: 'usize', value: tile.chunk },
          ...typeConstants(node, input, output),
          ...orderConstants(node, output, tile.isBlocked),
          ...geometryConstants(node, input, output),
        },
        inputs: [...node.inputs],
        outputs: [output.name],
        scratchBytes: Math.ceil((tileEnd + productBytes) / 8) * 8,
        segment: joinBytes([table, weights]),
        macs: (sizeOf(output.shape) / units) * sizeOf(attributes.weight.shape),
        weightBytes: attributes.weight.data.byteLength,
      },
    ]
  },
})

function typeConstants(
  node: SumNode,
  input: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const { arithmetic, weight, inputValues, inputZeroPoint } = node.attributes
  const weightType = weight.type === 'float32' ? 'f32' : weight.type === 'int8' ? 'i8' : 'u8'
  return {
    ELEMENT: { kind: 'type', value: elementType(node, input) },
    SUM: { kind: 'type', value: arithmetic === 'float' ? 'f32' : 'i32' },
    WEIGHT: { kind: 'type', value: weightType },
    USES_TABLE: { kind: 'bool', value: inputValues !== null },
    OUTPUT_IS_FLOAT: { kind: 'bool', value: output.type === 'float32' },
    ZERO_IS_STORED: { kind: 'bool', value: inputZeroPoint === null },
    ZERO_ADDRESS:
      inputZeroPoint === null ? { kind: 'address', tensor: node.inputs[1]! } : { kind: 'usize', value: 0 },
    INPUT_ZERO_POINT: { kind: 'i32', value: inputZeroPoint ?? 0 },
  }
}

function orderConstants(
  { attributes }: SumNode,
  { shape }: ProgramTensor,
  isBlocked: boolean,
): Record<string, KernelConstant> {
  const { order, bias } = attributes
  const isRows = attributes.weight.shape.length === 2
  const whole = (columns: number) => columns - (columns % 4)
  const nowhere = 2 ** 31
  return {
    HAS_TAIL: { kind: 'bool', value: order.tailBlock !== null },
    TAIL_BLOCK: { kind: 'usize', value: order.tailBlock ?? 1 },
    TAIL_PIXEL: { kind: 'usize', value: isRows ? nowhere : whole(sizeOf(shape.slice(2))) },
    TAIL_CHANNEL: { kind: 'usize', value: isRows ? whole(shape.at(-1)!) : nowhere },
    IS_BLOCKED: { kind: 'bool', value: isBlocked },
    ALPHA: { kind: 'f32', value: order.alpha },
    BIAS_FIRST: { kind: 'bool', value: bias !== null && order.biasFirst },
    ADDS_BIAS_LAST: { kind: 'bool', value: bias !== null && !order.biasFirst },
  }
}
