// SPDX-License-Identifier: Apache-2.0
// AssemblyScript's type for the elements of a tensor of any type but float64.
import type { NativeType, ProgramTensor } from '../codegen/program.js'
import { CapletError } from '../errors.js'
import type { ElementType } from '../ir/types.js'
import type { StepOrigin } from './strided-copy.js'

const nativeTypes: Readonly<Partial<Record<ElementType, NativeType>>> = {
  bool: 'u8',
  int8: 'i8',
  uint8: 'u8',
  int16: 'i16',
  uint16: 'u16',
  int32: 'i32',
  uint32: 'u32',
  int64: 'i64',
  uint64: 'u64',
  float32: 'f32',
}

/** Refuses float64 by name. */
export function nativeType({ name, operator }: StepOrigin, tensor: ProgramTensor): NativeType {
  const type = nativeTypes[tensor.type]
  if (type) return type
  throw new CapletError({
    code: 'unsupported-type',
    message: `${name} works on ${tensor.name} of type ${tensor.type}`,
    remedy: 'Use float32 or an integer type.',
    node: name,
    operator,
  })
}
