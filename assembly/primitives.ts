// SPDX-License-Identifier: MIT-0
// Small integer functions that kernels share. Inlined: at the shrink level for interpreters asc would call them.

/** The nearest value to `value` within low..high. Pre: low <= high. */
// @ts-ignore: decorator
@inline export function clamp(value: i32, low: i32, high: i32): i32 {
  return min<i32>(max<i32>(value, low), high)
}
