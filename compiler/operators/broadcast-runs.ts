// SPDX-License-Identifier: Apache-2.0
// How the reference cuts an operation with broadcasting into runs: some operators compute a run of one side against one element
// of the other by a rule of its own.

/**
 * The side that gives one element for a run: the innermost axis on which the shapes are not both 1 decides, of those that both
 * have. A scalar counts as of shape [1]; where all these axes are 1 it is the first side. Null: both vary.
 */
export function constantSide(a: readonly number[], b: readonly number[]): 'first' | 'second' | null {
  const rank = Math.min(a.length, Math.max(1, b.length))
  for (let axis = 1; axis <= rank; axis++) {
    const [p, q] = [a.at(-axis)!, b.at(-axis) ?? 1]
    if (p === 1 && q === 1) continue
    if (p === 1) return 'first'
    return q === 1 ? 'second' : null
  }
  return 'first'
}
