// SPDX-License-Identifier: Apache-2.0
// Rows of the table of operators: convolutions and matrix products, in every way that the quantizer leaves them.
import { image, type Row, row, signal, vector } from './row.js'
import { weighted } from './weighted-layers.js'

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

export const sumRows: readonly Row[] = [...convolutions, ...products]
