// SPDX-License-Identifier: MIT-0
// Natural logarithm as the contract's reference rounds it: x = 2^k * z with z near the centre c of one of 16 intervals;
// log x = k * ln 2 + log c + log(z / c), the last by a polynomial in float64. compiler/arithmetic/exponential.ts has the twin.

/** `table`: 16 pairs 1 / c, log c of float64. Pre: x is normal and > 0; NaN gives NaN. */
export function logOfNormal(x: f32, table: usize): f32 {
  const offset = reinterpret<i32>(x) - 0x3f330000
  const centre = table + (<usize>((offset >> 19) & 15) << 4)
  const z = <f64>reinterpret<f32>(reinterpret<i32>(x) - (offset & 0xff800000))
  const r = z * load<f64>(centre) - 1
  const squared = r * r
  const y = -0.25089342214237154 * squared + (0.333456765744066 * r - 0.4999997485802103)
  const log = y * squared + (load<f64>(centre, 8) + <f64>(offset >> 23) * 0.6931471805599453 + r)
  return select<f32>(<f32>log, x, x == x)
}
