// SPDX-License-Identifier: Apache-2.0
// A whole tensor set to one value, as a step of the kernel assembly/fill.
import type { ProgramTensor, Step } from '../codegen/program.js'
import { allocate, bytesPerElement, sizeOf } from '../ir/types.js'
import { bytesOf } from './segment.js'
import { noWork, type StepOrigin } from './strided-copy.js'

const elementTypes = { 1: 'i8', 2: 'i16', 4: 'i32', 8: 'i64' } as const

/** `value` is an element of the tensor's own type. */
export function fillStep({ name, operator }: StepOrigin, tensor: ProgramTensor, value: number): Step {
  const element = allocate(tensor.type, 1)
  if (element instanceof BigInt64Array || element instanceof BigUint64Array) element[0] = BigInt(value)
  else element[0] = value
  const bytes = bytesOf(element)
  const bits = [...bytes].reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  const isByte = bytes.every((byte) => byte === bytes[0])
  return {
    ...noWork,
    name,
    operator,
    kernel: 'fill',
    constants: {
      OUTPUT: { kind: 'address', tensor: tensor.name },
      COUNT: { kind: 'usize', value: sizeOf(tensor.shape) * (isByte ? bytes.length : 1) },
      VALUE: { kind: 'i64', value: isByte ? bits & 255n : BigInt.asIntN(64, bits) },
      ELEMENT: { kind: 'type', value: elementTypes[bytesPerElement(tensor.type) as 1 | 2 | 4 | 8] },
      IS_BYTE: { kind: 'bool', value: isByte },
    },
    inputs: [],
    outputs: [tensor.name],
  }
}
