// SPDX-License-Identifier: Apache-2.0
// Test vectors of CMSIS-NN as TensorFlow Lite models: the vector's geometry, weights and zero points, with scales of 1; the
// multipliers, shifts and bounds that the vector states are put into the operator's attributes once the model is read.
import { fixedMultiplier } from '../../compiler/arithmetic/fixed-point.js'
import { sizeOf } from '../../compiler/ir/types.js'
import type { TfliteNodeText, TfliteTensor, TfliteText } from '../../runtime/oracle/write-tflite.js'
import type { VectorFile } from './vector-file.js'

export interface Vector {
  readonly text: TfliteText
  /** What the node's attributes become. */
  readonly attributes: (given: Attributes) => Attributes
}

// biome-ignore lint/suspicious/noExplicitAny: of any operator
type Attributes = any

const single = { scales: [1], zeroPoints: [0] }
const typeOf = (data: object): string =>
  data instanceof Int8Array ? 'int8' : data instanceof Int16Array ? 'int16' : 'int32'

const model = (node: Omit<TfliteNodeText, 'outputs'>, tensors: readonly TfliteTensor[]): TfliteText => ({
  tensors,
  nodes: [{ ...node, outputs: ['output'] }],
  inputs: tensors.filter(({ name, data }) => name.startsWith('input') && !data).map(({ name }) => name),
  outputs: ['output'],
})

/** Files of two vectors whose numbers are the same. */
const alike: readonly string[] = ['kernel1x1_int4', 'kernel1x1_stride_x_y_1_int4']

const isMixed = (file: VectorFile): boolean =>
  file.arrayOrNull(['weights']) !== null &&
  file.arrayOrNull(['input_weights']) !== null &&
  !alike.includes(file.name)

/** The vector as a model, or why it is none. */
export function vectorOf(file: VectorFile): Vector | string {
  const { name } = file
  if (/^(lstm|svdf)/.test(name)) return 'a state or steps that its arrays hold'
  if (name === 'ds_cnn_s') return 'a network, not an operator'
  if (/^transpose_(?!conv)/.test(name)) return 'its dimensions are not in the file'
  if (isMixed(file))
    return 'arrays of two vectors, of which it has the numbers of one and the input of the other'
  if (/^int16xint8xint32/.test(name)) return 'its int32 bias is not in the file'
  if (/^(reverse_)?transpose_conv/.test(name)) return transposed(file)
  if (/^(avg|max)pool/.test(name)) return pool(file)
  if (/^batch_matmul/.test(name)) return batchMatmul(file)
  if (/^(add|mul)/.test(name)) return binary(file)
  if (/^(maximum|minimum)/.test(name)) return extreme(file)
  if (name === 'softmax') return softmax(file)
  if (/^pad/.test(name)) return pad(file)
  if (/^(fully_connected|fc)/.test(name)) return fullyConnected(file)
  return convolution(file)
}

const channelsOf = (file: VectorFile) => ({
  input: file.number('IN_CH'),
  output: file.number('OUT_CH'),
})
const planeOf = (file: VectorFile, kind: string, suffix: readonly [string, string]) => [
  file.number(`${kind}_${suffix[0]}`),
  file.number(`${kind}_${suffix[1]}`),
]

/** Input and output with their zero points; the batch is what the arrays hold. */
function edges(file: VectorFile) {
  const channels = channelsOf(file)
  const inputs = file.array(['input'])
  const inputShape = [...planeOf(file, 'INPUT', ['H', 'W']), channels.input]
  const batch = inputs.length / sizeOf(inputShape)
  const type = typeOf(inputs)
  const input = { name: 'input', type, shape: [batch, ...inputShape] }
  return {
    channels,
    batch,
    type,
    input: { ...input, scales: [1], zeroPoints: [-file.number('INPUT_OFFSET')] },
  }
}

const output = (file: VectorFile, type: string, shape: readonly number[]): TfliteTensor => ({
  ...{ name: 'output', type, shape, scales: [1], zeroPoints: [file.number('OUTPUT_OFFSET')] },
})

