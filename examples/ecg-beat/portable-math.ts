// SPDX-License-Identifier: Apache-2.0
// exp, sine and random numbers from + - * / alone. JavaScript leaves the last bits of Math.exp and Math.sin to the
// engine; the committed synthetic input has to come out the same everywhere.

const TWO_PI = 6.283185307179586

/** e^x by (e^(x/1024))^1024, the inner power by its Taylor series. Pre: |x| <= 100. Relative error below 1e-11. */
export function exponential(x: number): number {
  const small = x / 1024
  let power = 1
  for (let order = 8; order >= 1; order--) power = 1 + (small / order) * power
  for (let squaring = 0; squaring < 10; squaring++) power *= power
  return power
}

/** Sine by its Taylor series after reduction to -pi..pi. Pre: |x| < 1e6. Error below 1e-9. */
export function sine(x: number): number {
  const angle = x - TWO_PI * Math.round(x / TWO_PI)
  let term = angle
  let sum = angle
  for (let order = 2; order <= 24; order += 2) {
    term *= (-angle * angle) / (order * (order + 1))
    sum += term
  }
  return sum
}

export interface RandomSource {
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number
  /** Mean 0, standard deviation 1: the sum of twelve uniform numbers, less six. */
  normal(): number
}

/** Marsaglia's 32-bit xorshift (13, 17, 5), started away from zero and warmed up. */
export function randomSource(seed: number): RandomSource {
  let state = (Math.imul(seed, 2654435761) ^ 0x9e3779b9) >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 4294967296
  }
  for (let warmUp = 0; warmUp < 16; warmUp++) next()
  return {
    uniform: (low, high) => low + (high - low) * next(),
    normal: () => {
      let sum = -6
      for (let draw = 0; draw < 12; draw++) sum += next()
      return sum
    },
  }
}
