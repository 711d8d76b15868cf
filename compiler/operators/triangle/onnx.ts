// SPDX-License-Identifier: Apache-2.0
// ONNX Trilu with a constant diagonal.
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { plainType } from '../reference-types.js'

/** Diagonals beyond every matrix mean the same as the first one beyond. */
const farthest = 2 ** 30

function diagonalOf(node: OnnxNode): number {
  const [diagonal = 0] = node.has(1) ? node.integers(1, 'the diagonal') : []
  return Math.min(Math.max(diagonal, -farthest), farthest)
}

export const trilu: OnnxOperator = {
  name: 'Trilu',
  inputs: [1, 2],
  attributes: { upper: 'int' },
  infer: (node) => {
    const { type, shape } = node.type(0)
    if (shape.length < 2) throw node.error('malformed-model', `[${shape}] is no matrix`, 'Give it matrices.')
    return [{ type: type === 'float32' ? type : plainType(node, 0, 1), shape }]
  },
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const attributes = { upper: node.int('upper', 1) !== 0, diagonal: diagonalOf(node) }
    const { type, shape } = node.type(0)
    const input = type === 'float32' ? conversion.float(node, 0).stored() : conversion.integer(node, 0).tensor
    const tensor = conversion.emit('triangle', [input], { type, shape }, attributes)
    conversion.define(
      output,
      type === 'float32' ? conversion.stored(shape, tensor) : { kind: 'integer', type, shape, tensor },
    )
  },
}
