// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { f32, roundHalfEven } from './float32.js'
import { chooseRequantizer, type RequantizedChannel } from './requantizer.js'
import { floatRecord, integerRecord, type RequantizerForm, requantize } from './requantizer-forms.js'

const int8 = { zeroPoint: 3, min: -128, max: 127 }

/** The contract's rule, word for word. */
function rule(accumulator: number, m: number, output: typeof int8): number {
  const rounded = roundHalfEven(f32(f32(accumulator) * m)) + output.zeroPoint
  return Math.min(output.max, Math.max(output.min, rounded))
}

const record = (form: RequantizerForm, m: number, window = 0) =>
  form === 'float' ? floatRecord(m) : integerRecord(form, m, window)

/** Scales as quantizers emit them: log-uniform, or with short mantissas, which meet ties. */
const scale = fc.oneof(
  fc.double({ min: -19, max: 0, noNaN: true }).map((exponent) => f32(2 ** exponent)),
  fc
    .tuple(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 9, max: 18 }))
    .map(([mantissa, shift]) => mantissa * 2 ** -shift),
  fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 64 }), fc.integer({ min: 4, max: 14 }))
    .map(([above, below, shift]) => f32(f32(above / below) * 2 ** -shift)),
)

const output = fc
  .tuple(fc.integer({ min: -128, max: 127 }), fc.boolean())
  .map(([zeroPoint, signed]) =>
    signed ? { zeroPoint, min: -128, max: 127 } : { zeroPoint: zeroPoint + 128, min: 0, max: 255 },
  )

describe('chooseRequantizer', () => {
  it('equals the rule on every accumulator, and never claims more than it may', () => {
    const channel = fc.record({ m: scale, centre: fc.integer({ min: -3e4, max: 3e4 }) })
    fc.assert(
      fc.property(fc.array(channel, { minLength: 1, maxLength: 3 }), output, (described, out) => {
        const channels = described.map(({ m, centre }) => ({ m, min: centre - 2000, max: centre + 2000 }))
        const { form, records } = chooseRequantizer(channels, out, { floatAllowed: false })
        expect(form).not.toBe('float')
        channels.forEach(({ m, min, max }, index) => {
          for (let accumulator = min; accumulator <= max; accumulator++) {
            const expected = rule(accumulator, m, out)
            const actual = requantize(accumulator, records[index]!, out)
            if (actual !== expected)
              throw new Error(`${form} m=${m} ${accumulator}: ${actual}, not ${expected}`)
          }
        })
      }),
      { numRuns: 60 },
    )
  })

  it('refuses a form exactly when some reachable accumulator gives another output', () => {
    fc.assert(
      fc.property(scale, output, (m, out) => {
        const channel = { m, min: -6000, max: 6000 }
        const { form } = chooseRequantizer([channel], out, { floatAllowed: false })
        const plain = record('plain', m)
        let equal = true
        for (let a = channel.min; a <= channel.max && equal; a++) {
          equal = requantize(a, plain, out) === rule(a, m, out)
        }
        expect(form === 'plain').toBe(equal)
      }),
      { numRuns: 60 },
    )
  })

  it('takes the window form for ties of short multipliers', () => {
    const channels = [2 ** -9, 3 * 2 ** -12].map((m) => ({ m, min: -40000, max: 40000 }))
    expect(chooseRequantizer(channels, int8, { floatAllowed: false }).form).toBe('window')
  })

  it('takes the float form where it is allowed, and where nothing else can be exact', () => {
    const ordinary = { m: f32(0.0037), min: -40000, max: 40000 }
    const choose = (channel: RequantizedChannel, floatAllowed: boolean) =>
      chooseRequantizer([ordinary, channel], int8, { floatAllowed }).form
    expect(choose(ordinary, true)).toBe('float')
    expect(choose(ordinary, false)).not.toBe('float')
    expect(choose({ m: f32(0.0037), min: -(2 ** 30), max: 0 }, false)).toBe('float')
    expect(choose({ m: f32(3.7), min: -(2 ** 20), max: 2 ** 20 }, false)).toBe('float')
    expect(choose({ m: f32(37e5), min: -1, max: 1 }, false)).toBe('float')
  })

  it('stays in integers for a dead channel with a large bias, whose few accumulators it can check', () => {
    const dead = { m: f32(3.1e-7), min: 250_000_000 - 500, max: 250_000_000 + 500 }
    expect(chooseRequantizer([dead], int8, { floatAllowed: false }).form).not.toBe('float')
    const silent = { m: 0, min: -1000, max: 1000 }
    expect(chooseRequantizer([silent], int8, { floatAllowed: false }).form).toBe('plain')
  })

  it('proves a layer with two accumulators at each of the 255 thresholds of a channel', () => {
    const channels = Array.from({ length: 64 }, (_, c) => ({
      m: f32(0.0011 * (1 + c / 7)),
      min: -2e6,
      max: 2e6,
    }))
    expect(chooseRequantizer(channels, int8, { floatAllowed: false }).proof.checked).toBe(64 * 255 * 2)
  })
})
