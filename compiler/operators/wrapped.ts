// SPDX-License-Identifier: Apache-2.0
// Whole numbers of any size as elements of an integer type: their low bits.
import { bytesPerElement, type ElementType } from '../ir/types.js'

/** In the form that the type's array takes. Pre: no float type; a bool is 0 or 1. */
export function wrapped(value: bigint, type: ElementType): number | bigint {
  const bits = bytesPerElement(type) * 8
  const low = type.startsWith('int') ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  return bits === 64 ? low : Number(low)
}
