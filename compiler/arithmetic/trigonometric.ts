// SPDX-License-Identifier: Apache-2.0
// Trigonometric and hyperbolic functions and their inverses, as the reference's C library (musl) rounds them: sin, cos and
// tan by double polynomials, the others in float32. Equal to onnxruntime-web in every bit.
import { CapletError } from '../errors.js'
import { bitsOf, cExp, cExpm1, cLog, cLog1p, floatOf } from './exponential.js'
import { f32 } from './float32.js'

function sineOf(x: number): number {
  const z = x * x
  const w = z * z
  const r = -0.00019839334836096632 + z * 0.000002718311493989822
  const s = z * x
  return f32(x + s * (-0.16666666641626524 + z * 0.008333329385889463) + s * w * r)
}

function cosineOf(x: number): number {
  const z = x * x
  const w = z * z
  const r = -0.001388676377460993 + z * 0.00002439044879627741
  return f32(1 + z * -0.499999997251031 + w * 0.04166662332373906 + w * z * r)
}

function tangentOf(x: number, isInverted: boolean): number {
  const z = x * x
  const w = z * z
  const s = z * x
  const r = 0.002974357433599673 + z * 0.009465647849436732
  const t = 0.05338123784456704 + z * 0.024528318116654728
  const u = 0.3333313950307914 + z * 0.13339200271297674
  const y = x + s * u + s * w * (t + w * r)
  return f32(isInverted ? -1 / y : y)
}

/** Beyond it another reduction would be needed; no quantized angle is so large. */
const largestAngle = 2 ** 28

/** x - quarters * pi / 2, in double precision. Near zero the multiples are subtracted in one step, as the library does. */
function reduce(x: number): { quarters: number; rest: number } {
  if (Math.abs(x) >= largestAngle) {
    throw new CapletError({
      code: 'float-function',
      message: `A trigonometric function of ${x}: the reference's reduction of such angles is not known.`,
      remedy: 'Use smaller angles (below 2^28), or a smaller input scale.',
    })
  }
  const size = bitsOf(Math.abs(x))
  const near = [0x3f490fda, 0x4016cbe3, 0x407b53d1, 0x40afeddf, 0x40e231d5].findIndex(
    (limit) => size <= limit,
  )
  if (near >= 0) {
    const quarters = Math.sign(x) * near
    return { quarters, rest: x - quarters * (Math.PI / 2) }
  }
  const quarters = nearest(x * 0.6366197723675814)
  return { quarters, rest: x - quarters * 1.5707963109016418 - quarters * 1.5893254773528196e-8 }
}

const nearest = (x: number): number => x + 1.5 * 2 ** 52 - 1.5 * 2 ** 52

/** Angles below it are their own sine and tangent. */
const tiny = 2 ** -12

export function sin(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < tiny) return x
  const { quarters, rest } = reduce(x)
  const value = quarters & 1 ? cosineOf(rest) : sineOf(rest)
  return quarters & 2 ? -value : value
}

export function cos(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < tiny) return 1
  const { quarters, rest } = reduce(x)
  const value = quarters & 1 ? sineOf(rest) : cosineOf(rest)
  return (quarters + 1) & 2 ? -value : value
}

export function tan(x: number): number {
  if (!Number.isFinite(x)) return Number.NaN
  if (Math.abs(x) < tiny) return x
  const { quarters, rest } = reduce(x)
  return tangentOf(rest, (quarters & 1) === 1)
}

/** (asin(sqrt z) - sqrt z) / (z * sqrt z). */
function arcRatio(z: number): number {
  const numerator = f32(
    z * f32(f32(0.16666587) + f32(z * f32(f32(-0.042743422) + f32(z * f32(-0.008656363))))),
  )
  return f32(numerator / f32(1 + f32(z * f32(-0.70662963))))
}

export function asin(x: number): number {
  const size = Math.abs(x)
  if (size === 1) return f32(x * (Math.PI / 2))
  if (!(size < 1)) return Number.NaN
  if (size < 0.5) {
    if (size < 2 ** -12 && size >= 2 ** -126) return x
    return f32(x + f32(x * arcRatio(f32(x * x))))
  }
  const z = f32(f32(1 - size) * 0.5)
  const s = Math.sqrt(z)
  return withSign(f32(Math.PI / 2 - 2 * (s + s * arcRatio(z))), x)
}

const [quarterHigh, quarterLow] = [floatOf(0x3fc90fda), floatOf(0x33a22168)]

export function acos(x: number): number {
  const size = Math.abs(x)
  if (size === 1) return x < 0 ? f32(2 * quarterHigh) : 0
  if (!(size < 1)) return Number.NaN
  if (size < 0.5) {
    if (size <= 2 ** -26) return quarterHigh
    return f32(quarterHigh - f32(x - f32(quarterLow - f32(x * arcRatio(f32(x * x))))))
  }
  const z = f32(f32(1 - size) * 0.5)
  const s = f32(Math.sqrt(z))
  if (x < 0) {
    const w = f32(f32(arcRatio(z) * s) - quarterLow)
    return f32(2 * f32(quarterHigh - f32(s + w)))
  }
  const high = floatOf((bitsOf(s) & 0xfffff000) >>> 0)
  const c = f32(f32(z - f32(high * high)) / f32(s + high))
  return f32(2 * f32(high + f32(f32(arcRatio(z) * s) + c)))
}

