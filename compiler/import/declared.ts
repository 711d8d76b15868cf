// SPDX-License-Identifier: Apache-2.0
// What a model says itself of its inputs' types and shapes, and of tensors that its nodes give.
import type { onnx } from 'onnx-proto'
import { CapletError } from '../errors.js'
import type { ElementType } from '../ir/types.js'
import { countElements, elementTypeOf, knownElementType, toNumber } from './tensor-proto.js'

/** A dimension without a number carries its symbol, or '' for none. */
export type DeclaredShape = readonly (number | string)[]

/** A tensor as declared. */
export interface DeclaredInput {
  readonly name: string
  readonly type: ElementType
  readonly shape: DeclaredShape | null
}

export function declaredInput(value: onnx.IValueInfoProto): DeclaredInput {
  const name = value.name ?? ''
  const tensor = value.type?.tensorType
  if (!tensor) {
    throw new CapletError({
      code: 'unsupported-type',
      message: `Input "${name}" is not a tensor`,
      remedy: 'Only tensor inputs are supported: remove sequences, maps and optionals.',
    })
  }
  const type = elementTypeOf(tensor.elemType ?? 0, `input "${name}"`)
  const shape = declaredShape(tensor)
  if (!shape) return { name, type, shape: null }
  // Exporters also mark a free dimension by 0.
  const declared = shape.map((d) => (d === 0 ? '' : d))
  countElements(
    declared.filter((d) => typeof d === 'number'),
    `input "${name}"`,
  )
  return { name, type, shape: declared }
}

/** A dimension below 0 is none. */
function declaredShape({ shape }: onnx.TypeProto.ITensor): DeclaredShape | null {
  if (!shape?.dim) return null
  const dims = shape.dim.map((d) => (d.dimValue != null ? toNumber(d.dimValue) : (d.dimParam ?? '')))
  return dims.map((d) => (typeof d === 'number' && d < 0 ? '' : d))
}

/** Of tensors of types that Caplet knows. */
export function declaredTypes({ valueInfo, output }: onnx.IGraphProto): Map<string, DeclaredInput> {
  const declared = new Map<string, DeclaredInput>()
  for (const { name, type: value } of [...(valueInfo ?? []), ...(output ?? [])]) {
    const tensor = value?.tensorType
    const type = tensor?.elemType ? knownElementType(tensor.elemType) : undefined
    if (name && tensor && type) declared.set(name, { name, type, shape: declaredShape(tensor) })
  }
  return declared
}
