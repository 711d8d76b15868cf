// SPDX-License-Identifier: Apache-2.0
// A NodeProto as a node: operator with its domain, attributes decoded to plain values.
import type { onnx } from 'onnx-proto'
import { CapletError, type Problem } from '../errors.js'
import type { Node } from '../ir/graph.js'
import { constantFromProto, type LoadExternalData, toNumber } from './tensor-proto.js'

export const malformed = (message: string, where: Partial<Problem> = {}): CapletError =>
  new CapletError({
    code: 'malformed-model',
    message,
    remedy: 'Check the model with onnx.checker and export it again.',
    ...where,
  })

/** Operators outside the default domain carry it; a node without a name gets that of its first output. */
export function readNode(proto: onnx.INodeProto, loadExternal: LoadExternalData): Node {
  const outputs = proto.output ?? []
  const operator = operatorName(proto.domain ?? '', proto.opType ?? '')
  const name = proto.name || outputs.find((o) => o !== '') || operator
  // Without a prototype: an attribute may have any name.
  const attributes: Record<string, unknown> = Object.create(null)
  for (const attribute of proto.attribute ?? []) {
    const attributeName = attribute.name ?? ''
    if (Object.hasOwn(attributes, attributeName)) {
      throw malformed('The attribute is given twice', { node: name, operator, attribute: attributeName })
    }
    attributes[attributeName] = attributeValue(attribute, name, operator, loadExternal)
  }
  return { name, operator, inputs: [...(proto.input ?? [])], outputs: [...outputs], attributes }
}

/** com.microsoft has its own QuantizeLinear and DequantizeLinear (for 16 bits and old opsets); they mean the same. */
const sharedOperators = new Set(['QuantizeLinear', 'DequantizeLinear'])

function operatorName(domain: string, type: string): string {
  const isDefault = domain === '' || domain === 'ai.onnx'
  return isDefault || (domain === 'com.microsoft' && sharedOperators.has(type)) ? type : `${domain}.${type}`
}

/** Attribute kinds of onnx.proto: 1 float, 2 int, 3 string, 4 tensor, 6 floats, 7 ints, 8 strings. */
function attributeValue(
  a: onnx.IAttributeProto,
  node: string,
  operator: string,
  loadExternal: LoadExternalData,
): unknown {
  const text = (bytes: Uint8Array | null | undefined) => new TextDecoder().decode(bytes ?? new Uint8Array())
  switch (a.type as number) {
    case 1:
      return a.f ?? 0
    case 2:
      return toNumber(a.i ?? 0)
    case 3:
      return text(a.s)
    case 4:
      return constantFromProto(a.t ?? {}, loadExternal)
    case 6:
      return [...(a.floats ?? [])]
    case 7:
      return (a.ints ?? []).map((i) => toNumber(i))
    case 8:
      return (a.strings ?? []).map((s) => text(s))
    default:
      throw new CapletError({
        code: 'unsupported-attribute',
        message: `Attribute "${a.name}" has a kind (${a.type}) that no supported operator takes`,
        remedy: 'Control flow, sequences and sparse tensors are not supported: simplify the model.',
        node,
        operator,
        attribute: a.name ?? '',
      })
  }
}
