// SPDX-License-Identifier: Apache-2.0
// CONV_2D and DEPTHWISE_CONV_2D of int8 with int8 or int4 weights. The zero points of weights are not looked at, as in
// TFLite Micro. Weights [O, h, w, C] and [1, h, w, O] become [O, C, h, w].
import type { Tensor } from '../../ir/graph.js'
import { type Constant, sizeOf } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { productRequantization, windowOf } from '../tflite-rules.js'
import { tfliteBias } from '../tflite-sums.js'

export const convolution: TfliteOperator = {
  name: 'CONV_2D',
  inputs: [2, 3],
  convert(node, conversion) {
    const [input, weight] = [node.input(0), node.input(1)]
    node.requireRank(input, 4)
    node.requireRank(weight, 4)
    const [outChannels, height, width, groupChannels] = weight.shape as [number, number, number, number]
    const channels = input.shape[3]!
    const group = channels / groupChannels
    if (!Number.isInteger(group) || outChannels % group !== 0 || outChannels < 1) {
      throw node.malformed(`A weight [${weight.shape}] does not fit ${channels} channels`)
    }
    const constant = permuted(node.constant(1, 'The weight'), [0, 3, 1, 2])
    emitConvolution(node, conversion, { constant, axis: 0, outChannels, kernel: [height, width], group })
  },
}

export const depthwise: TfliteOperator = {
  name: 'DEPTHWISE_CONV_2D',
  inputs: [2, 3],
  convert(node, conversion) {
    const [input, weight] = [node.input(0), node.input(1)]
    node.requireRank(input, 4)
    node.requireRank(weight, 4)
    const [one, height, width, outChannels] = weight.shape as [number, number, number, number]
    const group = input.shape[3]!
    if (node.node.inputs.length === 3 && !node.has(2)) {
      throw node.refused(
        'TFLite Micro crashes where the bias is listed, but absent',
        'Leave the third input away.',
      )
    }
    if (one !== 1 || group < 1 || outChannels % group !== 0 || outChannels < 1) {
      throw node.malformed(`A weight [${weight.shape}] does not fit ${group} channels`)
    }
    const constant = permuted(node.constant(1, 'The weight'), [3, 0, 1, 2])
    emitConvolution(node, conversion, { constant, axis: 3, outChannels, kernel: [height, width], group })
  },
}

interface Layer {
  /** [O, C / group, h, w] */
  readonly constant: Constant
  /** Of the file's weight, along which its scales may run. */
  readonly axis: number
  readonly outChannels: number
  readonly kernel: readonly [number, number]
  readonly group: number
}

function emitConvolution(
  node: TfliteNode,
  conversion: TfliteConversion,
  { constant, axis, outChannels, kernel, group }: Layer,
): void {
  const [input, weight, output] = [node.input(0), node.input(1), node.output()]
  for (const tensor of [input, weight, output]) node.requireType(tensor, 'int8')
  const dilations = [node.int('dilationHeight'), node.int('dilationWidth')] as const
  const window = windowOf(node, input, output, kernel, outChannels, dilations)
  const quantization = node.quantization(input)
  const y = conversion.emit(
    'convolution',
    [conversion.channelsFirst(input.name)],
    { type: output.type, shape: channelsFirst(output) },
    {
      ...window,
      group,
      weight: constant,
      weightZeroPoints: [0],
      bias: tfliteBias(node, 2, outChannels),
      inputZeroPoint: quantization.zeroPoint,
      requantization: productRequantization(
        node,
        quantization,
        weightScales(node, weight, outChannels, axis),
        output,
      ),
    },
  )
  conversion.defineChannelsFirst(output.name, y)
}

function weightScales(
  node: TfliteNode,
  weight: Tensor,
  outChannels: number,
  axis: number,
): readonly number[] {
  const { scales, axis: own } = node.scales(weight)
  if (scales.length === 1 || (scales.length === outChannels && own === axis)) return scales
  throw node.error(
    'inconsistent-quantization',
    `The weight [${weight.shape}] has ${scales.length} scales along axis ${own}`,
    `Give one scale, or one per output channel along axis ${axis}.`,
  )
}

const channelsFirst = ({ shape }: Tensor): number[] => [shape[0]!, shape[3]!, shape[1]!, shape[2]!]

/** Axis i of the result is axis permutation[i] of the constant. */
function permuted({ type, shape, data }: Constant, permutation: readonly number[]): Constant {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const newShape = permutation.map((axis) => shape[axis]!)
  const result = data.slice()
  for (let index = 0; index < result.length; index++) {
    let rest = index
    let source = 0
    for (let axis = permutation.length - 1; axis >= 0; axis--) {
      source += (rest % newShape[axis]!) * strides[permutation[axis]!]!
      rest = Math.floor(rest / newShape[axis]!)
    }
    result[index] = data[source]! as never
  }
  return { type, shape: newShape, data: result }
}
