// SPDX-License-Identifier: Apache-2.0
// CONV_2D and DEPTHWISE_CONV_2D of int8 with int8 or int4 weights, and of int16 with int8 weights. The zero points of
// weights are not looked at, as in TFLite Micro. Weights [O, h, w, C] and [1, h, w, O] become [O, C, h, w].
import type { Placing } from '../../ir/fixed-operators.js'
import type { Tensor } from '../../ir/graph.js'
import type { Window } from '../../ir/operators.js'
import { type Constant, sizeOf } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { productRequantization, windowOf } from '../tflite-rules.js'
import { tfliteBias, wideSum } from '../tflite-sums.js'

export const convolution: TfliteOperator = {
  name: 'CONV_2D',
  inputs: [2, 3],
  int4: 1,
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
    const layer = { constant, axis: 0, outChannels, kernel: [height, width], group } as const
    emitConvolution(node, conversion, { ...layer, wideBiases: ['int64', 'int32'] })
  },
}

export const depthwise: TfliteOperator = {
  name: 'DEPTHWISE_CONV_2D',
  inputs: [2, 3],
  int4: 1,
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
    const layer = { constant, axis: 3, outChannels, kernel: [height, width], group } as const
    emitConvolution(node, conversion, { ...layer, wideBiases: ['int64'] })
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
  /** Of a bias to int16 activations. */
  readonly wideBiases: readonly ('int32' | 'int64')[]
}

function emitConvolution(node: TfliteNode, conversion: TfliteConversion, layer: Layer): void {
  const { constant, axis, outChannels, kernel, group } = layer
  const [input, weight, output] = [node.input(0), node.input(1), node.output()]
  node.requireType(input, 'int8', 'int16')
  node.requireType(output, input.type)
  node.requireType(weight, 'int8')
  const dilations = [node.int('dilationHeight'), node.int('dilationWidth')] as const
  const window = windowOf(node, input, output, kernel, outChannels, dilations)
  const quantization = node.quantization(input)
  const scales = weightScales(node, weight, outChannels, axis)
  const requantization = productRequantization(node, quantization, scales, output)
  const x = conversion.channelsFirst(input.name)
  const form = { type: output.type, shape: channelsFirst(output) }
  if (input.type === 'int16') {
    requireZeroPoints(node, input, output)
    const attributes = {
      ...{ weight: constant, group, inputZeroPoint: 0, placing: placingOf(window) },
      ...wideSum(node, 2, outChannels, layer.wideBiases, requantization),
    }
    conversion.defineChannelsFirst(output.name, conversion.emit('fixed_convolution', [x], form, attributes))
    return
  }
  const attributes = {
    ...{ ...window, group, weight: constant, weightZeroPoints: [0], requantization },
    bias: tfliteBias(node, 2, outChannels),
    inputZeroPoint: quantization.zeroPoint,
  }
  conversion.defineChannelsFirst(output.name, conversion.emit('convolution', [x], form, attributes))
}

/** TFLite Micro takes them for 0 in a convolution of int16. */
export function requireZeroPoints(node: TfliteNode, ...tensors: readonly Tensor[]): void {
  const tensor = tensors.find((one) => node.quantization(one).zeroPoint !== 0)
  if (!tensor) return
  throw node.refused(
    `TFLite Micro takes the zero point of "${tensor.name}" for 0, but it is ${node.quantization(tensor).zeroPoint}`,
    'Convert the model again: int16 activations are symmetric.',
  )
}

const placingOf = ({ strides, dilations, pads }: Window): readonly [Placing, Placing] => {
  const [rows, columns] = [0, 1].map((axis) => ({
    ...{ up: strides[axis]!, pad: pads[axis]!, step: dilations[axis]!, down: 1 },
  })) as [Placing, Placing]
  return [rows, columns]
}

/** One, or one per output channel along `axis` of the file's weight. */
export function weightScales(
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

export const channelsFirst = ({ shape }: Tensor): number[] => [shape[0]!, shape[3]!, shape[1]!, shape[2]!]

/** Axis i of the result is axis permutation[i] of the constant. */
export function permuted({ type, shape, data }: Constant, permutation: readonly number[]): Constant {
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
