// SPDX-License-Identifier: Apache-2.0
// y[..., r, c] = x[..., r, c] where c - r is on the wanted side of the diagonal, else 0.

import { coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'triangle'>['reference'] = (node, [input], [output]) => {
  const { upper, diagonal } = node.attributes
  const data = input!.data.slice()
  for (let index = 0; index < data.length; index++) {
    const [row, column] = coordinatesOf(index, output!.shape).slice(-2) as [number, number]
    const isKept = upper ? column - row >= diagonal : column - row <= diagonal
    if (!isKept) data[index] = (typeof data[index] === 'bigint' ? 0n : 0) as never
  }
  return [{ shape: output!.shape, data }]
}
