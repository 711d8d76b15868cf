// SPDX-License-Identifier: Apache-2.0
// Between arrays of users and bytes of a capsule's edges. Floats for an integer edge are quantized as the contract does:
//     q = clamp(rne(f32(v / scale)) + zeroPoint), or with halves away from zero
import { dequantize, quantize } from '../compiler/arithmetic/float32.js'
import { quantizeHalfAway } from '../compiler/arithmetic/half-away.js'
import { CapletError } from '../compiler/errors.js'
import {
  allocate,
  type Data,
  type ElementType,
  isQuantumType,
  type Quantization,
  type QuantumType,
  rangeOf,
  sizeOf,
} from '../compiler/ir/types.js'
import type { NumpyArray } from './arrays.js'

/** What of an edge decides how its values are read. */
export interface EdgeForm {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly scale: number | null
  readonly zero_point: number | null
  /** Floats for it are quantized as the contract `tflite` does: halves away from zero. */
  readonly roundsHalfAway?: boolean
}

export const quantizationOf = ({ scale, zero_point: zeroPoint }: EdgeForm): Quantization | null =>
  scale === null || zeroPoint === null ? null : { scale, zeroPoint }

export const bytesOf = (data: Data): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** An edge's bytes as its elements. Copies: the bytes may lie at any address. */
export function elementsOf(bytes: Uint8Array, { type, shape }: Pick<EdgeForm, 'type' | 'shape'>): Data {
  const data = allocate(type, sizeOf(shape))
  bytesOf(data).set(bytes)
  return data
}

const sameShape = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((dimension, axis) => dimension === b[axis])

const text = (shape: readonly number[]) => `[${shape.join(', ')}]`

/** The bytes of one sample. Throws CapletError where type or shape are not the edge's. */
export function edgeBytes(array: NumpyArray, edge: EdgeForm, file: string): Uint8Array {
  if (!sameShape(array.shape, edge.shape)) {
    throw new CapletError({
      code: 'shape-mismatch',
      message: `Input "${edge.name}" has the shape ${text(edge.shape)}; ${file} has ${text(array.shape)}`,
      remedy: `Reshape the array to ${text(edge.shape)}; a run takes one sample.`,
      file,
    })
  }
  return bytesOf(convert(array, edge, file))
}

/**
 * The bytes of several samples: the array has the edge's shape (one sample), the edge's shape behind an axis of samples,
 * or, where the edge's first dimension is 1, that axis in its place.
 */
export function samplesOf(array: NumpyArray, edge: EdgeForm, file: string): Uint8Array[] {
  const [first = 0, ...rest] = array.shape
  const isOne = sameShape(array.shape, edge.shape)
  const inPlace = edge.shape[0] === 1 && sameShape(rest, edge.shape.slice(1))
  if (!isOne && !inPlace && !sameShape(rest, edge.shape)) {
    throw new CapletError({
      code: 'shape-mismatch',
      message: `Input "${edge.name}" has the shape ${text(edge.shape)}; ${file} has ${text(array.shape)}`,
      remedy: `Give ${text(edge.shape)} for one sample, or N samples stacked along a first axis.`,
      file,
    })
  }
  const data = convert(array, edge, file)
  const size = sizeOf(edge.shape)
  return Array.from({ length: isOne ? 1 : first }, (_, sample) =>
    bytesOf(data.slice(sample * size, (sample + 1) * size)),
  )
}

function convert(array: NumpyArray, edge: EdgeForm, file: string): Data {
  if (array.type === edge.type) return array.data
  const isFloat = array.type === 'float32' || array.type === 'float64'
  if (isFloat && edge.type === 'float32') return Float32Array.from(array.data as Float64Array)
  const quantization = quantizationOf(edge)
  if (isFloat && quantization && isQuantumType(edge.type)) {
    const rule = edge.roundsHalfAway ? quantizeHalfAway : quantize
    return quantizeAll(array.data as Float32Array, edge.type, quantization, rule)
  }
  const alternative = quantization ? ' or float32 (it will be quantized)' : ''
  throw new CapletError({
    code: 'type-mismatch',
    message: `Input "${edge.name}" is ${edge.type}; ${file} has ${array.type}`,
    remedy: `Save it as ${edge.type}${alternative}.`,
    file,
  })
}

/** Q of every value. */
export function quantizeAll(
  values: ArrayLike<number>,
  type: QuantumType,
  quantization: Quantization,
  rule: typeof quantize = quantize,
): Data {
  const quanta = allocate(type, values.length)
  const range = rangeOf(type)
  for (let index = 0; index < values.length; index++) {
    quanta[index] = rule(values[index]!, quantization, range)
  }
  return quanta
}

/** DQ of every quantum. */
export const dequantizeAll = (quanta: Data, quantization: Quantization): Float32Array =>
  Float32Array.from(quanta as Int8Array, (quantum) => dequantize(quantum, quantization))
