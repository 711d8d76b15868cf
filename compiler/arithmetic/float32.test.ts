// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dequantize, f32, quantize, roundHalfEven } from './float32.js'

const int8 = { min: -128, max: 127 }
const scale = fc.double({ min: 1e-6, max: 1e3, noNaN: true }).map(f32)
const quantization = fc.record({ scale, zeroPoint: fc.integer({ min: -128, max: 127 }) })

describe('roundHalfEven', () => {
  it('is the nearest integer', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (value) => {
        const rounded = roundHalfEven(value)
        expect(Number.isInteger(rounded)).toBe(true)
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(0.5)
        expect(Object.is(rounded, -0)).toBe(false)
      }),
    )
  })

  it('takes ties to the even neighbour', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e6, max: 1e6 }), (floor) => {
        expect(roundHalfEven(floor + 0.5) % 2 === 0).toBe(true)
      }),
    )
    expect([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map(roundHalfEven)).toEqual([-2, -2, 0, 0, 2, 2])
  })
})

describe('quantize', () => {
  it('undoes dequantize', () => {
    fc.assert(
      fc.property(fc.integer(int8), quantization, (quantum, parameters) => {
        expect(quantize(dequantize(quantum, parameters), parameters, int8)).toBe(quantum)
      }),
    )
  })

  it('is monotone and stays in range', () => {
    const value = fc.double({ noNaN: true })
    fc.assert(
      fc.property(value, value, quantization, (a, b, parameters) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)].map((v) => quantize(v, parameters, int8))
        expect(low).toBeLessThanOrEqual(high!)
        expect(low).toBeGreaterThanOrEqual(-128)
        expect(high).toBeLessThanOrEqual(127)
      }),
    )
  })

  it('divides: a product with the reciprocal would round elsewhere', () => {
    const parameters = { scale: f32(0.3), zeroPoint: 0 }
    expect(f32(2.25 * f32(1 / parameters.scale))).toBe(7.5)
    expect(quantize(2.25, parameters, int8)).toBe(7) // the quotient is 7.4999995
  })

  it('turns what is not a number into 0, whatever the zero point', () => {
    expect(quantize(Number.NaN, { scale: 1, zeroPoint: 5 }, int8)).toBe(0)
  })
})
