// SPDX-License-Identifier: MIT-0
// Small functions that kernels share. Inlined: at the shrink level for interpreters asc would call them.

/** The nearest value to `value` within low..high. Pre: low <= high. */
// @ts-ignore: decorator
@inline export function clamp(value: i32, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(value, low), high)
}

/**
 * Stores a float32 result. Not-a-number gets one pattern of bits: WebAssembly leaves the sign and payload that an
 * operation gives it to the runtime, and every runtime must give the same bytes.
 */
// @ts-ignore: decorator
@inline export function storeFloat(address: usize, value: f32): void {
  store<i32>(address, select<i32>(reinterpret<i32>(value), 0x7fc00000, value == value))
}
