// SPDX-License-Identifier: Apache-2.0
// fixed_convolution: what TFLite Micro sums in int64 (int16 activations), and its transposed convolution.
import { encodeDoubleRecord } from '../../arithmetic/fixed-point.js'
import { encodeWideRecord, WIDE_LIMIT } from '../../arithmetic/wide-fixed-point.js'
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import type { FixedConvolutionAttributes } from '../../ir/fixed-operators.js'
import { sizeOf } from '../../ir/types.js'
import { alignUp } from '../../memory/plan.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'
import { encodeTiles, lanesOf } from './tiles.js'

type ConvolutionNode = TypedNode<'fixed_convolution'>

export const fixedConvolution = defineOperator({
  name: 'fixed_convolution',
  summary:
    'convolution and transposed convolution of int8 or int16, accumulators of 32 or 64 bits, in fixed point',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { attributes } = node
    const partial = partialOf(node, input)
    const records = recordsOf(attributes)
    const lanes = lanesOf(attributes)
    const depth = sizeOf(attributes.weight.shape.slice(1))
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-convolution',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: nativeType(node, input) },
          RESULT: { kind: 'type', value: nativeType(node, output) },
          ACCUMULATOR: { kind: 'type', value: attributes.accumulatorBits === 32 ? 'i32' : 'i64' },
          PARTIAL: { kind: 'type', value: partial },
          WEIGHTS: { kind: 'segment', offset: 0 },
          TILE: { kind: 'scratch', offset: 0 },
          LANES: { kind: 'usize', value: lanes },
          ...geometryConstants(attributes, input, output),
          ...finishConstants(attributes),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: alignUp(lanes * (records[0]!.length + depth), 8),
        segment: encodeTiles(attributes, records),
        macs: (sizeOf(output.shape) / attributes.weight.shape[0]!) * sizeOf(attributes.weight.shape),
        weightBytes:
          attributes.weight.data.byteLength +
          (attributes.bias ? attributes.bias.length * (attributes.accumulatorBits / 8) : 0),
        requantizer: attributes.accumulatorBits === 32 ? 'double' : 'wide',
      },
    ]
  },
})

/** Sums over the channels of one tap stay within 32 bits, or (an accumulator that wraps) may leave them. */
function partialOf(node: ConvolutionNode, input: ProgramTensor): 'i32' | 'i64' {
  const { weight, bias, inputZeroPoint, accumulatorBits } = node.attributes
  const limit = input.type === 'int16' ? 2 ** 15 : 2 ** 7
  const largest = limit + Math.abs(inputZeroPoint)
  if (accumulatorBits === 32) return 'i32'
  const channels = weight.shape[0]!
  const depth = weight.data.length / channels
  let mostOfAll = 0
  for (let o = 0; o < channels; o++) {
    const own = Array.from(weight.data.subarray(o * depth, (o + 1) * depth) as Int8Array, Math.abs)
    const most = largest * own.reduce((sum, w) => sum + w, 0)
    mostOfAll = Math.max(mostOfAll, most)
    if (most + Math.abs(bias?.[o] ?? 0) >= WIDE_LIMIT) throw tooWide(node, o)
  }
  return mostOfAll < 2 ** 31 ? 'i32' : 'i64'
}

const tooWide = (node: ConvolutionNode, channel: number) =>
  new CapletError({
    code: 'accumulator-overflow',
    message: `Output channel ${channel} may sum up to 2^47 or more, where the reference's rule ends.`,
    remedy: 'Convert the model with a bias of smaller magnitude.',
    node: node.name,
    operator: node.operator,
  })

function recordsOf({
  weight,
  bias,
  requantization,
  accumulatorBits,
}: FixedConvolutionAttributes): Uint8Array[] {
  const { fixed } = requantization
  return Array.from({ length: weight.shape[0]! }, (_, o) => {
    const by = fixed[fixed.length === 1 ? 0 : o]!
    const own = bias?.[o] ?? 0
    return accumulatorBits === 32 ? encodeDoubleRecord(own, by) : encodeWideRecord(own, by)
  })
}

function finishConstants({ inputZeroPoint, requantization, accumulatorBits }: FixedConvolutionAttributes) {
  const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
  const [symbol, record] =
    accumulatorBits === 32
      ? (['requantizeDouble', 'DOUBLE_RECORD_BYTES'] as const)
      : (['requantizeWide', 'WIDE_RECORD_BYTES'] as const)
  return {
    requantize: { kind: 'code', symbol, from: 'requantize' },
    RECORD_BYTES: { kind: 'code', symbol: record, from: 'requantize' },
    INPUT_ZERO_POINT: i32(inputZeroPoint),
    OUTPUT_ZERO_POINT: i32(requantization.zeroPoint),
    OUTPUT_MIN: i32(requantization.min),
    OUTPUT_MAX: i32(requantization.max),
  } as const
}

function geometryConstants(
  { weight, group, placing: [rows, columns] }: FixedConvolutionAttributes,
  input: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
  const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
  return {
    BATCHES: usize(input.shape[0]!),
    CHANNELS: usize(input.shape[1]!),
    GROUPS: usize(group),
    GROUP_CHANNELS: usize(weight.shape[1]!),
    OUTPUTS: usize(output.shape[1]!),
    INPUT_HEIGHT: i32(input.shape[2]!),
    INPUT_WIDTH: i32(input.shape[3]!),
    OUTPUT_HEIGHT: i32(output.shape[2]!),
    OUTPUT_WIDTH: i32(output.shape[3]!),
    KERNEL_HEIGHT: i32(weight.shape[2]!),
    KERNEL_WIDTH: i32(weight.shape[3]!),
    UP_Y: i32(rows.up),
    UP_X: i32(columns.up),
    PAD_Y: i32(rows.pad),
    PAD_X: i32(columns.pad),
    STEP_Y: i32(rows.step),
    STEP_X: i32(columns.step),
    DOWN_Y: i32(rows.down),
    DOWN_X: i32(columns.down),
  }
}
