// SPDX-License-Identifier: MIT-0
// The functions of gates, as the contract's reference computes them: the same name in three ways (METHOD). Every float32
// operation rounds once, and nothing branches on a value. compiler/operators/recurrent/activations.ts has the twin.
import { exponential } from "../exponential"
import { CLIP, HAS_BIAS, HAS_CLIP, POWERS } from "./constants"

// Functions
export const SIGMOID: i32 = 0
export const TANH: i32 = 1
export const RELU: i32 = 2
const AFFINE: i32 = 3
const LEAKY_RELU: i32 = 4
const THRESHOLDED_RELU: i32 = 5
const HARD_SIGMOID: i32 = 6

// Methods
export const VECTOR: i32 = 0
export const RATIONAL: i32 = 1
export const EXPONENTIAL: i32 = 2
export const MERGED: i32 = 3

/** Pre: `name` and `method` are constants. */
// @ts-ignore: decorator
@inline
export function gate(name: i32, method: i32, alpha: f32, beta: f32, x: f32): f32 {
  if (name == SIGMOID) {
    if (method == EXPONENTIAL) return exponentialSigmoid(x)
    return method == RATIONAL ? rationalSigmoid(x) : logistic(x)
  }
  if (name == TANH) {
    if (method == EXPONENTIAL) return <f32>2 * exponentialSigmoid(<f32>2 * x) - <f32>1
    return rationalTanh(x, method == RATIONAL ? <f32>10 : <f32>9)
  }
  if (name == RELU) return method == VECTOR ? max<f32>(x, <f32>0) : select<f32>(x, <f32>0, x > <f32>0)
  if (name == AFFINE) return alpha * x + beta
  if (name == LEAKY_RELU) return select<f32>(x, alpha * x, x >= <f32>0)
  if (name == THRESHOLDED_RELU) return select<f32>(x, <f32>0, x > alpha)
  if (name == HARD_SIGMOID) return within(alpha * x + beta)
  return x / (<f32>1 + abs<f32>(x))
}

/** Within 0..1; 0 for NaN. */
// @ts-ignore: decorator
@inline
function within(x: f32): f32 {
  const above = select<f32>(x, <f32>0, x > <f32>0)
  return select<f32>(above, <f32>1, above < <f32>1)
}

/** The sum of a gate within -CLIP..CLIP; with a bias, NaN becomes CLIP, as in the reference. */
// @ts-ignore: decorator
@inline
export function limited(value: f32, bias: f32): f32 {
  if (HAS_BIAS) {
    const x = value + bias
    if (!HAS_CLIP) return x
    const low = select<f32>(x, CLIP, x < CLIP)
    return select<f32>(low, -CLIP, low > -CLIP)
  }
  return HAS_CLIP ? clipped(value) : value
}

/** NaN stays. */
// @ts-ignore: decorator
@inline
export function clipped(value: f32): f32 {
  return select<f32>(CLIP, select<f32>(-CLIP, value, value < -CLIP), value > CLIP)
}

function rationalTanh(value: f32, bound: f32): f32 {
  const x = min<f32>(bound, max<f32>(-bound, value))
  const s = x * x
  let p: f32 = <f32>-2.76076847742355e-16
  p = p * s + <f32>2.00018790482477e-13
  p = p * s + <f32>-8.60467152213735e-11
  p = p * s + <f32>5.12229709037114e-8
  p = p * s + <f32>1.48572235717979e-5
  p = p * s + <f32>6.37261928875436e-4
  p = p * s + <f32>4.89352455891786e-3
  let q: f32 = <f32>1.19825839466702e-6
  q = q * s + <f32>1.18534705686654e-4
  q = q * s + <f32>2.268434632439e-3
  q = q * s + <f32>4.89352518554385e-3
  return p * x / q
}

function logistic(value: f32): f32 {
  const x = min<f32>(<f32>18, max<f32>(<f32>-18, value))
  const s = x * x
  let p: f32 = <f32>4.37031012579801e-11
  p = p * s + <f32>1.15627324459942e-7
  p = p * s + <f32>6.08574864600143e-5
  p = p * s + <f32>8.51377133304701e-3
  p = p * s + <f32>2.48287947061529e-1
  let q: f32 = <f32>6.10247389755681e-13
  q = q * s + <f32>5.76102136993427e-9
  q = q * s + <f32>6.2910678501704e-6
  q = q * s + <f32>1.70198817374094e-3
  q = q * s + <f32>1.16817656904453e-1
  q = q * s + <f32>9.9315192102318e-1
  return min<f32>(<f32>1, max<f32>(<f32>0, p * x / q + <f32>0.5))
}

function rationalSigmoid(value: f32): f32 {
  const x = min<f32>(<f32>20, max<f32>(<f32>-20, value))
  return <f32>0.5 * (<f32>1 + rationalTanh(<f32>0.5 * x, <f32>10))
}

function exponentialSigmoid(x: f32): f32 {
  const isPositive = x >= <f32>0
  const e = exponential(select<f32>(-x, x, isPositive), POWERS)
  return select<f32>(<f32>1, e, isPositive) / (<f32>1 + e)
}
