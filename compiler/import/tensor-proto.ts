// SPDX-License-Identifier: Apache-2.0
// TensorProto -> Constant: raw bytes, typed fields or an external data file, checked against the claimed shape.
import type { onnx } from 'onnx-proto'
import { CapletError } from '../errors.js'
import {
  allocate,
  bytesPerElement,
  type Constant,
  type Data,
  type ElementType,
  isNibbleType,
  type NibbleType,
} from '../ir/types.js'

/** Numbers of TensorProto.DataType (onnx.proto). The ones without a name here are refused. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  21: 'uint4',
  22: 'int4',
}

const refusedTypes: Readonly<Record<number, string>> = {
  8: 'string',
  10: 'float16',
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
  23: 'float4e2m1',
}

/** No single tensor of a wearable's model comes near this; a larger claim is a broken or hostile file. */
const maximumElements = 1 << 28

export type LoadExternalData = (location: string) => Uint8Array

export const knownElementType = (dataType: number): ElementType | undefined => elementTypes[dataType]

export function elementTypeOf(dataType: number, where: string): ElementType {
  const type = elementTypes[dataType]
  if (type) return type
  throw new CapletError({
    code: 'unsupported-type',
    message: `${where} has element type ${refusedTypes[dataType] ?? `number ${dataType}`}`,
    remedy: 'Quantize activations and weights to int8 or uint8, with float32 scales (see docs/quantize.md).',
  })
}

const malformed = (message: string): CapletError =>
  new CapletError({
    code: 'malformed-model',
    message,
    remedy:
      'The file is damaged or not written by a correct exporter: export it again, check it with onnx.checker.',
  })

export function toNumber(value: number | { toNumber(): number }): number {
  return typeof value === 'number' ? value : value.toNumber()
}

/** Post: shape has only dimensions >= 0 and data holds exactly that many elements. */
export function constantFromProto(proto: onnx.ITensorProto, loadExternal: LoadExternalData): Constant {
  const name = proto.name ? `tensor "${proto.name}"` : 'a tensor without a name'
  const type = elementTypeOf(proto.dataType ?? 0, name)
  const shape = (proto.dims ?? []).map((d) => toNumber(d))
  const elements = countElements(shape, name)
  if (proto.dataLocation === 1)
    return { type, shape, data: external(proto, type, elements, name, loadExternal) }
  const raw = proto.rawData
  if (raw && raw.length > 0) return { type, shape, data: fromBytes(raw, type, elements, name) }
  return { type, shape, data: fromTypedFields(proto, type, elements, name) }
}

/** Refuses negative dimensions and sizes that no file of this kind can hold. */
export function countElements(shape: readonly number[], name: string): number {
  let elements = 1
  for (const dimension of shape) {
    if (!Number.isInteger(dimension) || dimension < 0) throw malformed(`${name} has dimension ${dimension}`)
    elements *= dimension
    if (elements > maximumElements) {
      throw malformed(`${name} claims ${shape.join('x')} elements, more than ${maximumElements}`)
    }
  }
  return elements
}

/** Little-endian bytes to a typed array; a copy, so that alignment does not matter. */
function fromBytes(bytes: Uint8Array, type: ElementType, elements: number, name: string): Data {
  const wanted = bytesOf(type, elements)
  if (bytes.length !== wanted) {
    throw malformed(`${name} holds ${bytes.length} bytes where its shape and type need ${wanted}`)
  }
  const data = allocate(type, elements)
  if (isNibbleType(type)) unpackNibbles(bytes, type, data as Int8Array)
  else new Uint8Array(data.buffer).set(bytes)
  return data
}

/** In a file 4-bit elements lie two to a byte. */
const bytesOf = (type: ElementType, elements: number): number =>
  isNibbleType(type) ? Math.ceil(elements / 2) : elements * bytesPerElement(type)

/** The first of two elements in the low bits. */
function unpackNibbles(bytes: ArrayLike<number>, type: NibbleType, data: Int8Array | Uint8Array): void {
  for (let i = 0; i < data.length; i++) {
    const nibble = (bytes[i >> 1]! >> (4 * (i & 1))) & 15
    data[i] = type === 'int4' && nibble > 7 ? nibble - 16 : nibble
  }
}

function fromTypedFields(proto: onnx.ITensorProto, type: ElementType, elements: number, name: string): Data {
  const field = typedField(proto, type)
  const wanted = isNibbleType(type) ? bytesOf(type, elements) : elements
  if (field.length !== wanted) {
    throw malformed(`${name} holds ${field.length} elements where its shape needs ${wanted}`)
  }
  const data = allocate(type, elements)
  if (isNibbleType(type)) {
    unpackNibbles(field.map(toNumber), type, data as Int8Array)
    return data
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    field.forEach((v, i) => {
      data[i] = BigInt(v.toString())
    })
  } else {
    field.forEach((v, i) => {
      data[i] = toNumber(v)
    })
  }
  return data
}

type Numeric = number | { toNumber(): number; toString(): string }

function typedField(proto: onnx.ITensorProto, type: ElementType): readonly Numeric[] {
  switch (type) {
    case 'float32':
      return proto.floatData ?? []
    case 'float64':
      return proto.doubleData ?? []
    case 'int64':
      return proto.int64Data ?? []
    case 'uint32':
    case 'uint64':
      return proto.uint64Data ?? []
    default:
      return proto.int32Data ?? []
  }
}

function external(
  proto: onnx.ITensorProto,
  type: ElementType,
  elements: number,
  name: string,
  load: LoadExternalData,
): Data {
  const entries = new Map((proto.externalData ?? []).map((entry) => [entry.key ?? '', entry.value ?? '']))
  const location = entries.get('location')
  if (!location) throw malformed(`${name} is stored outside the file, but names no location`)
  const file = load(location)
  const offset = Number(entries.get('offset') ?? 0)
  const length = Number(entries.get('length') ?? bytesOf(type, elements))
  if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length)) || offset < 0 || length < 0) {
    throw malformed(
      `${name} has external data at offset ${entries.get('offset')}, length ${entries.get('length')}`,
    )
  }
  if (offset + length > file.length) {
    throw malformed(
      `${name} reads ${location} up to byte ${offset + length}, but the file has ${file.length}`,
    )
  }
  return fromBytes(file.subarray(offset, offset + length), type, elements, name)
}
