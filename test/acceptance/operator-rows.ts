// SPDX-License-Identifier: Apache-2.0
// One small graph for each operator, and each way of using it, that the compiler promises; each in both forms.
import type { Activation, ModelBuilder } from './forms.js'
import { weighted } from './weighted-layers.js'

export interface Row {
  readonly name: string
  /** Adds inputs, layers and one output. */
  build(b: ModelBuilder): void
  /** Different values that its output must take over all samples; default 12. */
  readonly variety?: number
  /** The reference merges its two neighbouring pairs of Q and DQ into one, with quanta of their own. */
  readonly isMerged?: boolean
}

const image = [1, 4, 7, 6] as const
const signal = [1, 4, 19] as const
const vector = [1, 12] as const

/** A row of one activation: input -> layer -> output. */
const row = (
  name: string,
  shape: readonly number[],
  layer: (b: ModelBuilder, x: Activation) => Activation,
  variety?: number,
): Row => ({
  name,
  build: (b) => b.output(layer(b, b.input(shape))),
  ...(variety === undefined ? {} : { variety }),
})

const convolutions: Row[] = [
  row('Conv 1-D: stride, uneven pads', signal, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [6, 4, 5],
      channelAxis: 0,
      attributes: { strides: [2], pads: [1, 3], kernel_shape: [5] },
    }),
  ),
  row('Conv 1-D: dilation, no bias', signal, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [5, 4, 3],
      channelAxis: 0,
      bias: 'none',
      attributes: { dilations: [4] },
    }),
  ),
  row('Conv 2-D: explicit pads, stride, dilation', image, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [5, 4, 3, 2],
      channelAxis: 0,
      attributes: { strides: [2, 1], pads: [2, 0, 1, 1], dilations: [1, 2] },
    }),
  ),
  row('Conv 2-D: groups', image, (b, x) =>
    weighted(b, 'Conv', x, { shape: [6, 2, 3, 3], channelAxis: 0, attributes: { group: 2 } }),
  ),
  row('Conv 2-D: depthwise', image, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [4, 1, 3, 3],
      channelAxis: 0,
      attributes: { group: 4, pads: [1, 1, 1, 1] },
    }),
  ),
  ...['SAME_UPPER', 'SAME_LOWER', 'VALID'].map((auto_pad) =>
    row(`Conv 2-D: ${auto_pad}`, image, (b, x) =>
      weighted(b, 'Conv', x, {
        shape: [3, 4, 2, 3],
        channelAxis: 0,
        attributes: { auto_pad, strides: [2, 2] },
      }),
    ),
  ),
  row('Conv 2-D: float bias', image, (b, x) =>
    weighted(b, 'Conv', x, { shape: [5, 4, 1, 1], channelAxis: 0, bias: 'float' }),
  ),
  row('Conv 2-D: float weights', image, (b, x) =>
    weighted(b, 'Conv', x, { shape: [5, 4, 3, 3], channelAxis: 0, weight: 'float' }),
  ),
  row('Conv 2-D: QuantizeLinear of an initializer', image, (b, x) =>
    weighted(b, 'Conv', x, { shape: [5, 4, 3, 3], channelAxis: 0, weight: 'requantized' }),
  ),
  {
    name: 'Conv 2-D: scales of shape [1]',
    build: (b) => {
      b.scaleShape = [1]
      b.output(weighted(b, 'Conv', b.input(image), { shape: [5, 4, 2, 2], channelAxis: 0 }))
      b.scaleShape = []
    },
  },
  row('Conv 2-D, Relu', image, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [5, 4, 3, 3],
      channelAxis: 0,
      range: [0, 4],
      before: (build, float) => build.node('Relu', [float]),
    }),
  ),
  row('Conv 2-D, Clip', image, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [5, 4, 3, 3],
      channelAxis: 0,
      range: [0, 3],
      before: (build, float) => build.node('Clip', [float, build.floats([0], []), build.floats([6], [])]),
    }),
  ),
  row('Conv 2-D with float weights, BatchNormalization', image, (b, x) =>
    weighted(b, 'Conv', x, {
      shape: [4, 4, 3, 3],
      channelAxis: 0,
      weight: 'float',
      before: (build, float) =>
        build.node('BatchNormalization', [
          float,
          build.floats([0.8, 1.2, 0.6, 1]),
          build.floats([0.1, -0.2, 0.3, 0]),
          build.floats([0.05, 0.1, -0.3, 0.2]),
          build.floats([1.1, 0.9, 0.7, 1.3]),
        ]),
    }),
  ),
]

const products: Row[] = [
  row('Gemm: transB, bias', vector, (b, x) =>
    weighted(b, 'Gemm', x, { shape: [7, 12], channelAxis: 0, attributes: { transB: 1 } }),
  ),
  row('Gemm: no bias', vector, (b, x) =>
    weighted(b, 'Gemm', x, { shape: [12, 9], channelAxis: 1, bias: 'none' }),
  ),
  row('MatMul of rows', [1, 5, 12], (b, x) =>
    weighted(b, 'MatMul', x, { shape: [12, 7], channelAxis: 1, bias: 'none' }),
  ),
  row('MatMul, Add of a float constant', vector, (b, x) =>
    weighted(b, 'MatMul', x, {
      shape: [12, 6],
      channelAxis: 1,
      bias: 'none',
      before: (build, float) => build.node('Add', [float, build.floats([0.3, -0.2, 0.1, 0.4, -0.5, 0])]),
    }),
  ),
]

