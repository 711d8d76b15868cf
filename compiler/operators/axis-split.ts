// SPDX-License-Identifier: Apache-2.0
// A tensor seen along one axis: its elements lie [outer][length][inner] in memory.
import type { ProgramTensor } from '../codegen/program.js'
import { sizeOf } from '../ir/types.js'

export interface AxisSplit {
  readonly outer: number
  readonly length: number
  readonly inner: number
}

/** axis null: the whole tensor is one run. */
export function splitAt({ shape, layout }: ProgramTensor, axis: number | null): AxisSplit {
  if (axis === null) return { outer: 1, length: 1, inner: sizeOf(shape) }
  const position = layout.order.indexOf(axis)
  const elements = (axes: readonly number[]) => sizeOf(axes.map((a) => shape[a]!))
  return {
    outer: elements(layout.order.slice(0, position)),
    length: shape[axis]!,
    inner: elements(layout.order.slice(position + 1)),
  }
}

/** The same for rows of every axis from `axis` on. Pre: row-major. */
export const splitTail = ({ shape }: ProgramTensor, axis: number): AxisSplit => ({
  outer: sizeOf(shape.slice(0, axis)),
  length: sizeOf(shape.slice(axis)),
  inner: 1,
})
