// SPDX-License-Identifier: Apache-2.0
// One small graph for each operator, and each way of using it, that the compiler promises; each in both forms.

import { dynamicRows } from './dynamic-rows.js'
import type { Activation, ModelBuilder } from './forms.js'
import { productRows } from './product-rows.js'
import { recurrentRows } from './recurrent-rows.js'
import { image, type Row, row, signal, vector } from './row.js'
import { sumRows } from './sum-rows.js'
import { weighted } from './weighted-layers.js'

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
  row('Clip: one bound', image, (b, x) => b.layer('Clip', [x], { parameters: ['', b.floats([0.4], [])] })),
  row(
    'Clip: bounds out of order',
    image,
    (b, x) => b.layer('Clip', [x], { parameters: [b.floats([0.6], []), b.floats([-0.3], [])] }),
    1,
  ),
  row('Clip: a bound that is no number', image, (b, x) =>
    b.layer('Clip', [x], { parameters: [b.floats([Number.NaN], []), b.floats([0.5], [])] }),
  ),
  row('Mul and Add of float constants', image, (b, x) => {
    const scaled = b.node('Mul', [b.dequantize(x), b.floats([0.7, 1.3, 0.4, 1.1], [4, 1, 1])])
    return b.quantize(b.node('Add', [scaled, b.floats([0.17], [1])]), b.quantum([-2, 2]))
  }),
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
    row(`${operator} of a tensor and itself`, signal, (b, x) => b.layer(operator, [x, x], { linear })),
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
  row('MaxPool 2-D: SAME_UPPER', image, (b, x) =>
    b.copy('MaxPool', x, { attributes: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' } }),
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
  row('GlobalAveragePool 1-D', signal, (b, x) =>
    b.layer('GlobalAveragePool', [x], { linear: 'QLinearGlobalAveragePool', range: [-0.8, 0.7] }),
  ),
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
  row('Pad: edge', image, (b, x) =>
    b.copy('Pad', x, { attributes: { mode: 'edge' }, parameters: [b.int64s([0, 0, 2, 1, 0, 0, 0, 3])] }),
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
  row('Softmax along a middle axis', [1, 6, 5], (b, x) =>
    b.layer('Softmax', [x], {
      attributes: { axis: 1 },
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

const inFloat: Row[] = [
  {
    name: 'MatMul that ends the network in float',
    build: (b) => b.output({ plain: floatProduct(b, b.input(vector)), type: 'float32' }),
  },
  {
    name: 'several readers of one tensor',
    build: (b) => {
      const x = b.input(signal)
      const layers = { shape: [4, 4, 3], channelAxis: 0, attributes: { pads: [1, 1] } }
      const [first, second] = [weighted(b, 'Conv', x, layers), weighted(b, 'Conv', x, layers)]
      b.output(
        b.layer('Add', [b.layer('Add', [first, second], { linear: 'QLinearAdd' }), x], {
          linear: 'QLinearAdd',
        }),
      )
    },
  },
]

/** A product that no QuantizeLinear follows, as OpTypesToExcludeOutputQuantization leaves it. */
function floatProduct(b: ModelBuilder, x: Activation): string {
  const scale = b.floats([0.004], [])
  const weight = b.quanta(
    Array.from({ length: 60 }, () => b.random.integer(-100, 100)),
    [12, 5],
    'int8',
  )
  const dequantized = b.node('DequantizeLinear', [weight, scale, b.quanta([0], [], 'int8')])
  return b.node('MatMul', [b.dequantize(x), dequantized])
}

export const rows: readonly Row[] = [
  ...[...sumRows, ...productRows, ...dynamicRows, ...recurrentRows, ...functions, ...pairs],
  ...[...pools, ...copies, ...constants, ...rowOperators, ...inFloat],
]