const biasOf = (file: VectorFile, channels: number): TfliteTensor[] => {
  const data = file.arrayOrNull(['biases', 'bias', 'input_bias'], channels)
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

/** Multiplier and shift per channel, or of the layer. */
function fixedOf(file: VectorFile, channels: number) {
  if (file.has('OUTPUT_MULTIPLIER')) {
    return [{ multiplier: file.number('OUTPUT_MULTIPLIER'), shift: file.number('OUTPUT_SHIFT') }]
  }
  const multipliers = file.numbers(['output_mult', 'output_multiplier'], channels)
  const shifts = file.numbers(['output_shift'], channels)
  return multipliers.map((multiplier, channel) => ({ multiplier, shift: shifts[channel]! }))
}

/** As stated; those of the accumulator stay. */
const requantized =
  (file: VectorFile, channels: number) =>
  (given: Attributes): Attributes => ({
    ...given,
    requantization: {
      ...given.requantization,
      ...{ fixed: fixedOf(file, channels), min: file.number('OUT_ACTIVATION_MIN') },
      max: file.number('OUT_ACTIVATION_MAX'),
    },
  })

const paddingOf = (pads: readonly number[], isSame: boolean): number =>
  isSame || pads.some((pad) => pad > 0) ? 0 : 1

function convolution(file: VectorFile): Vector {
  const { channels, batch, type, input } = edges(file)
  const kernel = planeOf(file, 'FILTER', ['Y', 'X'])
  const outputs = planeOf(file, 'OUTPUT', ['H', 'W'])
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['Y', 'X']) as [number, number]
  const [dilationHeight, dilationWidth] = planeOf(file, 'DILATION', ['Y', 'X']) as [number, number]
  const isDepthwise = file.has('CH_MULT')
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
    ...(isDepthwise ? { depthMultiplier: file.number('CH_MULT') } : {}),
  }
  const bias = biasOf(file, channels.output)
  const shape = [batch, ...outputs, channels.output]
  const names = ['input', 'weight', ...bias.map(({ name }) => name)]
  const operator = isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D'
  return {
    text: model({ operator, inputs: names, options }, [input, weight, ...bias, output(file, type, shape)]),
    attributes: requantized(file, channels.output),
  }
}

function transposed(file: VectorFile): Vector {
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
  const tensors = [input, size, weight, ...bias, output(file, type, shape)]
  return {
    text: model({ operator: 'TRANSPOSE_CONV', inputs: names, options }, tensors),
    attributes: requantized(file, channels.output),
  }
}

function fullyConnected(file: VectorFile): Vector {
  const units = file.number('OUT_CH')
  const depth = file.number('ACCUMULATION_DEPTH')
  const inputs = file.array(['input'])
  const rows = inputs.length / depth
  const type = typeOf(inputs)
  const zeroPoints = [-file.number('INPUT_OFFSET')]
  const input = { name: 'input', type, shape: [rows, depth], scales: [1], zeroPoints }
  const data = file.array(['weights', 'input_weights'])
  const weight = {
    ...{ name: 'weight', type: data.length < units * depth ? 'int4' : 'int8', shape: [units, depth], data },
    ...{ scales: [1], zeroPoints: [file.has('FILTER_OFFSET') ? -file.number('FILTER_OFFSET') : 0] },
  }
  const bias = biasOf(file, units)
  const names = ['input', 'weight', bias.length > 0 ? 'bias' : '']
  const tensors = [input, weight, ...bias, output(file, type, [rows, units])]
  return {
    text: model({ operator: 'FULLY_CONNECTED', inputs: names, options: {} }, tensors),
    attributes: requantized(file, units),
  }
}

/** With a scale of 1 its bounds are 0 and 6. */
const RELU6 = 3

function pool(file: VectorFile): Vector {
  const data = file.array(['input_tensor'])
  const shapeOf = (kind: string, batch: number) => [
    batch,
    ...planeOf(file, kind, ['H', 'W']),
    file.number(`${kind}_C`),
  ]
  const batch = file.number('INPUT_N')
  const [filterHeight, filterWidth] = planeOf(file, 'FILTER', ['H', 'W']) as [number, number]
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['H', 'W']) as [number, number]
  const padding = file.text('PAD') === 'SAME' ? 0 : 1
  const tensor = (name: string, kind: string) => ({
    name,
    type: typeOf(data),
    shape: shapeOf(kind, batch),
    ...single,
  })
  const operator = file.name.startsWith('avg') ? 'AVERAGE_POOL_2D' : 'MAX_POOL_2D'
  const activation = file.number('ACTIVATION_MIN') === 0 && file.number('ACTIVATION_MAX') === 6 ? RELU6 : 0
  const options = { padding, filterHeight, filterWidth, strideHeight, strideWidth, activation }
  return {
    text: model({ operator, inputs: ['input'], options }, [
      tensor('input', 'INPUT'),
      tensor('output', 'OUTPUT'),
    ]),
    attributes: bounded(file),
  }
}

/** Bounds where the operator has them; a maximum without is followed by a clamp. */
const bounded =
  (file: VectorFile) =>
  (given: Attributes): Attributes =>
    'min' in given
      ? { ...given, min: file.number('ACTIVATION_MIN'), max: file.number('ACTIVATION_MAX') }
      : given

