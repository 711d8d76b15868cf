// SPDX-License-Identifier: Apache-2.0
// Rows of the table of operators: matrix products of two activations, alone and as the attention of a transformer.
import type { Activation, ModelBuilder } from './forms.js'
import { type Row, row, vector } from './row.js'
import { weighted } from './weighted-layers.js'

function product(
  b: ModelBuilder,
  x: Activation,
  y: Activation,
  range: readonly [number, number] = [-9, 11],
): Activation {
  if (b.form === 'qdq') return b.layer('MatMul', [x, y], { range })
  const quantum = b.quantum(range)
  const names = b.parameters(quantum)
  const ends = [x, y].flatMap((a) => [a.tensor, a.scaleName, a.zeroPointName])
  return {
    tensor: b.node('QLinearMatMul', [...ends, names.scaleName, names.zeroPointName]),
    ...quantum,
    ...names,
  }
}

const transpose = (b: ModelBuilder, x: Activation, perm: readonly number[]) =>
  b.copy('Transpose', x, { attributes: { perm } })

/** [1, steps, width] -> [1, heads, steps, width / heads], a layer of its own first. */
function heads(b: ModelBuilder, x: Activation, perm: readonly number[]): Activation {
  const layer = weighted(b, 'MatMul', x, { shape: [12, 12], channelAxis: 1, bias: 'none' })
  return transpose(b, b.copy('Reshape', layer, { parameters: [b.int64s([0, -1, 3, 4])] }), perm)
}

function attention(b: ModelBuilder, x: Activation): Activation {
  const [query, key, value] = [
    heads(b, x, [0, 2, 1, 3]),
    heads(b, x, [0, 2, 3, 1]),
    heads(b, x, [0, 2, 1, 3]),
  ]
  const scores = product(b, query, key, [-6, 6])
  const weights = b.layer('Softmax', [scores], {
    attributes: { axis: -1 },
    linear: 'QLinearSoftmax',
    linearAttributes: { opset: 13 },
    range: [0, 1],
  })
  const context = transpose(b, product(b, weights, value, [-3, 3]), [0, 2, 1, 3])
  const joined = b.copy('Reshape', context, { parameters: [b.int64s([0, 0, 12])] })
  return weighted(b, 'MatMul', joined, { shape: [12, 12], channelAxis: 1, bias: 'none' })
}

const pair = (name: string, left: readonly number[], right: readonly number[]): Row => ({
  name,
  build: (b) => b.output(product(b, b.input(left), b.input(right))),
})

export const productRows: readonly Row[] = [
  pair('MatMul of two activations', [5, 7], [7, 6]),
  pair('MatMul of two activations: batches across each other', [2, 1, 3, 7], [3, 7, 5]),
  pair('MatMul of two activations: vectors', [4, 3, 7], [7]),
  row('Gemm of two activations: transB', vector, (b, x) => {
    const y = b.input([5, 12])
    if (b.form === 'qdq') return b.layer('Gemm', [x, y], { attributes: { transB: 1 }, range: [-9, 11] })
    return product(b, x, transpose(b, y, [1, 0]))
  }),
  row('attention: three MatMul, Transpose, Softmax, MatMul', [1, 6, 12], attention),
]
