// SPDX-License-Identifier: Apache-2.0
// In which order onnxruntime-web 1.30 adds up the elements of ReduceSum and ReduceMean, and whether that is the same in
// every order of axes in which it may hold the tensor. Measured against the oracle (reduce.test.ts repeats it).

export interface SumOrder {
  /** The reduced axes that are longer than 1, outermost first. */
  readonly axes: readonly number[]
  /** What the first element is added to: 0 or -0. */
  readonly start: number
}

/** Sums of this many elements are one by one in any pattern. */
const shortest = 4

/**
 * One by one in index order, but for: kept axes on both sides with a number of elements behind that is no multiple of
 * four, and reduced axes on both sides of one kept block. Then null. `order`: the axes as the reference holds them.
 */
export function sumOrder(
  shape: readonly number[],
  reduced: readonly number[],
  order: readonly number[],
): SumOrder | null {
  const firstLong = order.findIndex((axis) => shape[axis]! > 1 || reduced.includes(axis))
  const blocks: { isReduced: boolean; size: number }[] = []
  for (const axis of firstLong < 0 ? [] : order.slice(firstLong)) {
    const isReduced = reduced.includes(axis)
    const last = blocks.at(-1)
    if (last?.isReduced === isReduced) last.size *= shape[axis]!
    else blocks.push({ isReduced, size: shape[axis]! })
  }
  const pattern = blocks.map((block) => (block.isReduced ? 'R' : 'K')).join('')
  const axes = order.filter((axis) => reduced.includes(axis) && shape[axis]! > 1)
  if (pattern === 'RKR') return null
  if (pattern === 'KRK') {
    const isWhole = blocks[2]!.size % 4 === 0 || blocks[1]!.size <= shortest
    return isWhole ? { axes, start: -0 } : null
  }
  return { axes, start: pattern === 'R' || pattern === 'KR' ? -0 : 0 }
}
