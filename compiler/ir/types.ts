// SPDX-License-Identifier: Apache-2.0
// Element types, constants and shapes: the vocabulary of every later file.

export type ElementType =
  | 'bool'
  | 'int4'
  | 'uint4'
  | 'int8'
  | 'uint8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64'

/** Integer types that carry quantized activations. */
export type QuantizedType = 'int8' | 'uint8'

/** Of ONNX models alone: normalization makes 8-bit tensors of them, one element to a byte. */
export type NibbleType = 'int4' | 'uint4'

export type WideType = 'int16' | 'uint16'

/** Integer types into which QuantizeLinear goes and from which DequantizeLinear comes. */
export type QuantumType = QuantizedType | WideType

export type Data =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** A tensor known at compile time, dense and row-major in its model's order of dimensions. */
export interface Constant {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Data
}

/** real = scale * (quantum - zeroPoint); scale is a float32 value > 0. */
export interface Quantization {
  readonly scale: number
  readonly zeroPoint: number
}

const byteSizes: Record<ElementType, number> = {
  bool: 1,
  int4: 1,
  uint4: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
}

export const bytesPerElement = (type: ElementType): number => byteSizes[type]

/** Number of elements; 1 for a scalar. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, d) => product * d, 1)

const ranges: Record<QuantumType, { min: number; max: number }> = {
  int8: { min: -128, max: 127 },
  uint8: { min: 0, max: 255 },
  int16: { min: -32768, max: 32767 },
  uint16: { min: 0, max: 65535 },
}

/** lo and hi of a quantized type, e.g. -128..127. */
export const rangeOf = (type: QuantumType): { min: number; max: number } => ranges[type]

export const isQuantizedType = (type: ElementType): type is QuantizedType =>
  type === 'int8' || type === 'uint8'

export const isNibbleType = (type: ElementType): type is NibbleType => type === 'int4' || type === 'uint4'

/** The type in which a tensor of 4-bit elements is kept, and their range. */
export const keptAs = (type: NibbleType): QuantizedType => (type === 'int4' ? 'int8' : 'uint8')
export const nibbleRange = (type: NibbleType): { min: number; max: number } =>
  type === 'int4' ? { min: -8, max: 7 } : { min: 0, max: 15 }

export const isWideType = (type: ElementType): type is WideType => type === 'int16' || type === 'uint16'

export const isQuantumType = (type: ElementType): type is QuantumType => Object.hasOwn(ranges, type)

/** An empty array of the type's own element class, of `length` elements. */
export function allocate(type: ElementType, length: number): Data {
  switch (type) {
    case 'bool':
    case 'uint8':
    case 'uint4':
      return new Uint8Array(length)
    case 'int8':
    case 'int4':
      return new Int8Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'uint16':
      return new Uint16Array(length)
    case 'int32':
      return new Int32Array(length)
    case 'uint32':
      return new Uint32Array(length)
    case 'int64':
      return new BigInt64Array(length)
    case 'uint64':
      return new BigUint64Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
  }
}

/** Row-major strides in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis]!
  }
  return strides
}
