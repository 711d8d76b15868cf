// SPDX-License-Identifier: Apache-2.0
// The claim behind the integer form: where it is chosen, no order of additions and no choice of quanta gives another output.
import { describe, expect, it } from 'vitest'
import { dequantize } from '../../arithmetic/float32.js'
import { requantizerForms } from '../../arithmetic/requantizer-forms.js'
import { quantizedAverage } from '../../arithmetic/rows.js'
import type { Quantization } from '../../ir/types.js'
import { Random } from '../random.js'
import { integerMean, type Mean } from './integer.js'

const range = { min: -128, max: 127 }

const meanOf = (input: Quantization, output: Quantization, cells: number): Mean => ({
  input,
  inputType: 'int8',
  output,
  outputType: 'int8',
  windows: [{ cells, count: cells }],
})

const random = new Random(11)
const arbitrary = (): Quantization => ({
  scale: random.float(0.01, 0.1),
  zeroPoint: random.integer(-128, 127),
})

describe('integerMean', () => {
  it('is found for most arbitrary scales', () => {
    const found = Array.from({ length: 200 }, () =>
      integerMean(meanOf(arbitrary(), arbitrary(), random.integer(2, 9))),
    )
    expect(found.filter((mean) => mean !== null).length).toBeGreaterThan(120)
  })

  it('is refused where exact means are ties', () => {
    const same = { scale: Math.fround(0.0371), zeroPoint: 0 }
    expect(integerMean(meanOf(same, same, 4))).toBeNull()
    expect(integerMean(meanOf(same, same, 3))).not.toBeNull()
  })

  it('is refused where float32 sums of the same quanta differ in the output', () => {
    const input = { scale: Math.fround(0.1), zeroPoint: 0 }
    const output = { scale: Math.fround(0.4), zeroPoint: 1 }
    const reals = (quanta: readonly number[]) => quanta.map((q) => dequantize(q, input))
    const outputs = Array.from({ length: 3000 }, () => {
      const quanta = Array.from({ length: 7 }, () => random.integer(-128, 127))
      // The eighth makes the exact mean a tie: r = sum * 0.1 / (8 * 0.4) = sum / 32, and sum = 16 modulo 32.
      const sum = quanta.reduce((a, b) => a + b, 0)
      const last = ((((16 - (sum % 32)) % 32) + 48) % 32) - 16
      const orders = [[...quanta, last], [last, ...quanta].reverse(), [last, ...quanta]]
      return new Set(orders.map((order) => quantizedAverage(reals(order), 8, output, range))).size
    })
    expect(Math.max(...outputs)).toBeGreaterThan(1)
    expect(integerMean(meanOf(input, output, 8))).toBeNull()
  })

  it('gives the float rule for quanta in any order', () => {
    for (let round = 0; round < 300; round++) {
      const [input, output, cells] = [arbitrary(), arbitrary(), random.integer(1, 9)]
      const mean = integerMean(meanOf(input, output, cells))
      if (!mean) continue
      const quanta = Array.from({ length: cells }, () => random.integer(-128, 127))
      const expected = quantizedAverage(
        quanta.map((q) => dequantize(q, input)),
        cells,
        output,
        range,
      )
      expect(outputOf(mean, quanta, output)).toBe(expected)
    }
  })
})

/** Reads the record as the kernel does, whatever its form. */
function outputOf(
  { form, records }: NonNullable<ReturnType<typeof integerMean>>,
  quanta: readonly number[],
  output: Quantization,
): number {
  const { recordBytes } = requantizerForms[form]
  const view = new DataView(records.buffer, records.byteOffset + (quanta.length - 1) * recordBytes)
  const accumulator = quanta.reduce((sum, q) => sum + q, view.getInt32(0, true))
  const multiplier = view.getBigInt64(4, true)
  const exact = (BigInt(accumulator) * multiplier * 2n + (1n << 42n)) >> 43n
  return Math.min(range.max, Math.max(range.min, Number(exact) + output.zeroPoint))
}
