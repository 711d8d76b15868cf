// SPDX-License-Identifier: MIT-0
// e^x as the C library of the contract's reference rounds it: x = (32 k + i) * ln 2 / 32 + r, then 2^k * 2^(i / 32) * e^r with a
// cubic in float64, rounded once to float32. compiler/arithmetic/exponential.ts has the twin.

/** Infinity above 88.72, 0 below -103.97; NaN gives NaN. `table`: 2^(i / 32), i = 0..31, float64. */
export function exponential(x: f32, table: usize): f32 {
  const z = 46.16624130844683 * <f64>min<f32>(max<f32>(x, <f32>-104), <f32>89)
  const shifted = z + 6755399441055744.0
  const k = <i32>reinterpret<i64>(shifted)
  const r = z - (shifted - 6755399441055744.0)
  const power = load<f64>(table + (<usize>(k & 31) << 3)) * reinterpret<f64>(<i64>((k >> 5) + 1023) << 52)
  const cubic = 0.0000016938359250920212 * r + 0.00023459809789509004
  const y = <f32>((cubic * (r * r) + (0.021660849396613134 * r + 1)) * power)
  const bounded = select<f32>(<f32>0, select<f32>(<f32>Infinity, y, x > <f32>88.72283905206835), x < <f32>-103.97207708)
  return select<f32>(bounded, x, x == x)
}
