// SPDX-License-Identifier: Apache-2.0
// exp, log and their kin as the reference's C library (musl) rounds them: double polynomials around tables for exp, log
// and pow, float32 operations for expm1 and log1p. Only what other functions are built of; the operator Exp has its own
// polynomial (functions.ts). Equal to onnxruntime-web in every bit.
import { f32 } from './float32.js'

const word = new DataView(new ArrayBuffer(4))

export function bitsOf(x: number): number {
  word.setFloat32(0, x)
  return word.getUint32(0)
}

export function floatOf(bits: number): number {
  word.setUint32(0, bits)
  return word.getFloat32(0)
}

/** 2^(i / 32), each the nearest double. */
export const powers = [
  1,
  1.0218971486541166,
  1.0442737824274138,
  1.0671404006768237,
  1.0905077326652577,
  1.1143867425958924,
  1.1387886347566916,
  1.1637248587775775,
  1.189207115002721,
  1.215247359980469,
  1.241857812073484,
  1.2690509571917332,
  1.2968395546510096,
  1.3252366431597413,
  1.3542555469368927,
  1.383909881963832,
  Math.SQRT2,
  1.4451808069770467,
  1.4768261459394993,
  1.5091644275934228,
  1.5422108254079407,
  1.5759808451078865,
  1.6104903319492543,
  1.645755478153965,
  1.681792830507429,
  1.718619298122478,
  1.7562521603732995,
  1.7947090750031072,
  1.8340080864093424,
  1.8741676341103,
  1.9152065613971474,
  1.9571441241754002,
]
const [exp0, exp1, exp2] = [0.05550361559341535, 0.2402284522445722, 0.6931471806916203]

/** 1.5 * 2^52: adding it rounds a double to an integer. */
const doubleRounder = 1.5 * 2 ** 52

/** 2^(k / 32) for a whole k. */
const powerOf = (k: number): number => powers[((k % 32) + 32) % 32]! * 2 ** Math.floor(k / 32)

/** float32 e^x. */
export function cExp(x: number): number {
  if (Number.isNaN(x)) return x
  if (x > f32(88.72283905206835)) return Number.POSITIVE_INFINITY
  if (x < f32(-103.97207708)) return 0
  const z = Math.LOG2E * 32 * x
  const k = z + doubleRounder - doubleRounder
  const r = z - k
  const cubic = (exp0 / 32 / 32 / 32) * r + exp1 / 32 / 32
  return f32((cubic * (r * r) + ((exp2 / 32) * r + 1)) * powerOf(k))
}

/** Centres c of 16 intervals of 0.7..1.4, as 1 / c, with log(c) and log2(c). */
export const logCentres = [
  [1.398907162146528, -0.33569133332882284, -0.48430022186289673],
  [1.3403141896637998, -0.2929040563774074, -0.42257122959194704],
  [1.286432210124115, -0.2518726580937369, -0.3633754347673556],
  [1.2367150214269895, -0.21245868807117255, -0.30651309567405577],
  [1.1906977166711752, -0.17453945183745634, -0.25180720160537634],
  [1.1479821020556429, -0.1380057072319758, -0.19910014943794563],
  [1.1082251448272158, -0.10275976698545139, -0.14825100623281615],
  [1.0711297413057381, -0.06871392447020525, -0.09913323807318392],
  [1.036437278977283, -0.0357891387398228, -0.051632812977629436],
  [1, 0, 0],
  [0.9492859795739057, 0.05204517742929496, 0.07508531937943004],
  [0.8951049428609004, 0.11081431298787942, 0.15987125980713107],
  [0.8476821620351103, 0.1652495223695143, 0.2384046664317681],
  [0.8050314851692001, 0.21687389031699977, 0.31288288605863257],
  [0.7664671008843108, 0.2659635028121397, 0.38370422656453185],
  [0.731428603316328, 0.3127556664073557, 0.451211048935815],
] as const

/** x = 2^k * z with z near a centre: k, z / c - 1, and the centre's logarithms. Pre: x > 0 and finite. */
function splitLogarithm(x: number) {
  const isSubnormal = x < 2 ** -126
  const bits = isSubnormal ? bitsOf(x * 2 ** 23) - (23 << 23) : bitsOf(x)
  const offset = (bits - 0x3f330000) | 0
  const [inverse, log, log2] = logCentres[(offset >> 19) & 15]!
  const z = floatOf(bits - (offset & 0xff800000))
  return { k: offset >> 23, r: z * inverse - 1, log, log2 }
}

