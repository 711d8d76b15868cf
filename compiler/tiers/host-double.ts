// SPDX-License-Identifier: Apache-2.0
// TFLite Micro's two roundings as the host's kernels have them: the doubled product's high half is one instruction on a
// Cortex-M4 where the accumulator is doubled instead, so that records hold a left shift of one more.
import type { FixedMultiplier } from '../arithmetic/fixed-point.js'

/** Of a record. */
export const LEFT_SHIFT_AT = 8

/** Whether the accumulator, shifted left by one more bit than the rule says, stays within 32 bits. */
export const fitsHostDouble = (largest: number, { shift }: FixedMultiplier): boolean =>
  largest * 2 ** (Math.max(shift, 0) + 1) < 2 ** 31

/** Pre: a record of encodeDoubleRecord, fitsHostDouble. Anything may follow it. */
export function hostDoubleRecord(record: Uint8Array): Uint8Array {
  const bytes = record.slice()
  bytes[LEFT_SHIFT_AT]!++
  return bytes
}
