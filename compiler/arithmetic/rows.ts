// SPDX-License-Identifier: Apache-2.0
// Sums and functions of a whole row, as the reference computes them in float32: which values are added in which order
// decides the last bit. Equal to onnxruntime-web in every bit.
import { CapletError } from '../errors.js'
import type { Quantization } from '../ir/types.js'
import { cLog } from './exponential.js'
import { clamp, f32, type Range, roundHalfEven } from './float32.js'
import { expOfDifference } from './functions.js'

/** Index order, from 0. */
export function sequentialSum(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum = f32(sum + values[index]!)
  return sum
}

/** ReduceMean over leading, trailing or non-contiguous axes (not over middle axes): the values in index order. */
export const reduceMean = (values: ArrayLike<number>): number => f32(sequentialSum(values) / values.length)

/** Four lanes over the whole groups of four, joined crosswise, then the rest in order. */
function sumInFourLanes(values: Float32Array): number {
  const whole = values.length - (values.length % 4)
  const lanes: [number, number, number, number] = [0, 0, 0, 0]
  for (let index = 0; index < whole; index++) lanes[index % 4] = f32(lanes[index % 4]! + values[index]!)
  let sum = f32(f32(lanes[0] + lanes[2]) + f32(lanes[1] + lanes[3]))
  for (let index = whole; index < values.length; index++) sum = f32(sum + values[index]!)
  return sum
}

/** float32 Softmax of one row. Pre: at least one value, none NaN. */
export function floatSoftmax(row: ArrayLike<number>): Float32Array {
  const values = Float32Array.from(row)
  const maximum = values.reduce((a, b) => Math.max(a, b))
  const powers = values.map((x) => expOfDifference(f32(x - maximum)))
  const reciprocal = f32(1 / sumInFourLanes(powers))
  return powers.map((power) => f32(power * reciprocal))
}

/** float32 LogSoftmax of one row: f(f(x - max) - log S). Pre: at least one value, none NaN. */
export function floatLogSoftmax(row: ArrayLike<number>): Float32Array {
  const values = Float32Array.from(row)
  const maximum = values.reduce((a, b) => Math.max(a, b))
  const distances = values.map((x) => f32(x - maximum))
  const logarithmOfSum = cLog(sumInFourLanes(distances.map(expOfDifference)))
  return distances.map((distance) => f32(distance - logarithmOfSum))
}

const FLOAT32_MAX = (2 - 2 ** -23) * 2 ** 127

/**
 * QLinearSoftmax's table for rows of `length` values: exp of the distance to the row's maximum, shifted up as far as
 * float32 allows. Entry 255 belongs to the maximum itself, entry 255 - d to a value d quanta below.
 * Throws CapletError where the platform's float32 logarithm of the shift cannot be predicted (never for length <= 7308).
 */
export function quantizedSoftmaxTable(inputScale: number, length: number): Float32Array {
  const shift = Math.max(0, logarithm(f32(FLOAT32_MAX / f32(length)), length) - 5) / inputScale
  return Float32Array.from({ length: 256 }, (_, index) => Math.exp((index - 255 + shift) * inputScale))
}

/** float32 logarithm. The reference's is within 2^-30 of the true one, so both round alike unless that is as near to a tie. */
function logarithm(x: number, length: number): number {
  const exact = Math.log(x)
  const [below, above] = [f32(exact - 1e-9), f32(exact + 1e-9)]
  if (below === above) return above
  throw new CapletError({
    code: 'softmax-row-length',
    message: `The reference's softmax table for rows of ${length} values hangs on the last bit of a logarithm that differs between C libraries.`,
    remedy: 'Pad or split the row: no length up to 7308 is affected, and about 1 in 4000 beyond.',
  })
}

/** QLinearSoftmax of one row of quanta. The output scale acts as 1 / floor(1 / scale); the input's zero point does not matter. */
export function quantizedSoftmax(
  row: ArrayLike<number>,
  table: Float32Array,
  output: Quantization,
  range: Range,
): number[] {
  const quanta = Array.from(row)
  const maximum = Math.max(...quanta)
  const terms = quanta.map((quantum) => table[255 - (maximum - quantum)]!)
  const sum = sequentialSum(terms)
  const levels = softmaxLevels(output.scale)
  const overflow = softmaxOverflow(output.zeroPoint, range)
  return terms.map((term) => {
    const scaled = f32(f32(term * levels) / sum)
    if (scaled >= overflow.from) return overflow.quantum
    return clamp(roundHalfEven(scaled) + output.zeroPoint, { min: -Infinity, max: range.max })
  })
}

export const softmaxLevels = (outputScale: number): number => Math.floor(f32(1 / outputScale))

/** Whether a term times `levels` can leave float32, or the int32 that it is rounded to: only in rows of few values. */
export const softmaxMayOverflow = (table: Float32Array, levels: number): boolean =>
  levels >= 2 ** 31 || !Number.isFinite(f32(table[255]! * levels))

/**
 * The reference rounds to the type's 32-bit relative, which saturates, and adds the zero point to that, which wraps: a
 * term from `from` on becomes the greatest quantum, but one above it the least (int8), or the zero point - 1 (uint8).
 */
export function softmaxOverflow(zeroPoint: number, range: Range): { from: number; quantum: number } {
  if (range.min === 0) return { from: 2 ** 32, quantum: zeroPoint === 0 ? range.max : zeroPoint - 1 }
  return { from: 2 ** 31, quantum: zeroPoint > 0 ? range.min : range.max }
}

/** QLinearAveragePool of one window: the zero point is added before rounding. `values` dequantized, rows then columns. */
export function quantizedAverage(
  values: ArrayLike<number>,
  count: number,
  { scale, zeroPoint }: Quantization,
  range: Range,
): number {
  const average = f32(sequentialSum(values) / count)
  return clamp(roundHalfEven(f32(f32(average / scale) + zeroPoint)), range)
}

/** QLinearGlobalAveragePool (and QLinearAveragePool over a whole image): the multiplier of its requantizer. */
export const globalAverageMultiplier = (inputScale: number, outputScale: number, count: number): number =>
  f32(inputScale / f32(outputScale * f32(count)))

export interface BatchNormalization {
  readonly gamma: number
  readonly beta: number
  readonly mean: number
  readonly variance: number
  readonly epsilon: number
}

/** One channel's BatchNormalization as factor and offset: y = f32(f32(x * factor) + offset). */
export function foldBatchNormalization(channel: BatchNormalization): { factor: number; offset: number } {
  const deviation = f32(Math.sqrt(f32(channel.variance + f32(channel.epsilon))))
  const factor = f32(channel.gamma * f32(1 / deviation))
  return { factor, offset: f32(channel.beta - f32(channel.mean * factor)) }
}

export const batchNormalization =
  (channel: BatchNormalization): ((x: number) => number) =>
  (x) => {
    const { factor, offset } = foldBatchNormalization(channel)
    return f32(f32(x * factor) + offset)
  }
