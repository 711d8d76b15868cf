// SPDX-License-Identifier: Apache-2.0
// Coefficients that are not negative and come closest to what was measured: how engines' memory grows with a module.

export interface Sample {
  /** Samples of one group are left out together when errors are measured. */
  readonly group: string
  readonly values: readonly number[]
  readonly measured: number
}

/**
 * Minimizes the sum of (values * coefficients - measured)^2 with coefficients >= 0, by coordinate descent.
 * Deterministic. Pre: each sample has the same number of values.
 */
export function nonNegativeLeastSquares(samples: readonly Sample[]): number[] {
  const count = samples[0]?.values.length ?? 0
  const product = (a: (s: Sample) => number, b: (s: Sample) => number) =>
    samples.reduce((sum, sample) => sum + a(sample) * b(sample), 0)
  const columns = Array.from({ length: count }, (_, i) => (sample: Sample) => sample.values[i]!)
  const gram = columns.map((a) => columns.map((b) => product(a, b)))
  const target = columns.map((a) => product(a, (sample) => sample.measured))
  const solution = new Array<number>(count).fill(0)
  for (let round = 0; round < mostRounds; round++) {
    let change = 0
    for (let i = 0; i < count; i++) {
      const own = gram[i]![i]!
      if (own === 0) continue
      const rest = gram[i]!.reduce((sum, g, j) => sum + g * solution[j]!, 0) - own * solution[i]!
      const next = Math.max(0, (target[i]! - rest) / own)
      change = Math.max(change, Math.abs(next - solution[i]!) * Math.sqrt(own / samples.length))
      solution[i] = next
    }
    // Bytes: what moves less than this changes no whole number.
    if (change < 1e-5) break
  }
  return solution
}

const mostRounds = 200_000

export const predict = (coefficients: readonly number[], values: readonly number[]): number =>
  coefficients.reduce((sum, coefficient, i) => sum + coefficient * values[i]!, 0)

/** Largest error of a prediction from all other groups' samples. */
export function largestError(samples: readonly Sample[]): number {
  const groups = [...new Set(samples.map(({ group }) => group))]
  if (groups.length === 1) return 0
  const errors = groups.flatMap((left) => {
    const coefficients = nonNegativeLeastSquares(samples.filter(({ group }) => group !== left))
    return samples
      .filter(({ group }) => group === left)
      .map(({ values, measured }) => Math.abs(predict(coefficients, values) - measured))
  })
  return Math.max(...errors)
}
