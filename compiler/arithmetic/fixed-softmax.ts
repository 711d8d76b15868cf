// SPDX-License-Identifier: Apache-2.0
// TFLite Micro's softmax of int8 rows: powers of the distance to the row's maximum from a table, their sum in Q12.19, one
// reciprocal, one product per element. Twin of assembly/fixed-softmax.
import { expOfNegative, reciprocalOfOnePlus } from './fixed-functions.js'
import { fixedMultiplier, roundingHighProduct, roundingShift } from './fixed-point.js'

/** A row of as many equal values reaches a sum for which the reference aborts. */
export const longestSoftmaxRow = 511

/**
 * exp(-distance) in Q0.31 for distances 0..255; 0 where the reference leaves an element out.
 * Pre: beta * scale * 2^26 > 1.
 */
export function softmaxPowers(scale: number, beta: number): Int32Array {
  const { multiplier, shift } = fixedMultiplier(Math.min(beta * scale * 2 ** 26, 2 ** 31 - 1))
  const least = -Math.floor((31 * 2 ** 26) / 2 ** shift)
  return Int32Array.from({ length: 256 }, (_, distance) =>
    -distance < least ? 0 : expOfNegative(roundingHighProduct(-distance * 2 ** shift, multiplier), 5),
  )
}

/** With a result of 16 bits as many equal values leave the sum's own 32. */
export const longestFineRow = 4095

/** Result in 1/2^bits, less half of the range. Pre: at most longestSoftmaxRow elements, or longestFineRow for 16 bits. */
export function fixedSoftmax(row: readonly number[], powers: Int32Array, bits: 8 | 16): number[] {
  const greatest = Math.max(...row)
  const terms = row.map((x) => powers[greatest - x]!)
  const sum = terms.reduce((total, term) => total + roundingShift(term, 12), 0)
  const headroom = Math.clz32(sum)
  const reciprocal = reciprocalOfOnePlus(sum * 2 ** headroom - 2 ** 31)
  const half = 2 ** (bits - 1)
  return terms.map((term) =>
    Math.min(half - 1, roundingShift(roundingHighProduct(reciprocal, term), 43 - bits - headroom) - half),
  )
}
