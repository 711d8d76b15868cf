// SPDX-License-Identifier: Apache-2.0
// The reference's float32 functions of one value, operation by operation: its polynomials, evaluated by Horner's rule
// with a rounding after every multiplication and every addition (WebAssembly has no fused multiply-add).
// Each equals onnxruntime-web in every bit; functions whose order of operations is not known are not here.
import { f32 } from './float32.js'

export type UnaryFunction = (x: number) => number

/** c[0] * x^n + ... + c[n], rounded after every operation. */
function polynomial(x: number, coefficients: readonly number[]): number {
  let p = coefficients[0]!
  for (let index = 1; index < coefficients.length; index++) p = f32(f32(p * x) + coefficients[index]!)
  return p
}

const float32s = (...values: number[]): readonly number[] => values.map(f32)

const tanhOdd = float32s(
  -2.76076847742355e-16,
  2.00018790482477e-13,
  -8.60467152213735e-11,
  5.12229709037114e-8,
  1.48572235717979e-5,
  6.37261928875436e-4,
  4.89352455891786e-3,
)
const tanhEven = float32s(1.19825839466702e-6, 1.18534705686654e-4, 2.268434632439e-3, 4.89352518554385e-3)

/** Rational approximation on -9..9, saturated beyond. */
export const tanh: UnaryFunction = (x) => tanhWithin(x, 9)

/** The same approximation, saturated elsewhere. */
export function tanhWithin(x: number, bound: number): number {
  const bounded = limit(x, bound)
  const square = f32(bounded * bounded)
  return f32(f32(polynomial(square, tanhOdd) * bounded) / polynomial(square, tanhEven))
}

const logisticOdd = float32s(
  4.37031012579801e-11,
  1.15627324459942e-7,
  6.08574864600143e-5,
  8.51377133304701e-3,
  2.48287947061529e-1,
)
const logisticEven = float32s(
  6.10247389755681e-13,
  5.76102136993427e-9,
  6.2910678501704e-6,
  1.70198817374094e-3,
  1.16817656904453e-1,
  9.9315192102318e-1,
)

/** 1 / (1 + exp(-x)): one half plus a rational approximation on -18..18, clamped to 0..1. */
export function logistic(x: number): number {
  const bounded = limit(x, 18)
  const square = f32(bounded * bounded)
  const centred = f32(f32(polynomial(square, logisticOdd) * bounded) / polynomial(square, logisticEven))
  return Math.min(1, Math.max(0, f32(centred + 0.5)))
}

const LOG2_E = f32(Math.LOG2E)
/** -log(2), in two parts. */
const MINUS_LOG2_HIGH = f32(-0.693145752)
const MINUS_LOG2_LOW = f32(-1.42860677e-6)
/** 1.5 * 2^23: adding it rounds to an integer. */
const ROUNDER = 12582912
const expCoefficients = float32s(
  0.0013780593872070312,
  0.008373124524950981,
  0.041669536381959915,
  0.166664719581604,
  0.49999985098838806,
  1,
)

/** e^x: 2^k times a polynomial on -ln 2 / 2..ln 2 / 2; the power of two is applied in two steps, so that subnormals round once. */
export function exp(x: number): number {
  const bounded = Math.min(f32(88.776262664795), Math.max(f32(-103.9720840454), x))
  const { exponent, rest } = splitExponent(bounded)
  const normal = Math.min(127, Math.max(-126, exponent))
  const overflow = 2 ** (exponent - normal)
  const scaled = f32(f32(polynomial(rest, expCoefficients) * f32(rest * overflow)) + overflow)
  return f32(scaled * 2 ** normal)
}

/** e^x within a softmax's sum. Pre: x <= 0. Below -87.7 it is 0. */
export function expOfDifference(x: number): number {
  const { exponent, rest } = splitExponent(Math.max(f32(-88.3762626647949), x))
  const scaled = f32(f32(polynomial(rest, expCoefficients) * rest) + 1)
  return exponent < -126 ? 0 : f32(scaled * 2 ** exponent)
}

/** x = exponent * ln 2 + rest, |rest| <= ln 2 / 2. */
function splitExponent(x: number): { exponent: number; rest: number } {
  const exponent = f32(f32(f32(x * LOG2_E) + ROUNDER) - ROUNDER)
  const rest = f32(f32(exponent * MINUS_LOG2_HIGH) + x)
  return { exponent, rest: f32(f32(exponent * MINUS_LOG2_LOW) + rest) }
}

const erfNear = float32s(
  -5.99104969e-4,
  4.99339588e-3,
  -2.67667342e-2,
  1.12818025e-1,
  -3.76124859e-1,
  1.28379151e-1,
)
const erfFar = float32s(
  1.7294893e-5,
  -3.8320868e-4,
  3.88393435e-3,
  -2.42545605e-2,
  1.06777847e-1,
  6.34846687e-1,
  1.28717512e-1,
)
const erfExp = float32s(1.38319808e-3, 8.37550033e-3, 4.16689515e-2, 1.66664466e-1, 4.99999851e-1, 1, 1)

/** Error function: a polynomial near zero, 1 - exp(-polynomial) beyond 0.921875, saturated beyond 3.925; odd. */
export function erf(x: number): number {
  const size = Math.min(Math.abs(x), f32(3.925))
  return withSign(size <= 0.921875 ? erfNearZero(size) : erfBeyond(size), x)
}

function erfNearZero(size: number): number {
  return f32(f32(polynomial(f32(size * size), erfNear) * size) + size)
}

function erfBeyond(size: number): number {
  const r = -f32(f32(polynomial(size, erfFar) * size) + size)
  const { exponent, rest } = splitExponent(r)
  return f32(1 - f32(polynomial(rest, erfExp) * 2 ** exponent))
}

/** Keeps -0, as the reference does. */
// biome-ignore lint/complexity/useMathMinMax: Math.max(0, -0) is 0
export const relu: UnaryFunction = (x) => (x < 0 ? 0 : x)

/** Pre: min <= max. */
export const clip =
  (min: number, max: number): UnaryFunction =>
  (x) =>
    Math.min(f32(max), Math.max(f32(min), x))

export const leakyRelu =
  (alpha: number): UnaryFunction =>
  (x) =>
    x >= 0 ? x : f32(f32(alpha) * x)

export const hardSigmoid =
  (alpha: number, beta: number): UnaryFunction =>
  (x) =>
    Math.max(0, Math.min(1, f32(f32(f32(alpha) * x) + f32(beta))))

const sixthSigmoid = hardSigmoid(1 / 6, 0.5)
export const hardSwish: UnaryFunction = (x) => f32(x * sixthSigmoid(x))

export const softsign: UnaryFunction = (x) => f32(x * f32(1 / f32(1 + Math.abs(x))))

const SQRT_HALF = f32(Math.SQRT1_2)
export const gelu: UnaryFunction = (x) => f32(f32(0.5 * x) * f32(1 + erf(f32(x * SQRT_HALF))))

const GELU_B = f32(0.7978845608)
const GELU_C = f32(f32(0.044715) * GELU_B)
export function geluTanh(x: number): number {
  const inner = f32(x * f32(f32(f32(GELU_C * x) * x) + GELU_B))
  return f32(f32(0.5 * x) * f32(1 + tanh(inner)))
}

const limit = (x: number, bound: number): number => Math.min(bound, Math.max(-bound, x))

const withSign = (size: number, x: number): number => (x < 0 || Object.is(x, -0) ? -size : size)