/** float32 natural logarithm. */
export function cLog(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY) return Math.log(x)
  const { k, r, log } = splitLogarithm(x)
  const squared = r * r
  const y = -0.25089342214237154 * squared + (0.333456765744066 * r - 0.4999997485802103)
  return f32(y * squared + (log + k * Math.LN2 + r))
}

/** float32 x^y. */
export function cPow(x: number, y: number): number {
  const isSpecial = x === 0 || y === 0 || !Number.isFinite(x) || !Number.isFinite(y)
  if (x === 1) return 1
  if (isSpecial) return x === -1 && !Number.isNaN(y) ? 1 : f32(x ** y)
  if (x < 0 && !Number.isInteger(y)) return Number.NaN
  const sign = x < 0 && y % 2 !== 0 ? -1 : 1
  const { k, r, log2 } = splitLogarithm(Math.abs(x))
  const squared = r * r
  const quartic = 0.288457581109214 * r - 0.36092606229713164
  const quadratic = 0.480898481472577 * r - 0.7213474675006291
  const log = quartic * (squared * squared) + (quadratic * squared + (1.4426950408774342 * r + (log2 + k)))
  const power = y * log
  if (power > 127.99999995700433) return sign * Number.POSITIVE_INFINITY
  if (power <= -150) return sign * 0
  const whole = power + doubleRounder / 32 - doubleRounder / 32
  const rest = power - whole
  const cubic = (exp0 * rest + exp1) * (rest * rest)
  return sign * f32((cubic + (exp2 * rest + 1)) * powerOf(whole * 32))
}

const [ln2High, ln2Low] = [f32(0.6931381), f32(0.000009058001)]

const log1pCoefficients = [f32(0.6666666), f32(0.40000972), f32(0.28498787), f32(0.24279079)] as const

/** float32 log(1 + x). */
export function cLog1p(x: number): number {
  if (!(x > -1) || x === Number.POSITIVE_INFINITY || Math.abs(x) < 2 ** -24)
    return x < -1 || x === -1 ? Math.log1p(x) : x
  let [k, correction, fraction] = [0, 0, x]
  if (x <= f32(-0.2928932) || x >= f32(0.41421366)) {
    const sum = f32(1 + x)
    const bits = bitsOf(sum) + (0x3f800000 - 0x3f3504f3)
    k = (bits >>> 23) - 127
    if (k < 25) correction = f32((k >= 2 ? f32(1 - f32(sum - x)) : f32(x - f32(sum - 1))) / sum)
    fraction = f32(floatOf((bits & 0x7fffff) + 0x3f3504f3) - 1)
  }
  const s = f32(fraction / f32(2 + fraction))
  const z = f32(s * s)
  const w = f32(z * z)
  const [c1, c2, c3, c4] = log1pCoefficients
  const even = f32(w * f32(c2 + f32(w * c4)))
  const odd = f32(z * f32(c1 + f32(w * c3)))
  const half = f32(f32(0.5 * fraction) * fraction)
  const low = f32(f32(k * ln2Low) + correction)
  const main = f32(f32(s * f32(half + f32(odd + even))) + low)
  return f32(f32(f32(main - half) + fraction) + f32(k * ln2High))
}

/** float32 e^x - 1 of 0 <= x < 88.73. */
export function cExpm1(x: number): number {
  if (x < 2 ** -25) return x
  let [k, correction, rest] = [0, 0, x]
  if (x > f32(0.3465736)) {
    k = x < f32(1.0397208) ? 1 : Math.trunc(f32(f32(f32(Math.LOG2E) * x) + 0.5))
    const high = f32(x - f32(k * ln2High))
    const low = f32(k * ln2Low)
    rest = f32(high - low)
    correction = f32(f32(high - rest) - low)
  }
  const half = f32(0.5 * rest)
  const square = f32(rest * half)
  const r = f32(1 + f32(square * f32(f32(-0.033333212) + f32(square * f32(0.001580717)))))
  const t = f32(3 - f32(r * half))
  const e = f32(square * f32(f32(r - t) / f32(6 - f32(rest * t))))
  if (k === 0) return f32(rest - f32(f32(rest * e) - square))
  const error = f32(f32(f32(rest * f32(e - correction)) - correction) - square)
  if (k === 1)
    return rest < -0.25 ? f32(-2 * f32(error - f32(rest + 0.5))) : f32(1 + f32(2 * f32(rest - error)))
  if (k > 56) {
    const y = f32(f32(rest - error) + 1)
    return f32((k === 128 ? f32(f32(y * 2) * 2 ** 127) : f32(y * 2 ** k)) - 1)
  }
  const one = 2 ** -k
  const sum = k < 23 ? f32(f32(rest - error) + f32(1 - one)) : f32(f32(rest - f32(error + one)) + 1)
  return f32(sum * 2 ** k)
}