/** Arcs of 1/2, 1, 3/2 and infinity, in two parts. */
const arcs = [
  [0x3eed6338, 0x31ac3769],
  [0x3f490fda, 0x33222168],
  [0x3f7b985e, 0x33140fb4],
  [0x3fc90fda, 0x33a22168],
].map(([high, low]) => [floatOf(high!), floatOf(low!)] as const)

export function atan(x: number): number {
  const size = Math.abs(x)
  if (Number.isNaN(x)) return x
  if (size >= 2 ** 26) return withSign(arcs[3]![0], x)
  if (size < 2 ** -12) return x
  const interval = [0.4375, 0.6875, 1.1875, 2.4375].filter((limit) => size >= limit).length - 1
  const t = interval < 0 ? x : turned(size, interval)
  const z = f32(t * t)
  const w = f32(z * z)
  const even = f32(z * f32(f32(0.33333328) + f32(w * f32(f32(0.14253636) + f32(w * f32(0.061687607))))))
  const odd = f32(w * f32(f32(-0.19999158) + f32(w * f32(-0.106480174))))
  const product = f32(t * f32(even + odd))
  if (interval < 0) return f32(t - product)
  const [high, low] = arcs[interval]!
  return withSign(f32(high - f32(f32(product - low) - t)), x)
}

/** Tangent of the difference between the angle and the interval's own. */
function turned(x: number, interval: number): number {
  if (interval === 0) return f32(f32(f32(2 * x) - 1) / f32(2 + x))
  if (interval === 1) return f32(f32(x - 1) / f32(x + 1))
  if (interval === 2) return f32(f32(x - 1.5) / f32(1 + f32(1.5 * x)))
  return f32(-1 / x)
}

/** From here on e^x is no float32. */
const greatestExponent = floatOf(0x42b17217)

/** e^x / 2 of a large x. */
const halfExp = (x: number): number => f32(f32(cExp(f32(x - f32(162.88958740234375))) * 2 ** 117) * 2 ** 117)

export function sinh(x: number): number {
  const size = Math.abs(x)
  if (Number.isNaN(x)) return x
  const half = x < 0 ? -0.5 : 0.5
  if (size >= greatestExponent) return withSign(halfExp(size), x)
  if (size < 2 ** -12) return x
  const t = cExpm1(size)
  const ratio = size < 1 ? f32(f32(2 * t) - f32(f32(t * t) / f32(t + 1))) : f32(t + f32(t / f32(t + 1)))
  return f32(half * ratio)
}

export function cosh(x: number): number {
  const size = Math.abs(x)
  if (size < floatOf(0x3f317217)) {
    if (size < 2 ** -12) return 1
    const t = cExpm1(size)
    return f32(1 + f32(f32(t * t) / f32(2 * f32(1 + t))))
  }
  if (!(size < greatestExponent)) return Number.isNaN(x) ? x : halfExp(size)
  const t = cExp(size)
  return f32(0.5 * f32(t + f32(1 / t)))
}

const ln2 = f32(Math.LN2)

export function asinh(x: number): number {
  const size = Math.abs(x)
  const root = f32(Math.sqrt(f32(f32(size * size) + 1)))
  if (!(size < 4096)) return withSign(f32(cLog(size) + ln2), x)
  if (size >= 2) return withSign(cLog(f32(f32(2 * size) + f32(1 / f32(root + size)))), x)
  if (size < 2 ** -12) return x
  return withSign(cLog1p(f32(size + f32(f32(size * size) / f32(root + 1)))), x)
}

export function acosh(x: number): number {
  if (Math.abs(x) < 2) {
    const rest = f32(x - 1)
    return cLog1p(f32(rest + f32(Math.sqrt(f32(f32(rest * rest) + f32(2 * rest))))))
  }
  if (x >= 2 && x < 4096) {
    return cLog(f32(f32(2 * x) - f32(1 / f32(x + f32(Math.sqrt(f32(f32(x * x) - 1)))))))
  }
  return f32(cLog(x) + ln2)
}

export function atanh(x: number): number {
  const size = Math.abs(x)
  if (size < 2 ** -32) return x
  const ratio =
    size < 0.5
      ? f32(f32(2 * size) + f32(f32(f32(2 * size) * size) / f32(1 - size)))
      : f32(2 * f32(size / f32(1 - size)))
  return withSign(f32(0.5 * cLog1p(ratio)), x)
}

const withSign = (size: number, x: number): number => (x < 0 || Object.is(x, -0) ? -size : size)
