// SPDX-License-Identifier: Apache-2.0
// Rows of row-major tensors, for the references: the indices of each row's elements, in the row's order.
import { sizeOf } from '../ir/types.js'

/** Rows along `axis`, or, with `rowIsTail`, over all axes from it on. */
export function rowIndices(shape: readonly number[], axis: number, rowIsTail: boolean): number[][] {
  const length = rowIsTail ? sizeOf(shape.slice(axis)) : shape[axis]!
  const inner = rowIsTail ? 1 : sizeOf(shape.slice(axis + 1))
  const count = sizeOf(shape) / length
  return Array.from({ length: count }, (_, row) => {
    const start = Math.floor(row / inner) * length * inner + (row % inner)
    return Array.from({ length }, (_, j) => start + j * inner)
  })
}
