// SPDX-License-Identifier: Apache-2.0
// Rule M against a twin in whole numbers that is written as TFLite Micro's kernels read, and the kernel against both.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileSnippet } from './compile-snippet.fixture.js'
import {
  applyFixed,
  DOUBLE_RECORD_BYTES,
  encodeDoubleRecord,
  exponentOf,
  fixedMultiplier,
  realMultiplier,
  requantizeFixed,
  roundHalfAway,
  roundingHighProduct,
  roundingShift,
} from './fixed-point.js'

const int32 = (value: bigint): bigint => BigInt.asIntN(32, value)

/** Saturating rounding doubling high multiplication; the quotient truncates toward zero. */
function highProduct(a: bigint, b: bigint): bigint {
  if (a === -(2n ** 31n) && b === a) return 2n ** 31n - 1n
  const product = a * b
  return (product + (product >= 0n ? 2n ** 30n : 1n - 2n ** 30n)) / 2n ** 31n
}

function divideByPowerOfTwo(x: bigint, exponent: bigint): bigint {
  const mask = (1n << exponent) - 1n
  const remainder = BigInt.asUintN(32, x) & mask
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n)
  return (x >> exponent) + (remainder > threshold ? 1n : 0n)
}

function twin(x: number, multiplier: number, shift: number): number {
  const left = BigInt(Math.max(shift, 0))
  const right = BigInt(Math.max(-shift, 0))
  return Number(divideByPowerOfTwo(highProduct(int32(BigInt(x) << left), BigInt(multiplier)), right))
}

/** The extremes, the ties of small powers of two, and anything. */
const anyInt32 = fc.oneof(
  fc.integer(),
  fc.integer({ min: -300, max: 300 }),
  fc.constantFrom(-(2 ** 31), 2 ** 31 - 1, -1, 0, 1),
  fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -2, max: 2 }))
    .map(([e, d]) => (2 ** e + d) | 0),
  fc
    .tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: -2, max: 2 }))
    .map(([e, d]) => (d - 2 ** e) | 0),
)
const anyMultiplier = fc.oneof(
  fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
  fc.constantFrom(0, 2 ** 30, 2 ** 30 + 1, 2 ** 31 - 1, 3 * 2 ** 29),
)
const anyShift = fc.integer({ min: -31, max: 30 })

describe('rule M', () => {
  it('equals its twin in whole numbers', () => {
    const isSame = (x: number, multiplier: number, shift: number) =>
      applyFixed(x, { multiplier, shift }) === twin(x, multiplier, shift)
    fc.assert(fc.property(anyInt32, anyMultiplier, anyShift, isSame), { numRuns: 50_000, seed: 1 })
  })

  it('has both parts as gemmlowp has them', () => {
    const parts = (x: number, multiplier: number, exponent: number) =>
      roundingHighProduct(x, multiplier) === Number(highProduct(BigInt(x), BigInt(multiplier))) &&
      roundingShift(x, exponent) === Number(divideByPowerOfTwo(BigInt(x), BigInt(exponent)))
    const exponent = fc.integer({ min: 0, max: 31 })
    fc.assert(fc.property(anyInt32, anyMultiplier, exponent, parts), { numRuns: 20_000, seed: 2 })
  })

  it('rounds twice: halves up in the product, away from zero in the shift', () => {
    const quarter = fixedMultiplier(0.25)
    expect([-6, -3, -2, -1, 1, 2, 3, 6].map((x) => applyFixed(x, quarter))).toEqual([
      -2, -1, -1, 0, 1, 1, 1, 2,
    ])
    // A quarter of 1 becomes 1: the first rounding takes half to 1, the second half of that to 1 again.
    // Likewise a little less than a half.
    const d = 0.25 * (1 - 2 ** -30)
    expect(applyFixed(2, fixedMultiplier(d))).toBe(1)
    expect(Math.round(2 * d)).toBe(0)
  })
})

describe('a multiplier', () => {
  it('is the nearest 31-bit one', () => {
    const double = fc.double({ min: 2 ** -31, max: 2 ** 29, noNaN: true })
    const isNearest = (d: number) => {
      const fixed = fixedMultiplier(d)
      const ulp = 2 ** (exponentOf(d) - 31)
      return (
        fixed.multiplier >= 2 ** 30 &&
        fixed.multiplier < 2 ** 31 &&
        Math.abs(realMultiplier(fixed) - d) <= ulp / 2
      )
    }
    fc.assert(fc.property(double, isNearest), { numRuns: 20_000, seed: 3 })
  })

  it('carries into the shift, and vanishes below 2^-32', () => {
    expect(fixedMultiplier(1 - 2 ** -40)).toEqual({ multiplier: 2 ** 30, shift: 1 })
    expect(fixedMultiplier(2 ** -32)).toEqual({ multiplier: 2 ** 30, shift: -31 })
    expect(fixedMultiplier(2 ** -33)).toEqual({ multiplier: 0, shift: 0 })
    expect(fixedMultiplier(0)).toEqual({ multiplier: 0, shift: 0 })
  })

  it('rounds halves away from zero', () => {
    expect([-2.5, -0.5, 0.5, 2.5, 0.49999999999999994, -0.2].map(roundHalfAway)).toEqual([-3, -1, 1, 3, 0, 0])
  })
})

describe('requantizeDouble of assembly/requantize.ts', () => {
  it('equals rule M for every accumulator and shift, wraps included', async () => {
    const { exports } = await compileSnippet(
      `import { requantizeDouble, DOUBLE_RECORD_BYTES } from "./requantize"
       export const bytes: i32 = <i32>DOUBLE_RECORD_BYTES
       export function apply(x: i32, zeroPoint: i32, low: i32, high: i32): i32 {
         return requantizeDouble(x, 0x100, zeroPoint, low, high)
       }`,
      ['requantize'],
    )
    expect((exports.bytes as WebAssembly.Global).value).toBe(DOUBLE_RECORD_BYTES)
    const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer)
    const apply = exports.apply as (...values: number[]) => number
    const isSame = (x: number, multiplier: number, shift: number, zeroPoint: number, isNarrow: boolean) => {
      const output = isNarrow
        ? { min: -128, max: 127, zeroPoint }
        : { min: -(2 ** 31), max: 2 ** 31 - 1, zeroPoint }
      memory.set(encodeDoubleRecord(7, { multiplier, shift }), 0x100)
      const expected = requantizeFixed(x, { multiplier, shift }, output)
      return apply(x, zeroPoint, output.min, output.max) === expected
    }
    const zeroPoint = fc.integer({ min: -128, max: 127 })
    const property = fc.property(anyInt32, anyMultiplier, anyShift, zeroPoint, fc.boolean(), isSame)
    fc.assert(property, { numRuns: 50_000, seed: 4 })
  })
})
