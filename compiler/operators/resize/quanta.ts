// SPDX-License-Identifier: Apache-2.0
// Quanta as float32 values of themselves, for kernels that compute on integers in float.
import type { ElementType } from '../../ir/types.js'

export const identityValues = (type: ElementType): Float32Array =>
  Float32Array.from({ length: 256 }, (_, byte) => (type === 'int8' && byte > 127 ? byte - 256 : byte))
