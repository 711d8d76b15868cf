// SPDX-License-Identifier: MIT-0
// Logistic function and hyperbolic tangent of 16 bits, as TFLite Micro has them: straight lines between 256 points.
// `table`: address of the 256 u16 values round(65536 / (1 + exp(-i / 24))), nearly (compiler/arithmetic/fixed-curves.ts).

/** logistic(v / 12288) in 1/32768. Pre: |v| < 2^31. */
export function logistic16(v: i32, table: usize): i32 {
  const r = interpolated(v, 9, 0x7fff << 10, table)
  return select<i32>(r + 512, (1 << 25) - r + 511, v >= 0) >> 10
}

/** tanh(v / 12288) in 1/32768. Pre: |v| < 2^31. */
export function tanh16(v: i32, table: usize): i32 {
  const r = interpolated(v, 8, 0xffff << 8, table)
  return select<i32>(r - (1 << 23) + 128, (1 << 23) + 127 - r, v >= 0) >> 8
}

// @ts-ignore: decorator
@inline function interpolated(v: i32, bits: i32, limit: i32, table: usize): i32 {
  const magnitude = abs<i32>(v)
  const place = magnitude >> bits
  const at = table + (<usize>min<i32>(place, 254) << 1)
  const low = <i32>load<u16>(at)
  const line = (low << bits) + (magnitude & ((1 << bits) - 1)) * (<i32>load<u16>(at, 2) - low)
  return select<i32>(line, limit, place < 255)
}
