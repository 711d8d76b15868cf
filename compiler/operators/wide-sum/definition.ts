// SPDX-License-Identifier: Apache-2.0
// wide_sum: convolutions and matrix products with constant weights where quanta have 16 bits; 64-bit accumulators, and
// rule R in the float32 operations that it is written in.
import { CapletError } from '../../errors.js'
import { rowMajorOrder } from '../../ir/layout.js'
import type { WideSumAttributes } from '../../ir/sum-operators.js'
import { type QuantumType, rangeOf, sizeOf } from '../../ir/types.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { nativeType } from '../native-type.js'
import { joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { geometryConstants } from '../weighted-sum/geometry.js'
import { reference } from './reference.js'

const recordBytes = 16

export const wideSum = defineOperator({
  name: 'wide_sum',
  summary: 'convolution or matrix product with quanta of 16 bits, 64-bit accumulators',
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
    const { weight, requantization } = attributes
    requireExactDoubles(node, input.type as QuantumType)
    const units = weight.shape[0]!
    const channels = Array.from({ length: units }, (_, o) => encodeChannel(attributes, o))
    const { zeroPoint, min, max } = requantization ?? { zeroPoint: 0, min: 0, max: 0 }
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'wide-sum',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          WEIGHTS: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          CHANNEL_BYTES: { kind: 'usize', value: channels[0]!.length },
          ELEMENT: { kind: 'type', value: nativeType(node, input) },
          WEIGHT: { kind: 'type', value: nativeType(node, { ...output, type: weight.type }) },
          RESULT: { kind: 'type', value: nativeType(node, output) },
          INPUT_ZERO_POINT: { kind: 'i32', value: attributes.inputZeroPoint },
          OUTPUT_ZERO_POINT: { kind: 'i32', value: zeroPoint },
          OUTPUT_MIN: { kind: 'i32', value: min },
          OUTPUT_MAX: { kind: 'i32', value: max },
          ...geometryConstants(node, input, output),
        },
        inputs: [...node.inputs],
        outputs: [output.name],
        scratchBytes: channels[0]!.length,
        segment: joinBytes(channels),
        macs: (sizeOf(output.shape) / units) * sizeOf(weight.shape),
        weightBytes: weight.data.byteLength,
        requantizer: requantization ? 'float' : null,
      },
    ]
  },
})

/** [ bias i64 | multiplier f32 | weight zero point i32 | weights in the order of k ], filled up to 8 bytes. */
function encodeChannel(attributes: WideSumAttributes, o: number): Uint8Array {
  const { weight, weightZeroPoints, bias, requantization, floatMultipliers } = attributes
  const multipliers = requantization?.multipliers ?? floatMultipliers!
  const depth = sizeOf(weight.shape.slice(1))
  const size = weight.data.BYTES_PER_ELEMENT
  const view = new DataView(new ArrayBuffer(recordBytes + Math.ceil((depth * size) / 8) * 8))
  view.setBigInt64(0, BigInt(bias?.[o] ?? 0), true)
  view.setFloat32(8, multipliers[o % multipliers.length]!, true)
  view.setInt32(12, weightZeroPoints[o % weightZeroPoints.length]!, true)
  for (let k = 0; k < depth; k++) {
    const value = Number(weight.data[o * depth + k])
    if (size === 2) view.setUint16(recordBytes + k * 2, value & 0xffff, true)
    else view.setUint8(recordBytes + k, value & 0xff)
  }
  return new Uint8Array(view.buffer)
}

/** Beyond 2^53 the conversion to float32 would not be that of an exact number in the reference. */
function requireExactDoubles(node: TypedNode<'wide_sum'>, inputType: QuantumType): void {
  const { weight, weightZeroPoints, bias, inputZeroPoint } = node.attributes
  const { min, max } = rangeOf(inputType)
  const largest = Math.max(inputZeroPoint - min, max - inputZeroPoint)
  const units = weight.shape[0]!
  const depth = sizeOf(weight.shape.slice(1))
  for (let o = 0; o < units; o++) {
    const zeroPoint = weightZeroPoints[o % weightZeroPoints.length]!
    let bound = Math.abs(bias?.[o] ?? 0)
    for (let k = 0; k < depth; k++) {
      bound += largest * Math.abs(Number(weight.data[o * depth + k]) - zeroPoint)
    }
    if (bound < 2 ** 53) continue
    throw new CapletError({
      code: 'accumulator-overflow',
      message: `Output channel ${o} may sum up to ${bound}, beyond 53 bits.`,
      remedy: 'Use fewer input channels, or weights and biases of smaller magnitude (larger scales).',
      node: node.name,
      operator: node.operator,
    })
  }
}