const functions: Row[] = [
  row('Relu', signal, (b, x) => b.layer('Relu', [x])),
  row('Clip', signal, (b, x) =>
    b.layer('Clip', [x], { parameters: [b.floats([-0.7], []), b.floats([1.1], [])] }),
  ),
  row('LeakyRelu', image, (b, x) =>
    b.layer('LeakyRelu', [x], { attributes: { alpha: { float: 0.13 } }, linear: 'QLinearLeakyRelu' }),
  ),
  row('Sigmoid', image, (b, x) => b.layer('Sigmoid', [x], { linear: 'QLinearSigmoid', range: [0, 1] })),
  row('Tanh', image, (b, x) => b.layer('Tanh', [x], { range: [-1, 1] })),
  row('HardSigmoid', image, (b, x) =>
    b.layer('HardSigmoid', [x], { attributes: { alpha: { float: 0.21 } }, range: [0, 1] }),
  ),
  row('HardSwish', image, (b, x) => b.layer('HardSwish', [x], { range: [-0.4, 1.6] })),
  row('a chain of functions: x * Sigmoid(x)', image, (b, x) => {
    const [float, gate] = [b.dequantize(x), b.floatLayer('Sigmoid', [x])]
    return b.quantize(b.node('Mul', [float, gate]), b.quantum([-0.3, 1.5]))
  }),
  row('BatchNormalization of quanta', image, (b, x) =>
    b.layer('BatchNormalization', [x], {
      parameters: [
        b.floats([0.8, 1.2, 0.6, 1]),
        b.floats([0.1, -0.2, 0.3, 0]),
        b.floats([0.05, 0.1, -0.3, 0.2]),
        b.floats([1.1, 0.9, 0.7, 1.3]),
      ],
    }),
  ),
  {
    name: 'other quanta: two pairs of QuantizeLinear and DequantizeLinear',
    isMerged: true,
    build: (b) => b.output(b.quantize(b.dequantize(b.input(signal)), b.quantum([-1.4, 1.9]))),
  },
  row('other quanta: between two layers', signal, (b, x) => {
    const between = b.quantize(b.dequantize(b.layer('Tanh', [x], { range: [-1, 1] })), b.quantum([-0.7, 0.9]))
    return b.layer('Sigmoid', [between], { linear: 'QLinearSigmoid', range: [0.2, 0.8] })
  }),
  {
    name: 'com.microsoft QuantizeLinear and DequantizeLinear',
    build: (b) => {
      b.domain = 'com.microsoft'
      b.output(b.layer('Add', [b.input(signal), b.input(signal)], { linear: 'QLinearAdd' }))
      b.domain = ''
    },
  },
]

const constantOperand = (b: ModelBuilder, shape: readonly number[]): Activation => {
  const quantum = b.quantum([-1, 1])
  const lowest = b.type === 'int8' ? -128 : 0
  const values = Array.from(
    { length: shape.reduce((a, n) => a * n, 1) },
    () => lowest + b.random.integer(0, 255),
  )
  return { tensor: b.quanta(values, shape), ...quantum, ...b.parameters(quantum) }
}

const pairs: Row[] = (['Add', 'Mul'] as const).flatMap((operator) => {
  const linear = `QLinear${operator}`
  return [
    {
      name: operator,
      build: (b: ModelBuilder) => b.output(b.layer(operator, [b.input(image), b.input(image)], { linear })),
    },
    {
      name: `${operator}: broadcast`,
      build: (b: ModelBuilder) =>
        b.output(b.layer(operator, [b.input([1, 4, 1, 1]), b.input(image)], { linear })),
    },
    row(`${operator} of a constant`, image, (b, x) =>
      b.layer(operator, [x, constantOperand(b, [4, 1, 1])], { linear }),
    ),
  ]
})

const pools: Row[] = [
  row('MaxPool 1-D', signal, (b, x) =>
    b.copy('MaxPool', x, { attributes: { kernel_shape: [3], strides: [2], pads: [1, 1] } }),
  ),
  row('MaxPool 2-D: ceil_mode, dilations', image, (b, x) =>
    b.copy('MaxPool', x, {
      attributes: { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1, dilations: [2, 1] },
    }),
  ),
  row('AveragePool 1-D', signal, (b, x) =>
    b.layer('AveragePool', [x], {
      attributes: { kernel_shape: [4], strides: [3] },
      linear: 'QLinearAveragePool',
    }),
  ),
  row('AveragePool 2-D: count_include_pad', image, (b, x) =>
    b.layer('AveragePool', [x], {
      attributes: { kernel_shape: [3, 2], pads: [1, 0, 1, 1], count_include_pad: 1 },
      linear: 'QLinearAveragePool',
    }),
  ),
  row('AveragePool in float, behind Tanh', image, (b, x) => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] }
    const mean = b.node('AveragePool', [b.floatLayer('Tanh', [x])], attributes)
    return b.quantize(mean, b.quantum([-1, 1]))
  }),
  row('GlobalAveragePool', image, (b, x) =>
    b.layer('GlobalAveragePool', [x], { linear: 'QLinearGlobalAveragePool', range: [-0.5, 0.5] }),
  ),
]

