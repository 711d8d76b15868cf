// SPDX-License-Identifier: MIT-0
// e^x within a softmax: x = k * ln 2 + r with |r| <= ln 2 / 2, then 2^k times a polynomial in r. Each float32 operation
// rounds once, in the order of the contract's reference; compiler/arithmetic/functions.ts has the exact twin.

/** e^x for x <= 0; 0 below -87.7. NaN gives NaN. */
export function expOfDifference(x: f32): f32 {
  const bounded = max<f32>(x, <f32>-88.3762626647949)
  const shifted = bounded * <f32>1.44269504 + <f32>12582912.0
  const k = shifted - <f32>12582912.0
  let r = k * <f32>-0.693145752 + bounded
  r = k * <f32>-1.42860677e-6 + r
  let p: f32 = <f32>0.0013780593872070312
  p = p * r + <f32>0.008373124524950981
  p = p * r + <f32>0.041669536381959915
  p = p * r + <f32>0.166664719581604
  p = p * r + <f32>0.49999985098838806
  p = p * r + <f32>1
  // The low bits of `shifted` are k, -128 <= k <= 0: moved into the exponent field they make 2^k; below -126 the field is 0 or less.
  const power = max<i32>(reinterpret<i32>(shifted) - 0x4b400000 + 127, 0) << 23
  return (p * r + <f32>1) * reinterpret<f32>(power)
}
