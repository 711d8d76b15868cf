// SPDX-License-Identifier: Apache-2.0
// Storage orders: how a tensor's axes follow each other in memory, outermost first (codegen/program.ts, Layout).
// A [N, C, H, W] tensor stored in the order [0, 2, 3, 1] is what others call NHWC.

export type Order = readonly number[]

export const rowMajorOrder = (rank: number): Order => Array.from({ length: rank }, (_, axis) => axis)

/** [N, ...spatial, C] for tensors [N, C, ...spatial]; row-major below rank 3. */
export const channelsLastOrder = (rank: number): Order =>
  rank < 3 ? rowMajorOrder(rank) : [0, ...rowMajorOrder(rank).slice(2), 1]

/** Axes longer than 1, in memory order: the part of an order that decides where bytes lie. */
export const longAxes = (shape: readonly number[], order: Order): Order =>
  order.filter((axis) => shape[axis] !== 1)

/** True where both orders put every element of a tensor of this shape at the same place. */
export function sameBytes(shape: readonly number[], a: Order, b: Order): boolean {
  const [left, right] = [longAxes(shape, a), longAxes(shape, b)]
  return left.length === right.length && left.every((axis, position) => axis === right[position])
}

/** Distance in elements between neighbours along each axis (indexed by axis, not by position in the order). */
export function stridesOf(shape: readonly number[], order: Order): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  let stride = 1
  for (const axis of [...order].reverse()) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}
