// SPDX-License-Identifier: Apache-2.0
// What a capsule is verified on: corner inputs, seeded random inputs, and the user's own. Each sample is a function of its
// index alone, so that a long run needs no memory and any sample can be had again.
import { dequantize } from '../../compiler/arithmetic/float32.js'
import {
  allocate,
  type Data,
  isQuantizedType,
  isQuantumType,
  type Quantization,
  type QuantumType,
  rangeOf,
  sizeOf,
} from '../../compiler/ir/types.js'
import { Random } from '../../compiler/operators/random.js'
import { bytesOf, type EdgeForm, quantizationOf } from '../edge-values.js'
import type { EdgeBytes } from '../runtime.js'

/** An input of the capsule. */
export interface SampleEdge extends EdgeForm {
  /** Of a float32 edge that the model quantizes: values are drawn around its grid. */
  readonly grid: (Quantization & { readonly type: QuantumType }) | null
}

export interface Samples {
  readonly length: number
  at(index: number): EdgeBytes
  /** Where the capsule keeps state: whether it is reset before this sample. */
  startsAt(index: number): boolean
}

type Corner = 'minimum' | 'maximum' | 'zero' | 'alternating'
const corners: readonly Corner[] = ['minimum', 'maximum', 'zero', 'alternating']
export const cornerCount = corners.length

/** Consecutive steps of a capsule with state, from one reset to the next. */
export const stepsPerSequence = 100

/**
 * All minimum, all maximum, all zero point, alternating; then `count` random ones. In sequences of several `steps`, the
 * first one holds each of the four for a quarter of it, so that what is kept runs to its limits.
 */
export function generatedSamples(
  edges: readonly SampleEdge[],
  count: number,
  seed: number,
  steps = 1,
): Samples {
  const hold = Math.ceil(steps / corners.length)
  return {
    length: corners.length * hold + count,
    startsAt: (index) => index % steps === 0,
    at: (index) => {
      const corner = corners[Math.floor(index / hold)]
      if (corner) return edges.map((edge) => bytesOf(cornerValues(edge, corner)))
      const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
      random.bits()
      const style = styles[index % styles.length]!
      return edges.map((edge) => bytesOf(randomValues(edge, style, random)))
    },
  }
}

/** One after the other. */
export function joinSamples(parts: readonly Samples[]): Samples {
  const find = (index: number): [part: Samples, index: number] => {
    let rest = index
    for (const part of parts) {
      if (rest < part.length) return [part, rest]
      rest -= part.length
    }
    throw new Error(`there is no sample ${index}`)
  }
  return {
    length: parts.reduce((sum, { length }) => sum + length, 0),
    at: (index) => {
      const [part, rest] = find(index)
      return part.at(rest)
    },
    startsAt: (index) => {
      const [part, rest] = find(index)
      return rest === 0 || part.startsAt(rest)
    },
  }
}

/** The first sample of the sequence that this one belongs to. */
export function sequenceStart(samples: Samples, index: number): number {
  let start = index
  while (!samples.startsAt(start)) start--
  return start
}

/** Least, middle and greatest value of an edge. */
function limitsOf(edge: SampleEdge): { min: number; zero: number; max: number } {
  const { type } = edge
  if (isQuantumType(type)) return { ...rangeOf(type), zero: quantizationOf(edge)?.zeroPoint ?? 0 }
  if (type === 'bool') return { min: 0, zero: 0, max: 1 }
  if (type === 'float32' || type === 'float64') {
    return { min: -3.4028234663852886e38, zero: 0, max: 3.4028234663852886e38 }
  }
  const bits = allocate(type, 1).BYTES_PER_ELEMENT * 8
  return type.startsWith('u')
    ? { min: 0, zero: 0, max: 2 ** bits - 1 }
    : { min: -(2 ** (bits - 1)), zero: 0, max: 2 ** (bits - 1) - 1 }
}

function cornerValues(edge: SampleEdge, corner: Corner): Data {
  const { min, zero, max } = limitsOf(edge)
  return fill(edge, (index) => {
    if (corner === 'alternating') return index % 2 === 0 ? min : max
    return { minimum: min, maximum: max, zero }[corner]
  })
}

function fill({ type, shape }: SampleEdge, valueAt: (index: number) => number): Data {
  const data = allocate(type, sizeOf(shape))
  for (let index = 0; index < data.length; index++) {
    const value = valueAt(index)
    data[index] = data instanceof BigInt64Array || data instanceof BigUint64Array ? wide(value) : value
  }
  return data
}

/** 2^63 - 1 has no double: the double above it would wrap to the least value. */
const wide = (value: number): bigint =>
  value >= 2 ** 63 && value < 2 ** 64 ? 2n ** 63n - 1n : value >= 2 ** 64 ? 2n ** 64n - 1n : BigInt(value)

/** Noise over the whole range reaches the ends; the other kinds are closer to what sensors deliver. */
const styles = ['uniform', 'narrow', 'wave', 'sparse'] as const
type Style = (typeof styles)[number]

function randomValues(edge: SampleEdge, style: Style, random: Random): Data {
  if (edge.type === 'float32') return randomFloats(edge, style, random)
  const { min, zero, max } = limitsOf(edge)
  if (!isQuantizedType(edge.type) && quantizationOf(edge) === null) {
    const isWide = style === 'uniform'
    return fill(edge, () =>
      random.integer(isWide ? min : Math.max(min, -100), isWide ? max : Math.min(max, 100)),
    )
  }
  const next = walk(style, random, { min, zero, max })
  return fill(edge, () => Math.round(next()))
}

/** The next value of a signal within min..max. */
function walk(
  style: Style,
  random: Random,
  { min, zero, max }: { min: number; zero: number; max: number },
): () => number {
  const clamp = (value: number) => Math.min(max, Math.max(min, value))
  const span = max - min
  const width = random.float(span / 64, span / 4)
  let level = random.float(min, max)
  return () => {
    switch (style) {
      case 'uniform':
        return random.integer(min, max)
      case 'narrow':
        return clamp(zero + random.float(-width, width))
      case 'wave':
        level = clamp(level + random.float(-width, width) / 2)
        return level
      case 'sparse':
        return random.integer(0, 7) === 0 ? random.integer(min, max) : zero
    }
  }
}

/** Around the grid of the quantizer that reads it: on quanta, on the ties between them, anywhere, and beyond its ends. */
function randomFloats(edge: SampleEdge, style: Style, random: Random): Data {
  const { grid } = edge
  if (!grid) {
    const magnitude = { uniform: 8, narrow: 1, wave: 3, sparse: 100 }[style]
    return fill(edge, () => random.float(-magnitude, magnitude))
  }
  const range = rangeOf(grid.type)
  const next = walk(style, random, { ...range, zero: grid.zeroPoint })
  return fill(edge, () => {
    const quantum = next()
    const offset = random.pick([0, 0.5, -0.5, random.float(-0.5, 0.5), random.float(-40, 40)])
    return dequantize(Math.round(quantum) + offset, grid)
  })
}