const copies: Row[] = [
  {
    name: 'Concat of different quanta',
    build: (b) => {
      const inputs = [b.input(signal), b.input([1, 3, 19], [-1, 3]), b.input([1, 1, 19])]
      b.output(b.layer('Concat', inputs, { attributes: { axis: 1 }, linear: 'QLinearConcat' }))
    },
  },
  row('Reshape', image, (b, x) => b.copy('Reshape', x, { parameters: [b.int64s([0, -1, 3])] })),
  row('Flatten', image, (b, x) => b.copy('Flatten', x, { attributes: { axis: 2 } })),
  row('Squeeze', [1, 4, 1, 6], (b, x) => b.copy('Squeeze', x, { parameters: [b.int64s([2])] })),
  row('Unsqueeze', signal, (b, x) => b.copy('Unsqueeze', x, { parameters: [b.int64s([-1, 1])] })),
  row('Transpose', image, (b, x) => b.copy('Transpose', x, { attributes: { perm: [0, 2, 3, 1] } })),
  row('Slice: steps, negative bounds', image, (b, x) =>
    b.copy('Slice', x, {
      parameters: [b.int64s([1, -1]), b.int64s([-1, -6]), b.int64s([1, 3]), b.int64s([1, -2])],
    }),
  ),
  ...['DCR', 'CRD'].map((mode) =>
    row(`DepthToSpace ${mode}`, [1, 8, 3, 4], (b, x) =>
      b.copy('DepthToSpace', x, { attributes: { blocksize: 2, mode } }),
    ),
  ),
  row('Pad: constant', image, (b, x) => {
    const value = b.form === 'qdq' ? b.floats([0.25], []) : b.quanta([17], [])
    return b.copy('Pad', x, { parameters: [b.int64s([0, 1, 0, 2, 0, 0, 1, 1]), value] })
  }),
  row('Pad: reflect', signal, (b, x) =>
    b.copy('Pad', x, { attributes: { mode: 'reflect' }, parameters: [b.int64s([0, 0, 3, 0, 0, 2])] }),
  ),
  row('Identity', signal, (b, x) => b.copy('Identity', x)),
  {
    name: 'Dropout',
    isMerged: true,
    build: (b) => b.output(b.layer('Dropout', [b.input(signal)])),
  },
]

const constants: Row[] = [
  row('Constant', image, (b, x) =>
    b.copy('Reshape', x, { parameters: [b.node('Constant', [], { value_ints: [1, -1] })] }),
  ),
  row('ConstantOfShape, Cast, Concat that give pads', signal, (b, x) => {
    const zeros = b.node('Cast', [b.node('ConstantOfShape', [b.int64s([2])])], { to: 7 })
    const pads = b.node('Concat', [zeros, b.int64s([2]), zeros, b.int64s([1])], { axis: 0 })
    const value = b.form === 'qdq' ? b.floats([0], []) : b.quanta([x.zeroPoint], [])
    return b.copy('Pad', x, { parameters: [pads, value] })
  }),
  row('Shape, Gather, Slice, Unsqueeze, Concat that give a shape', image, (b, x) => {
    const source = b.form === 'qdq' ? b.dequantize(x) : x.tensor
    const shape = b.node('Shape', [source])
    const channels = b.node('Unsqueeze', [b.node('Gather', [shape, b.int64s([1], [])]), b.int64s([0])])
    const first = b.node('Slice', [shape, b.int64s([0]), b.int64s([1])])
    return b.copy('Reshape', x, {
      parameters: [b.node('Concat', [first, channels, b.int64s([-1])], { axis: 0 })],
    })
  }),
]

const rowOperators: Row[] = [
  row('Softmax', [1, 3, 10], (b, x) =>
    b.layer('Softmax', [x], {
      attributes: { axis: -1 },
      linear: 'QLinearSoftmax',
      linearAttributes: { opset: 17 },
      range: [0, 1],
    }),
  ),
  {
    name: 'Softmax that ends the network in float',
    build: (b) => {
      const plain = b.floatLayer('Softmax', [b.input(vector)], { attributes: { axis: 1 } })
      b.output({ plain, type: 'float32' })
    },
  },
  {
    name: 'ArgMax',
    variety: 4,
    build: (b) => {
      const x = b.input([1, 6, 5])
      const attributes = { axis: 1, keepdims: 0 }
      const plain =
        b.form === 'qdq'
          ? b.floatLayer('ArgMax', [x], { attributes })
          : b.node('ArgMax', [x.tensor], attributes)
      b.output({ plain, type: 'int64' })
    },
  },
]

export const rows: readonly Row[] = [
  ...[...convolutions, ...products, ...functions, ...pairs],
  ...[...pools, ...copies, ...constants, ...rowOperators],
]
