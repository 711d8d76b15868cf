// SPDX-License-Identifier: Apache-2.0
// AssemblyScript's type for the elements of an 8-bit or float32 tensor.
import type { ProgramTensor } from '../codegen/program.js'
import { CapletError } from '../errors.js'
import type { StepOrigin } from './strided-copy.js'

/** Refuses other types by name. */
export function elementType({ name, operator }: StepOrigin, tensor: ProgramTensor): 'i8' | 'u8' | 'f32' {
  if (tensor.type === 'int8') return 'i8'
  if (tensor.type === 'uint8') return 'u8'
  if (tensor.type === 'float32') return 'f32'
  throw new CapletError({
    code: 'unsupported-type',
    message: `${name} works on ${tensor.name} of type ${tensor.type}; int8, uint8 and float32 are supported.`,
    remedy: 'Quantize the tensor to int8 or uint8.',
    node: name,
    operator,
  })
}
