// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE_CONV of int8, and of int16 with int8 weights [O, h, w, C]. The pads follow from the output's size.
import type { FixedRequantization, Placing } from '../../ir/fixed-operators.js'
import { channelsFirst, permuted, requireZeroPoints, weightScales } from '../convolution/tflite.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { productRequantization } from '../tflite-rules.js'
import { tfliteBias, type WideSum, wideSum } from '../tflite-sums.js'

export const transposeConvolution: TfliteOperator = {
  name: 'TRANSPOSE_CONV',
  inputs: [3, 4],
  convert(node, conversion) {
    const [weight, input, output] = [node.input(1), node.input(2), node.output()]
    node.requireType(input, 'int8', 'int16')
    node.requireType(output, input.type)
    node.requireType(weight, 'int8')
    for (const tensor of [weight, input, output]) node.requireRank(tensor, 4)
    const [outChannels, height, width, channels] = weight.shape as [number, number, number, number]
    if (channels !== input.shape[3] || outChannels < 1) {
      throw node.malformed(`A weight [${weight.shape}] does not fit ${input.shape[3]} channels`)
    }
    // Shapes are static: TFLite Micro does not read one that is computed.
    if (node.input(0).constant) node.requireShape(output, node.integers(0, 'The output shape'))
    node.requireShape(output, [input.shape[0]!, output.shape[1]!, output.shape[2]!, outChannels])
    if (input.type === 'int16') requireZeroPoints(node, input, output)
    const quantization = node.quantization(input)
    const scales = weightScales(node, weight, outChannels, 0)
    const requantization = productRequantization(node, quantization, scales, output)
    const y = conversion.emit(
      'fixed_convolution',
      [conversion.channelsFirst(input.name)],
      { type: output.type, shape: channelsFirst(output) },
      {
        weight: permuted(node.constant(1, 'The weight'), [0, 3, 1, 2]),
        ...sumOf(node, requantization, outChannels),
        group: 1,
        inputZeroPoint: quantization.zeroPoint,
        placing: [placingOf(node, 0, height), placingOf(node, 1, width)],
      },
    )
    conversion.defineChannelsFirst(output.name, y)
  },
}

function sumOf(node: TfliteNode, requantization: FixedRequantization, channels: number): WideSum {
  if (node.output().type === 'int16') return wideSum(node, 3, channels, ['int64', 'int16'], requantization)
  const bias = tfliteBias(node, 3, channels)
  return { bias: bias && Float64Array.from(bias), accumulatorBits: 32, requantization }
}

/** SAME pads as a convolution from the output to an input of output / stride, rounded up, would. */
function placingOf(node: TfliteNode, axis: 0 | 1, kernel: number): Placing {
  const stride = node.int(axis === 0 ? 'strideHeight' : 'strideWidth')
  const padding = node.int('padding')
  if (!(stride >= 1 && stride <= 1 << 24) || kernel < 1 || (padding !== 0 && padding !== 1)) {
    throw node.malformed(`Stride ${stride}, kernel ${kernel} and padding ${padding} do not fit`)
  }
  const size = node.output().shape[axis + 1]!
  const total = padding === 0 ? Math.max((Math.ceil(size / stride) - 1) * stride + kernel - size, 0) : 0
  return { up: 1, pad: -Math.floor(total / 2), step: -1, down: stride }
}
