// SPDX-License-Identifier: Apache-2.0
// What the sizes of capsules are estimated with.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { largestError, nonNegativeLeastSquares, type Sample } from './least-squares.js'

const samplesOf = (truth: readonly number[], rows: readonly (readonly number[])[]): Sample[] =>
  rows.map(([functions, bytes], index) => {
    const values = [1, functions!, bytes!]
    return {
      group: `${index}`,
      values,
      measured: truth.reduce((sum, coefficient, i) => sum + coefficient * values[i]!, 0),
    }
  })

const coefficient = fc.integer({ min: 0, max: 4000 }).map((value) => value / 100)
const rows = [
  [3, 300],
  [5, 2500],
  [9, 1200],
  [14, 5400],
  [20, 900],
  [8, 7000],
]

it('finds coefficients that measurements obey exactly', () => {
  fc.assert(
    fc.property(fc.tuple(coefficient, coefficient, coefficient), (truth) => {
      const samples = samplesOf(truth, rows)
      const found = nonNegativeLeastSquares(samples)
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(truth[i]!, 0)
      expect(largestError(samples)).toBeLessThan(1)
    }),
    { numRuns: 30 },
  )
})

it('takes none where the best one would be negative', () => {
  const samples = samplesOf([1000, 0, -0.05], rows)
  const [constant, ...others] = nonNegativeLeastSquares(samples)
  expect(others).toEqual([0, 0])
  expect(constant).toBeCloseTo(samples.reduce((sum, { measured }) => sum + measured, 0) / rows.length, 6)
})

it('measures the error on what it has not seen', () => {
  const samples = samplesOf([100, 10, 1], rows)
  const odd = { group: 'odd', values: [1, 10, 3000], measured: 100 + 100 + 3000 + 500 }
  expect(largestError([...samples, odd])).toBeGreaterThanOrEqual(499)
  expect(largestError([odd])).toBe(0)
})
