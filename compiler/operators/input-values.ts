// SPDX-License-Identifier: Apache-2.0
// How a kernel that computes in float32 gets an element's value: it is one, or computed from a quantum, or looked up.
import type { KernelConstant } from '../codegen/program.js'
import { type ElementType, isQuantizedType } from '../ir/types.js'
import { findAffine } from './affine-values.js'
import { bytesOf } from './segment.js'

/** As the kernels number them. */
const kinds = { float: 0, affine: 1, table: 2 }

export interface InputValues {
  /** INPUT_KIND, INPUT_ZERO_POINT, INPUT_SCALE. */
  readonly constants: Readonly<Record<string, KernelConstant>>
  /** The 256 values, for kernels of the kind `table`; else empty. */
  readonly segment: Uint8Array
}

/** `values`: of each byte of an 8-bit input; null for a float32 input. */
export function inputValues(values: Float32Array | null, type: ElementType): InputValues {
  const affine = values && isQuantizedType(type) ? findAffine(values, type) : null
  const kind = !values ? 'float' : affine ? 'affine' : 'table'
  return {
    constants: {
      INPUT_KIND: { kind: 'i32', value: kinds[kind] },
      INPUT_ZERO_POINT: { kind: 'i32', value: affine?.zeroPoint ?? 0 },
      INPUT_SCALE: { kind: 'f32', value: affine?.scale ?? 1 },
    },
    segment: values && !affine ? bytesOf(values) : new Uint8Array(0),
  }
}