function binary(file: VectorFile): Vector {
  const size = file.number('DST_SIZE')
  const operator = file.name.startsWith('add') ? 'ADD' : 'MUL'
  const type = typeOf(file.array(['input1']))
  const input = (index: number) => ({
    ...{ name: `input${index}`, type, shape: [size], scales: [1] },
    zeroPoints: [-file.number(`INPUT${index}_OFFSET`)],
  })
  const operand = (given: Attributes, index: number) => {
    if (operator === 'MUL') return given
    const multiplier = file.number(`INPUT${index}_MULT`)
    return { ...given, fixed: { multiplier, shift: file.number(`INPUT${index}_SHIFT`) } }
  }
  return {
    text: model({ operator, inputs: ['input1', 'input2'], options: {} }, [
      ...[input(1), input(2)],
      output(file, type, [size]),
    ]),
    attributes: (given) => ({
      ...given,
      ...{ a: operand(given.a, 1), b: operand(given.b, 2) },
      leftShift: operator === 'ADD' ? file.number('LEFT_SHIFT') : given.leftShift,
      requantization: {
        ...given.requantization,
        fixed: [{ multiplier: file.number('OUTPUT_MULT'), shift: file.number('OUTPUT_SHIFT') }],
        ...{ min: file.number('OUT_ACTIVATION_MIN'), max: file.number('OUT_ACTIVATION_MAX') },
      },
    }),
  }
}

function extreme(file: VectorFile): Vector {
  const shapeOf = (suffix: string) =>
    ['BATCH', 'HEIGHT', 'WIDTH', 'CHANNEL'].map((axis) => file.number(`${axis}_${suffix}`))
  const tensor = (name: string, shape: readonly number[]) => ({ name, type: 'int8', shape, ...single })
  const outputShape = ['BATCH', 'HEIGHT', 'WIDTH', 'CHANNEL'].map((axis) => file.number(`OUTPUT_${axis}`))
  const operator = file.name.startsWith('maximum') ? 'MAXIMUM' : 'MINIMUM'
  return {
    text: model({ operator, inputs: ['input_1', 'input_2'] }, [
      ...[tensor('input_1', shapeOf('1')), tensor('input_2', shapeOf('2'))],
      tensor('output', outputShape),
    ]),
    attributes: (given) => given,
  }
}

function softmax(file: VectorFile): Vector | string {
  const shape = [file.number('NUM_ROWS'), file.number('ROW_SIZE')]
  const [multiplier, shift] = [file.number('INPUT_MULT'), file.number('INPUT_LEFT_SHIFT')]
  const scale = Math.fround((multiplier * 2 ** (shift - 31)) / 2 ** 26)
  const own = fixedMultiplier(scale * 2 ** 26)
  if (own.multiplier !== multiplier || own.shift !== shift) return 'no scale gives its multiplier'
  const tensors = [
    { name: 'input', type: 'int8', shape, scales: [scale], zeroPoints: [0] },
    { name: 'output', type: 'int8', shape, scales: [1 / 256], zeroPoints: [-128] },
  ]
  return {
    text: model({ operator: 'SOFTMAX', inputs: ['input'], options: { beta: 1 } }, tensors),
    attributes: (given) => given,
  }
}

function pad(file: VectorFile): Vector {
  const axes = ['N', 'H', 'W', 'C']
  const pads = axes.flatMap((axis) => [file.number(`PRE_PAD_${axis}`), file.number(`POST_PAD_${axis}`)])
  const shape = axes.map((axis) => file.number(`INPUT_${axis}`))
  const quantization = { scales: [1], zeroPoints: [file.number('PAD_VALUE')] }
  const padded = shape.map((length, axis) => length + pads[2 * axis]! + pads[2 * axis + 1]!)
  return {
    text: model({ operator: 'PAD', inputs: ['input', 'pads'] }, [
      { name: 'input', type: 'int8', shape, ...quantization },
      { name: 'pads', type: 'int32', shape: [4, 2], data: Int32Array.from(pads) },
      { name: 'output', type: 'int8', shape: padded, ...quantization },
    ]),
    attributes: (given) => given,
  }
}

function batchMatmul(file: VectorFile): Vector {
  const type = typeOf(file.array(['lhs_input_tensor']))
  const shapeOf = (side: string) =>
    ['BATCH', 'HEIGHT', 'ROWS', 'COLS'].map((axis) => file.number(`${side}_${axis}`))
  const input = (name: string, side: string): TfliteTensor => ({
    ...{ name, type, shape: shapeOf(side), scales: [1], zeroPoints: [-file.number(`${side}_OFFSET`)] },
  })
  const options = { adjointX: file.number('ADJ_X') === 1, adjointY: file.number('ADJ_Y') === 1 }
  return {
    text: model({ operator: 'BATCH_MATMUL', inputs: ['input_1', 'input_2'], options }, [
      ...[input('input_1', 'LHS'), input('input_2', 'RHS')],
      output(file, type, shapeOf('OUTPUT')),
    ]),
    attributes: (given) => ({
      ...given,
      requantization: {
        ...given.requantization,
        ...{
          fixed: fixedOf(file, 1),
          min: file.number('ACTIVATION_MIN'),
          max: file.number('ACTIVATION_MAX'),
        },
      },
    }),
  }
}
