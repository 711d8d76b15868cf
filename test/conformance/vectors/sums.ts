// SPDX-License-Identifier: Apache-2.0
// Vectors of convolutions, fully connected layers and matrix products.
import { sizeOf } from '../../../compiler/ir/types.js'
import type { TfliteTensor } from '../../../runtime/oracle/write-tflite.js'
import type { VectorFile } from '../vector-file.js'
import { modelOf, outputOf, planeOf, requantized, single, typeOf, type Vector } from './vector.js'

/** Input and output with their zero points; the batch is what the arrays hold, 1 where the input is another layer's output. */
function edges(file: VectorFile) {
  const channels = { input: file.number('IN_CH'), output: file.number('OUT_CH') }
  const inputs = file.arrayOrNull(['input'])
  const inputShape = [...planeOf(file, 'INPUT', ['H', 'W']), channels.input]
  const batch = inputs ? inputs.length / sizeOf(inputShape) : 1
  const type = inputs ? typeOf(inputs) : 'int8'
  const input = { name: 'input', type, shape: [batch, ...inputShape] }
  return {
    ...{ channels, batch, type },
    input: { ...input, scales: [1], zeroPoints: [-file.number('INPUT_OFFSET')] },
  }
}

/** Where there is none, one of zeros makes the sums of int16 those of 32 bits that the name of such a vector demands. */
function biasOf(file: VectorFile, channels: number): TfliteTensor[] {
  const none = /xint32_/.test(file.name) ? new Int32Array(channels) : null
  const data = file.arrayOrNull(['biases', 'bias', 'input_bias'], channels) ?? none
  if (data === null) return []
  const type = data instanceof BigInt64Array ? 'int64' : 'int32'
  return [{ name: 'bias', type, shape: [channels], data, ...single }]
}

function weightOf(file: VectorFile, shape: readonly number[], axis: number, channels: number): TfliteTensor {
  const data = file.array(['weights', 'input_weights'])
  const isInt4 = data.length < sizeOf(shape)
  const scales = Array.from({ length: channels }, () => 1)
  const quantization = { scales, zeroPoints: scales.map(() => 0), axis }
  return { name: 'weight', type: isInt4 ? 'int4' : 'int8', shape, data, ...quantization }
}

const paddingOf = (pads: readonly number[], isSame: boolean): number =>
  isSame || pads.some((pad) => pad > 0) ? 0 : 1

export function convolution(file: VectorFile, isDepthwise = file.has('CH_MULT')): Vector {
  const { channels, batch, type, input } = edges(file)
  const kernel = planeOf(file, 'FILTER', ['Y', 'X'])
  const outputs = planeOf(file, 'OUTPUT', ['H', 'W'])
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['Y', 'X']) as [number, number]
  const [dilationHeight, dilationWidth] = planeOf(file, 'DILATION', ['Y', 'X']) as [number, number]
  const groupChannels = file.has('FILTER_CH') ? file.number('FILTER_CH') : channels.input
  const isSame = outputs.every(
    (size, axis) => size === Math.ceil(input.shape[axis + 1]! / [strideHeight, strideWidth][axis]!),
  )
  const weight = isDepthwise
    ? weightOf(file, [1, ...kernel, channels.output], 3, channels.output)
    : weightOf(file, [channels.output, ...kernel, groupChannels], 0, channels.output)
  const options = {
    padding: paddingOf(planeOf(file, 'PAD', ['Y', 'X']), isSame),
    ...{ strideHeight, strideWidth, dilationHeight, dilationWidth },
    ...(isDepthwise ? { depthMultiplier: channels.output / channels.input } : {}),
  }
  const bias = biasOf(file, channels.output)
  const shape = [batch, ...outputs, channels.output]
  const names = ['input', 'weight', ...bias.map(({ name }) => name)]
  const operator = isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D'
  const tensors = [input, weight, ...bias, outputOf(file, type, shape)]
  return {
    text: modelOf({ operator, inputs: names, options }, tensors),
    attributes: [requantized(file, channels.output)],
  }
}

export function transposedConvolution(file: VectorFile): Vector {
  const { channels, batch, type, input } = edges(file)
  const shape = [batch, ...planeOf(file, 'OUTPUT', ['H', 'W']), channels.output]
  const kernel = planeOf(file, 'FILTER', ['Y', 'X'])
  const weight = weightOf(file, [channels.output, ...kernel, channels.input], 0, channels.output)
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['Y', 'X']) as [number, number]
  const isSame = [1, 2].every(
    (axis) => shape[axis] === input.shape[axis]! * [0, strideHeight, strideWidth][axis]!,
  )
  const size = { name: 'shape', type: 'int32', shape: [4], data: Int32Array.from(shape) }
  const bias = biasOf(file, channels.output)
  const names = ['shape', 'weight', 'input', ...bias.map(({ name }) => name)]
  const options = { padding: isSame ? 0 : 1, strideHeight, strideWidth }
  const tensors = [input, size, weight, ...bias, outputOf(file, type, shape)]
  return {
    text: modelOf({ operator: 'TRANSPOSE_CONV', inputs: names, options }, tensors),
    attributes: [requantized(file, channels.output)],
  }
}

/** Of the file's own sizes, or of an input that is another layer's output. */
export function fullyConnected(
  file: VectorFile,
  { units, depth } = { units: file.number('OUT_CH'), depth: file.number('ACCUMULATION_DEPTH') },
): Vector {
  const inputs = file.arrayOrNull(['input'])
  const rows = inputs ? inputs.length / depth : 1
  const type = inputs ? typeOf(inputs) : 'int8'
  const zeroPoints = [-file.number('INPUT_OFFSET')]
  const input = { name: 'input', type, shape: [rows, depth], scales: [1], zeroPoints }
  const data = file.array(['weights', 'input_weights'])
  const weight = {
    ...{ name: 'weight', type: data.length < units * depth ? 'int4' : 'int8', shape: [units, depth], data },
    ...{ scales: [1], zeroPoints: [file.has('FILTER_OFFSET') ? -file.number('FILTER_OFFSET') : 0] },
  }
  const bias = biasOf(file, units)
  const names = ['input', 'weight', bias.length > 0 ? 'bias' : '']
  const tensors = [input, weight, ...bias, outputOf(file, type, [rows, units])]
  return {
    text: modelOf({ operator: 'FULLY_CONNECTED', inputs: names, options: {} }, tensors),
    attributes: [requantized(file, units)],
  }
}

export function batchMatmul(file: VectorFile): Vector {
  const type = typeOf(file.array(['lhs_input_tensor']))
  const shapeOf = (side: string) =>
    ['BATCH', 'HEIGHT', 'ROWS', 'COLS'].map((axis) => file.number(`${side}_${axis}`))
  const input = (name: string, side: string): TfliteTensor => ({
    ...{ name, type, shape: shapeOf(side), scales: [1], zeroPoints: [-file.number(`${side}_OFFSET`)] },
  })
  const options = { adjointX: file.number('ADJ_X') === 1, adjointY: file.number('ADJ_Y') === 1 }
  const tensors = [
    ...[input('input_1', 'LHS'), input('input_2', 'RHS')],
    outputOf(file, type, shapeOf('OUTPUT')),
  ]
  return {
    text: modelOf({ operator: 'BATCH_MATMUL', inputs: ['input_1', 'input_2'], options }, tensors),
    attributes: [requantized(file, 1, 'ACTIVATION')],
  }
}
