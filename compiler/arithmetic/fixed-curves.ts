// SPDX-License-Identifier: Apache-2.0
// Logistic function and hyperbolic tangent of 16 bits as TFLite Micro's reference kernels have them: straight lines
// between 256 points of 1 / (1 + exp(-x / 24)). Twin of assembly/curves.ts.

export type Curve = 'logistic' | 'tanh'

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x / 24))

/** At i the function, moved towards the middle of its arc above the chord, in 1/65536; the last entry is the limit. */
export const sigmoidTable: Uint16Array = Uint16Array.from({ length: 256 }, (_, i) => {
  const middle = (sigmoid(i) + sigmoid(i + 1)) / 2
  return i === 255 ? 65535 : Math.round(65536 * (sigmoid(i) + (sigmoid(i + 0.5) - middle) / 2))
})

/** The argument of a curve: v = (q * multiplier + 2^(shift - 1)) >> shift. */
export interface CurveArgument {
  readonly multiplier: number
  readonly shift: number
}

/** Pre: scale <= largestCurveScale, so that products fit 32 bits. */
export const largestCurveScale = 5

export function curveArgument(curve: Curve, scale: number): CurveArgument {
  const exponent = Math.log2(scale)
  const nearest = Math.round(exponent)
  const left = 12 + nearest
  if (Math.abs(exponent - nearest) < 1e-3 && (left === 0 || (curve === 'tanh' && left === 1))) {
    return { multiplier: 3 * 2 ** left, shift: 0 }
  }
  let multiplier = scale * 4096 * 3
  let shift = 0
  for (; multiplier <= 16383.5 && shift <= 30; shift++) multiplier *= 2
  return { multiplier: Math.trunc(multiplier), shift }
}

/** Result in 1/32768. Pre: int16 q. */
export function curveOf(curve: Curve, q: number, { multiplier, shift }: CurveArgument): number {
  const rounding = shift > 0 ? 2 ** (shift - 1) : 0
  const v = Math.floor((q * multiplier + rounding) / 2 ** shift)
  return curve === 'logistic' ? logistic16(v) : tanh16(v)
}

/** Of v / (3 * 4096). */
export function logistic16(v: number): number {
  const r = interpolated(v, 9, 0x7fff << 10)
  return (v >= 0 ? r + 512 : 2 ** 25 - r + 511) >> 10
}

/** Of v / (3 * 4096). */
export function tanh16(v: number): number {
  const r = interpolated(v, 8, 0xffff << 8)
  return (v >= 0 ? r - 2 ** 23 + 128 : -r + 2 ** 23 + 127) >> 8
}

function interpolated(v: number, bits: number, limit: number): number {
  const magnitude = Math.abs(v)
  const place = Math.floor(magnitude / 2 ** bits)
  if (place >= 255) return limit
  const [low, high] = [sigmoidTable[place]!, sigmoidTable[place + 1]!]
  return low * 2 ** bits + (magnitude % 2 ** bits) * (high - low)
}
