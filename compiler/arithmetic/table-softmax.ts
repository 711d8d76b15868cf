// SPDX-License-Identifier: Apache-2.0
// TFLite Micro's softmax of int16 rows: exp and 1 / (1 + x) as straight lines between 513 points. Twin of assembly/table-softmax.
import { applyFixed, type FixedMultiplier, fixedMultiplier, roundHalfAway } from './fixed-point.js'
import { clamp, f32, type Range } from './float32.js'

const int16: Range = { min: -32768, max: 32767 }
const spacing = 128

/** In float32 throughout: each point is moved by half of what the line would miss in the middle. */
function pointsOf(
  scale: number,
  zeroPoint: number,
  resultScale: number,
  f: (x: number) => number,
): Int16Array {
  const first = f32(scale * (int16.min - zeroPoint))
  const last = f32(scale * (int16.max - zeroPoint))
  const step = f32(f32(last - first) / 512)
  const half = f32(step / 2)
  const inverse = f32(65536 / f32(f32(resultScale * int16.max) - f32(resultScale * int16.min)))
  const quantum = (x: number) => roundHalfAway(f32(f32(f(x)) * inverse))
  return Int16Array.from({ length: 513 }, (_, i) => {
    if (i === 512) return clamp(quantum(last), int16)
    const at = f32(first + f32(i * step))
    const value = quantum(at)
    const next = f32(f(f32(first + f32((i + 1) * step))))
    const middle = roundHalfAway(f32(f32(f32(next * inverse) + value) / 2))
    const missed = f32(middle - quantum(f32(at + half)))
    return clamp(value - roundHalfAway(f32(missed / 2)), int16)
  })
}

export const exponentialPoints = pointsOf(f32(10 / 65535), 32767, f32(2 / 65535), Math.exp)
export const reciprocalPoints = pointsOf(f32(1 / 65535), -32768, f32(2 / 65535), (x) => f32(1 / f32(1 + x)))

function lineAt(points: Int16Array, v: number): number {
  const place = 256 + Math.floor(v / spacing)
  const rise = (points[place + 1]! - points[place]!) * (v & (spacing - 1))
  return points[place]! + ((rise + spacing / 2) >> 7)
}

/** Of the distance to the row's maximum, in the table's argument. */
export const softmaxMultiplier = (scale: number, beta: number): FixedMultiplier =>
  fixedMultiplier((scale * beta) / (10 / 65535))

/** Sums of longer rows may leave 32 bits. */
export const longestWideRow = 65535

/** Result in 1/32768. Pre: at most longestWideRow elements. */
export function tableSoftmax(row: readonly number[], by: FixedMultiplier): number[] {
  const greatest = row.reduce((a, b) => Math.max(a, b))
  const terms = row.map((x) => lineAt(exponentialPoints, clamp(applyFixed(x - greatest, by) + 32767, int16)))
  const sum = terms.reduce((total, term) => total + term, 0)
  const headroom = Math.clz32(sum)
  const fraction = clamp((((sum << (headroom - 1)) + (1 << 13)) >> 14) - 98304, int16)
  const reciprocal = lineAt(reciprocalPoints, fraction)
  return terms.map((term) =>
    clamp((term * reciprocal + 2 ** (30 - headroom)) >> (31 - headroom), { min: 0, max: 32767 }),
  )
}
