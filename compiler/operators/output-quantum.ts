// SPDX-License-Identifier: Apache-2.0
// Constants of kernels that end in Q(v): scale, zero point and range of the 8-bit output (or of none).
import type { KernelConstant } from '../codegen/program.js'
import {
  bytesPerElement,
  type ElementType,
  isQuantizedType,
  type Quantization,
  rangeOf,
} from '../ir/types.js'

/** `quantization` null: a float32 output, whose kernel does not read these. */
export function outputConstants(
  quantization: Quantization | null,
  type: ElementType,
): Record<string, KernelConstant> {
  return {
    OUTPUT_SCALE: { kind: 'f32', value: quantization?.scale ?? 1 },
    ...outputRange(quantization, type),
  }
}

/** The same of kernels that write float32 where there is no quantization: which of the two it is, and its bytes, come first. */
export const resultConstants = (
  quantization: Quantization | null,
  type: ElementType,
): Record<string, KernelConstant> => ({
  OUTPUT_IS_FLOAT: { kind: 'bool', value: quantization === null },
  OUTPUT_BYTES: { kind: 'usize', value: bytesPerElement(type) },
  ...outputConstants(quantization, type),
})

/** The same without the scale, which integer forms have in their records. */
export function outputRange(
  quantization: Quantization | null,
  type: ElementType,
): Record<string, KernelConstant> {
  const { min, max } = rangeOf(isQuantizedType(type) ? type : 'int8')
  return {
    OUTPUT_ZERO_POINT: { kind: 'i32', value: quantization?.zeroPoint ?? 0 },
    OUTPUT_MIN: { kind: 'i32', value: min },
    OUTPUT_MAX: { kind: 'i32', value: max },
  }
}
