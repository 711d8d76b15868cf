// SPDX-License-Identifier: Apache-2.0
// A tensor of a TensorFlow Lite file: type, shape, quantization and, for a constant, its data. int4 is unpacked to int8.
import { CapletError } from '../errors.js'
import { allocate, bytesPerElement, type Data, type ElementType, sizeOf } from '../ir/types.js'
import { type FlatTable, malformedFile } from './flat-table.js'
import {
  bufferFields,
  elementTypes,
  quantizationFields,
  refusedTypes,
  tensorFields,
} from './tflite-schema.js'

/** One scale and zero point, or one of each per coordinate along the axis. Scales are float32 values as written. */
export interface TensorQuantization {
  readonly scales: readonly number[]
  readonly zeroPoints: readonly number[]
  readonly axis: number
}

export interface ReadTensor {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly quantization: TensorQuantization | null
  readonly data: Data | null
  /** Unpacked to int8 above. */
  readonly isInt4: boolean
  /** variable: a node updates it, and its value stays; handle: it names a variable of the model. */
  readonly role: 'plain' | 'variable' | 'handle'
}

const mostDimensions = 8

export function readTensor(table: FlatTable, buffers: readonly FlatTable[], file: Uint8Array): ReadTensor {
  const name = table.text(tensorFields.name)
  const shape = table.int32s(tensorFields.shape)
  if (shape.length > mostDimensions || shape.some((length) => length < 0) || sizeOf(shape) > 2 ** 32) {
    throw malformedFile(`Tensor "${name}" has the shape [${shape.slice(0, 16)}]`)
  }
  const declared = typeOf(table.int8(tensorFields.type, 0), name)
  if (table.table(tensorFields.sparsity)) throw sparse(name)
  const index = table.uint32(tensorFields.buffer, 0)
  const buffer = buffers[index]
  if (!buffer) throw malformedFile(`Tensor "${name}" has buffer ${index} of ${buffers.length}`)
  const bytes = bufferBytes(buffer, file)
  const isConstant = bytes !== null && bytes.length > 0
  if (declared === 'int4' && !isConstant) throw unsupportedType(name, 'int4 without being a constant')
  const role =
    declared === 'resource' ? 'handle' : table.bool(tensorFields.isVariable, false) ? 'variable' : 'plain'
  if (role !== 'plain' && isConstant)
    throw malformedFile(`Tensor "${name}" is a variable, but has constant data`)
  const type = declared === 'int4' ? 'int8' : declared === 'resource' ? 'int32' : declared
  return {
    ...{ name, type, shape },
    quantization: quantizationOf(table.table(tensorFields.quantization), name),
    data: isConstant ? dataOf(name, declared === 'int4' ? declared : type, shape, bytes) : null,
    isInt4: declared === 'int4',
    role,
  }
}

function typeOf(number: number, name: string): ElementType | 'int4' | 'resource' {
  const type = elementTypes[number]
  if (type === undefined) throw unsupportedType(name, refusedTypes[number] ?? `number ${number}`)
  return type
}

const unsupportedType = (name: string, type: string): CapletError =>
  new CapletError({
    code: 'unsupported-type',
    message: `Tensor "${name}" has element type ${type}`,
    remedy: 'Convert the model with full integer quantization: int8 activations and weights.',
  })

const sparse = (name: string): CapletError =>
  new CapletError({
    code: 'unsupported-feature',
    message: `Tensor "${name}" is stored sparse`,
    remedy: 'Convert the model with dense weights.',
  })

/** Data behind the tables (large models) is named by offset and size. */
function bufferBytes(buffer: FlatTable, file: Uint8Array): Uint8Array | null {
  const offset = buffer.uint64(bufferFields.offset, 0)
  if (offset <= 1) return buffer.bytes(bufferFields.data)
  const size = buffer.uint64(bufferFields.size, 0)
  if (offset + size > file.length)
    throw malformedFile(`The file refers to byte ${offset + size}, but has ${file.length}`)
  return file.subarray(offset, offset + size)
}

function dataOf(name: string, type: ElementType | 'int4', shape: readonly number[], bytes: Uint8Array): Data {
  const elements = sizeOf(shape)
  const needed = type === 'int4' ? Math.ceil(elements / 2) : elements * bytesPerElement(type)
  if (needed !== bytes.length) {
    throw malformedFile(
      `Tensor "${name}" [${shape}] of ${type} needs ${needed} bytes, but has ${bytes.length}`,
    )
  }
  if (type === 'int4') return unpackNibbles(bytes, elements)
  const data = allocate(type, elements)
  new Uint8Array(data.buffer).set(bytes)
  return data
}

/** Two's complement nibbles, the low one first. */
function unpackNibbles(bytes: Uint8Array, elements: number): Int8Array {
  return Int8Array.from({ length: elements }, (_, i) => {
    const nibble = i % 2 === 0 ? bytes[i >> 1]! & 15 : bytes[i >> 1]! >> 4
    return nibble < 8 ? nibble : nibble - 16
  })
}

function quantizationOf(table: FlatTable | null, name: string): TensorQuantization | null {
  const scales = table?.float32s(quantizationFields.scales) ?? []
  if (!table || scales.length === 0) return null
  if (table.uint8(quantizationFields.detailsType, 0) !== 0) {
    throw new CapletError({
      code: 'unsupported-feature',
      message: `Tensor "${name}" is quantized in a custom way`,
      remedy: 'Convert the model with scales and zero points.',
    })
  }
  const zeroPoints = table.int64s(quantizationFields.zeroPoints).map(Number)
  if (zeroPoints.length !== scales.length && zeroPoints.length !== 0) {
    throw malformedFile(`Tensor "${name}" has ${scales.length} scales, but ${zeroPoints.length} zero points`)
  }
  return {
    scales,
    zeroPoints: zeroPoints.length === 0 ? scales.map(() => 0) : zeroPoints,
    axis: table.int32(quantizationFields.axis, 0),
  }
}
