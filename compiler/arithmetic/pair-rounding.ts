// SPDX-License-Identifier: Apache-2.0
// How a fixed-point product becomes an output, fitted so that it is right for a whole list of products: half up where that
// is enough, else with a window around every tie whose products go to the even output.
import type { Range } from './float32.js'

export interface Rounding {
  /** Bits behind the point. */
  readonly shift: number
  /** Added to the product: zero point and fitted offset; for `plain` one half, too. */
  readonly addend: bigint
  /** Half width of the window around a tie; null = plain, half up. 0 <= window < 2^(shift - 1). */
  readonly window: bigint | null
}

/** Twin of roundPlain and roundWindow in assembly/elementwise.ts, before their clamp. */
export function roundFixedPoint(product: bigint, { shift, addend, window }: Rounding): number {
  const sum = product + addend
  if (window === null) return Number(sum >> BigInt(shift))
  const half = 1n << BigInt(shift - 1)
  const floor = sum >> BigInt(shift)
  const threshold = floor % 2n === 0n ? half + window + 1n : half - window
  return Number(sum - (floor << BigInt(shift)) >= threshold ? floor + 1n : floor)
}

/**
 * The rounding that turns products[i] (integers, in units of 2^-shift) into outputs[i] for every i, or null. Both contain
 * the zero point, so that ties are those of the outputs. An output at a bound of `range` allows every product beyond it.
 */
export function fitRounding(
  products: Float64Array,
  outputs: Int16Array,
  range: Range,
  shift: number,
): Rounding | null {
  const excess = tieExcess(products, outputs, range, 2 ** shift)
  return fitPlain(excess, shift) ?? fitWindow(excess, shift)
}

/** How far products lie beyond the ties that bound their own output (negative: inside by at least that), worst of all. */
interface TieExcess {
  /** Below the lower tie of an even (odd) output. */
  readonly evenBelow: number
  readonly oddBelow: number
  /** Above the upper tie of an even (odd) output. */
  readonly evenAbove: number
  readonly oddAbove: number
}

function tieExcess(
  products: Float64Array,
  outputs: Int16Array,
  { min, max }: Range,
  unit: number,
): TieExcess {
  const below = [-Infinity, -Infinity]
  const above = [-Infinity, -Infinity]
  for (let index = 0; index < products.length; index++) {
    const product = products[index]!
    const output = outputs[index]!
    const parity = output & 1
    if (output > min) below[parity] = Math.max(below[parity]!, (output - 0.5) * unit - product)
    if (output < max) above[parity] = Math.max(above[parity]!, product - (output + 0.5) * unit)
  }
  return { evenBelow: below[0]!, oddBelow: below[1]!, evenAbove: above[0]!, oddAbove: above[1]! }
}

/** Half up: with the offset, products lie at or above their lower tie and below their upper one. */
function fitPlain({ evenBelow, oddBelow, evenAbove, oddAbove }: TieExcess, shift: number): Rounding | null {
  const offset = nearestToZero(Math.max(evenBelow, oddBelow), -Math.max(evenAbove, oddAbove) - 1)
  if (offset === null) return null
  return { shift, addend: BigInt(offset) + (1n << BigInt(shift - 1)), window: null }
}

/** To even: with the offset, the window covers all excess of even outputs and ends before any product of an odd one. */
function fitWindow({ evenBelow, oddBelow, evenAbove, oddAbove }: TieExcess, shift: number): Rounding | null {
  if (evenBelow + oddAbove >= 0 || evenAbove + oddBelow >= 0) return null
  const offset = nearestToZero(
    Math.max(Math.ceil((evenBelow + oddBelow + 1) / 2), oddBelow + 1),
    Math.min(Math.floor(-(evenAbove + oddAbove + 1) / 2), -oddAbove - 1),
  )
  if (offset === null) return null
  const window = Math.max(0, evenBelow - offset, evenAbove + offset)
  return window < 2 ** (shift - 1) ? { shift, addend: BigInt(offset), window: BigInt(window) } : null
}

/** The integer within low..high that is nearest to 0; null if low > high. */
function nearestToZero(low: number, high: number): number | null {
  if (low > high) return null
  return Math.max(low, Math.min(high, 0))
}
