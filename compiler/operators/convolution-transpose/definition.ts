// SPDX-License-Identifier: Apache-2.0
// convolution_transpose: transposed convolution in the reference's own float32 operations, 1-D or 2-D, with groups.
import type { ProgramTensor } from '../../codegen/program.js'
import type { ConvolutionTransposeAttributes } from '../../ir/float-operators.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { resultConstants } from '../output-quantum.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

/** [height, width]; 1-D has a height of 1 (or `one`). */
const planar = (values: readonly number[], one = 1): [number, number] =>
  values.length === 1 ? [one, values[0]!] : [values[0]!, values[1]!]

export const convolutionTranspose = defineOperator({
  name: 'convolution_transpose',
  summary: 'transposed convolution in float32, 1-D and 2-D',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { attributes } = node
    const { weight, group, weightScales, output: quantization } = attributes
    const values = inputValues(attributes.inputValues, input.type)
    const channels = input.shape[1]! / group
    const [kernelHeight, kernelWidth] = planar(weight.shape.slice(2))
    const count = kernelHeight * kernelWidth * channels
    const weights = weightRecords(attributes, output.shape[1]!, count)
    const segment = joinBytes([values.segment, weights])
    const recordBytes = weights.length / output.shape[1]!
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'convolution-transpose',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
          ...values.constants,
          VALUES: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          WEIGHTS: { kind: 'segment', offset: values.segment.length },
          RECORD: { kind: 'scratch', offset: values.segment.length },
          RECORD_BYTES: { kind: 'usize', value: recordBytes },
          TAPS: { kind: 'scratch', offset: values.segment.length + recordBytes },
          WEIGHT_IS_FLOAT: { kind: 'bool', value: weightScales === null },
          WEIGHT_ELEMENT: { kind: 'type', value: weight.type === 'uint8' ? 'u8' : 'i8' },
          ...shapeConstants(attributes, input, output),
          ...resultConstants(quantization, output.type),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: values.segment.length + recordBytes + count * 4,
        segment,
        macs: sizeOf(input.shape) * (output.shape[1]! / group) * kernelHeight * kernelWidth,
        weightBytes: weight.data.byteLength,
        requantizer: quantization ? 'float' : null,
      },
    ]
  },
})

function shapeConstants(
  { group, weight, strides, dilations, pads }: ConvolutionTransposeAttributes,
  input: ProgramTensor,
  output: ProgramTensor,
) {
  const [inputHeight, inputWidth] = planar(input.shape.slice(2))
  const [outputHeight, outputWidth] = planar(output.shape.slice(2))
  const [kernelHeight, kernelWidth] = planar(weight.shape.slice(2))
  const [strideY, strideX] = planar(strides)
  const [dilationY, dilationX] = planar(dilations)
  const [padTop, padLeft] = planar(pads, 0)
  const size = (value: number) => ({ kind: 'usize', value }) as const
  const signed = (value: number) => ({ kind: 'i32', value }) as const
  return {
    BATCHES: size(input.shape[0]!),
    CHANNELS: size(input.shape[1]!),
    GROUP_CHANNELS: size(input.shape[1]! / group),
    OUTPUTS: size(output.shape[1]!),
    GROUP_OUTPUTS: size(output.shape[1]! / group),
    INPUT_HEIGHT: signed(inputHeight),
    INPUT_WIDTH: signed(inputWidth),
    OUTPUT_HEIGHT: signed(outputHeight),
    OUTPUT_WIDTH: signed(outputWidth),
    KERNEL_HEIGHT: signed(kernelHeight),
    KERNEL_WIDTH: signed(kernelWidth),
    STRIDE_Y: signed(strideY),
    STRIDE_X: signed(strideX),
    DILATION_Y: signed(dilationY),
    DILATION_X: signed(dilationX),
    PAD_TOP: signed(padTop),
    PAD_LEFT: signed(padLeft),
  }
}

/** For each output channel: bias (or -0, which adds nothing), scale and zero point, then its weights [kernel][channel], padded to 4 bytes. */
function weightRecords(
  attributes: ConvolutionTransposeAttributes,
  outputs: number,
  count: number,
): Uint8Array {
  const { weight, group, bias, weightScales, weightZeroPoints } = attributes
  const [taps, perGroup] = [sizeOf(weight.shape.slice(2)), outputs / group]
  const channels = count / taps
  return joinBytes(
    Array.from({ length: outputs }, (_, o) => {
      const own = allocate(weight.type, count)
      const first = Math.floor(o / perGroup) * channels
      for (let i = 0; i < count; i++) {
        const [tap, channel] = [Math.floor(i / channels), i % channels]
        own[i] = weight.data[((first + channel) * perGroup + (o % perGroup)) * taps + tap]!
      }
      const bytes = bytesOf(own)
      return [
        bytesOf(Float32Array.of(bias ? bias[o]! : -0, weightScales?.[o] ?? 1)),
        bytesOf(Int32Array.of(weightZeroPoints[o] ?? 0)),
        bytes,
        new Uint8Array(-bytes.length & 3),
      ]
    }).flat(),
  )
}
