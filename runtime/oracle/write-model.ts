// SPDX-License-Identifier: Apache-2.0
// Writes small ONNX models from plain descriptions, for tests and scripts that ask the oracle about one operator.
import proto from 'onnx-proto'
import type { OracleData } from './oracle.js'

const { onnx } = proto

export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: Initializer }

export interface ModelNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly domain?: string
  /** Integers and lists of them as numbers; a float as { float: 0.1 }, lists and tensors alike. */
  readonly attributes?: Readonly<Record<string, Attribute>>
}

export interface Edge {
  readonly name: string
  readonly type: string
  /** A string names a dynamic dimension; null leaves the shape to inference. */
  readonly shape: readonly (number | string)[] | null
}

export interface Initializer {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  readonly data: OracleData
  /** Location of the file that holds the bytes, instead of the model itself. */
  readonly external?: string
  /** Elements in the typed fields of the format, instead of as raw bytes. */
  readonly typed?: boolean
}

export interface ModelDescription {
  readonly nodes: readonly ModelNode[]
  readonly inputs: readonly Edge[]
  readonly outputs: readonly Edge[]
  readonly initializers?: readonly Initializer[]
  /** Default domain's opset: 17 unless told. */
  readonly opset?: number
  /** 8 unless told. */
  readonly irVersion?: number
}

const elementTypes: Record<string, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  uint32: 12,
  uint64: 13,
  uint4: 21,
  int4: 22,
}

/** The bytes of a model with these nodes; com.microsoft is imported as version 1. */
export function writeModel(description: ModelDescription): Uint8Array {
  const message = onnx.ModelProto.create({
    irVersion: description.irVersion ?? 8,
    opsetImport: [
      { domain: '', version: description.opset ?? 17 },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: 'graph',
      node: description.nodes.map(nodeProto),
      input: description.inputs.map(edgeProto),
      output: description.outputs.map(edgeProto),
      initializer: (description.initializers ?? []).map(tensorProto),
    },
  })
  return onnx.ModelProto.encode(message).finish()
}

const nodeProto = (node: ModelNode, index: number) => ({
  name: `node_${index}`,
  opType: node.operator,
  domain: node.domain ?? '',
  input: [...node.inputs],
  output: [...node.outputs],
  attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attributeProto(name, value)),
})

function attributeProto(name: string, value: Attribute) {
  const { AttributeType } = onnx.AttributeProto
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value }
  if (typeof value === 'string')
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) }
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float }
  if ('floats' in value) return { name, type: AttributeType.FLOATS, floats: [...value.floats] }
  if ('strings' in value) {
    const strings = value.strings.map((text) => new TextEncoder().encode(text))
    return { name, type: AttributeType.STRINGS, strings }
  }
  if ('tensor' in value) return { name, type: AttributeType.TENSOR, t: tensorProto(value.tensor) }
  return { name, type: AttributeType.INTS, ints: [...value] }
}

const edgeProto = ({ name, type, shape }: Edge) => ({
  name,
  type: {
    tensorType: {
      elemType: elementType(type),
      ...(shape && { shape: { dim: shape.map(dimension) } }),
    },
  },
})

const dimension = (d: number | string) => (typeof d === 'string' ? { dimParam: d } : { dimValue: d })

function tensorProto({ name, type, shape, data, external, typed }: Initializer) {
  const tensor = { name, dataType: elementType(type), dims: [...shape] }
  if (typed) return { ...tensor, ...typedField(type, data) }
  if (external === undefined) {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return { ...tensor, rawData: type.endsWith('int4') ? packed(bytes) : bytes }
  }
  const location = onnx.TensorProto.DataLocation.EXTERNAL
  return { ...tensor, dataLocation: location, externalData: [{ key: 'location', value: external }] }
}

/** Two 4-bit elements to a byte, the first in its low bits. */
function packed(elements: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(elements.length / 2))
  for (const [i, element] of elements.entries()) bytes[i >> 1]! |= (element & 15) << (4 * (i & 1))
  return bytes
}

function typedField(type: string, data: OracleData) {
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number)
  if (type === 'float32') return { floatData: numbers }
  return type === 'int64' ? { int64Data: numbers } : { int32Data: numbers }
}

function elementType(type: string): number {
  const code = elementTypes[type]
  if (code === undefined) throw new Error(`no ONNX element type for ${type}`)
  return code
}
