// SPDX-License-Identifier: MIT-0
// Two pixels at a time: one i64 holds the same element of two columns, and one multiplication by a weight serves both.
//
//      63            32 31             0
//     |  second pixel  |  first pixel   |      pair = first + second * 2^32
//
// A sum of pair * weight keeps both dot products in these places: the lower word is the first, the upper one the second
// plus the lower one's borrow (see secondOf). Exact while both fit an i32; lowering proves it from the weights.

/**
 * Pairs the bytes of two columns: columns[i] = first[i] + second[i] * 2^32. Returns the end of what it wrote.
 */
export function packPairs<T>(first: usize, second: usize, bytes: usize, columns: usize): usize {
  const end = first + bytes
  const blocksEnd = first + (bytes & ~3)
  while (first != blocksEnd) {
    store<i64>(columns, <i64>load<T>(first) + (<i64>load<T>(second) << 32))
    store<i64>(columns, <i64>load<T>(first, 1) + (<i64>load<T>(second, 1) << 32), 8)
    store<i64>(columns, <i64>load<T>(first, 2) + (<i64>load<T>(second, 2) << 32), 16)
    store<i64>(columns, <i64>load<T>(first, 3) + (<i64>load<T>(second, 3) << 32), 24)
    columns += 32
    first += 4
    second += 4
  }
  while (first != end) {
    store<i64>(columns, <i64>load<T>(first) + (<i64>load<T>(second) << 32))
    columns += 8
    first++
    second++
  }
  return columns
}

/** Sum of the pairs in columns..end. Pre: at least one. */
export function sumPairs(columns: usize, end: usize): i64 {
  let sum: i64 = 0
  do {
    sum += load<i64>(columns)
    columns += 8
  } while (columns != end)
  return sum
}

/**
 * Four output channels: to[c] = from[c] + sum over d of columns[d] * weight[c][d], c = 0..3, each an i64 pair.
 *   Weights lie in groups of four depths, [depth / 4][channel][4], a group every `groupBytes` bytes (4 per channel).
 * Pre: a multiple of 4 pairs in columns..end, at least 4. With fewer than four channels in a group the sums of the
 *      missing ones are of no use; up to 12 bytes behind the weights are read for them.
 */
export function accumulatePairs(columns: usize, end: usize, weights: usize, groupBytes: usize, from: usize, to: usize): void {
  let sum0 = load<i64>(from)
  let sum1 = load<i64>(from, 8)
  let sum2 = load<i64>(from, 16)
  let sum3 = load<i64>(from, 24)
  do {
    const pair0 = load<i64>(columns)
    const pair1 = load<i64>(columns, 8)
    const pair2 = load<i64>(columns, 16)
    const pair3 = load<i64>(columns, 24)
    sum0 = sum0 + pair0 * <i64>load<i8>(weights, 0) + pair1 * <i64>load<i8>(weights, 1) + pair2 * <i64>load<i8>(weights, 2) + pair3 * <i64>load<i8>(weights, 3)
    sum1 = sum1 + pair0 * <i64>load<i8>(weights, 4) + pair1 * <i64>load<i8>(weights, 5) + pair2 * <i64>load<i8>(weights, 6) + pair3 * <i64>load<i8>(weights, 7)
    sum2 = sum2 + pair0 * <i64>load<i8>(weights, 8) + pair1 * <i64>load<i8>(weights, 9) + pair2 * <i64>load<i8>(weights, 10) + pair3 * <i64>load<i8>(weights, 11)
    sum3 = sum3 + pair0 * <i64>load<i8>(weights, 12) + pair1 * <i64>load<i8>(weights, 13) + pair2 * <i64>load<i8>(weights, 14) + pair3 * <i64>load<i8>(weights, 15)
    weights += groupBytes
    columns += 32
  } while (columns != end)
  store<i64>(to, sum0)
  store<i64>(to, sum1, 8)
  store<i64>(to, sum2, 16)
  store<i64>(to, sum3, 24)
}

/** The first pixel's part of a sum of pairs. */
// @ts-ignore: decorator
@inline export function firstOf(sum: i64): i32 {
  return <i32>sum
}

/** The second pixel's part of a sum of pairs: the upper word without the lower one's borrow. */
// @ts-ignore: decorator
@inline export function secondOf(sum: i64): i32 {
  return <i32>(sum >> 32) - (<i32>sum >> 31)
}
