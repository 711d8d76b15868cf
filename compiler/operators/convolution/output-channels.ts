// SPDX-License-Identifier: Apache-2.0
// What a sum of products keeps per output channel below the float line: int8 weights, a folded bias, a requantizer.
//     sum (x - zx)(w - zw) + bias  =  sum x*s  -  c * sum x  +  folded,    s = the int8 that is stored for w,
//     c = zw - (w - s) (the correction, 0 where w - zw is an int8 itself),  folded = bias - zx * sum (w - zw)
import {
  DOUBLE_RECORD_BYTES,
  encodeDoubleRecord,
  type FixedMultiplier,
} from '../../arithmetic/fixed-point.js'
import { chooseRequantizer } from '../../arithmetic/requantizer.js'
import { encodeRecord, requantizerForms } from '../../arithmetic/requantizer-forms.js'
import type { KernelConstant } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { Requantization } from '../../ir/operators.js'
import { type QuantizedType, rangeOf } from '../../ir/types.js'

/** One output channel's weights in the order in which its column lies in memory, as the model has them. */
export interface ChannelWeights {
  readonly weights: readonly number[]
  readonly weightZeroPoint: number
  readonly bias: number
}

/** A float32 result: f(f(accumulator) * multiplier), then f(that + bias). */
export interface FloatOutput {
  readonly multipliers: Float32Array
  readonly bias: Float32Array | null
}

export interface SumOfProducts {
  readonly node: { readonly name: string; readonly operator: string }
  readonly channels: readonly ChannelWeights[]
  readonly inputType: QuantizedType
  readonly inputZeroPoint: number
  readonly output: Requantization | FixedRequantization | FloatOutput
  readonly preferFloat: boolean
  /** Weights beyond int8 once their zero point is off: 'corrected' keeps int8 and corrects by the column's sum, 'widened' makes all int16. */
  readonly wideWeights: 'corrected' | 'widened'
}

/** However the weights are stored. */
export type Sums = Omit<SumOfProducts, 'wideWeights'>

export interface OutputRange {
  readonly zeroPoint: number
  readonly min: number
  readonly max: number
}

export interface LoweredChannels {
  /** Per channel, in the column's order; int16 only where the layer asks for it. */
  readonly weights: readonly (Int8Array | Int16Array)[]
  /** Per channel: bias and requantizer parameters, then the correction where `isCorrected`. */
  readonly records: readonly Uint8Array[]
  /** Bytes of a record without the correction. */
  readonly recordBytes: number
  readonly isCorrected: boolean
  readonly isFloat: boolean
  /** Zero point and range of a quantized result; zeros for a float32 one. */
  readonly output: OutputRange
  /** Constants that every kernel of this kind takes. */
  readonly constants: Readonly<Record<string, KernelConstant>>
  readonly requantizer: string | null
  readonly proof: number
}

/** Throws CapletError 'accumulator-overflow' where a sum, or a prefix of it as the kernels add it, may leave int32. */
export function lowerChannels(layer: SumOfProducts): LoweredChannels {
  const stored = storeWeights(layer)
  const isCorrected = stored.some(({ correction }) => correction !== 0)
  const bounds = accumulatorBounds(layer)
  checkRange(layer, stored, bounds)
  const biases = layer.channels.map((channel) => foldBias(channel, layer.inputZeroPoint))
  const finish = finishOf(layer, biases, bounds)
  return {
    weights: stored.map(({ weights }) => weights),
    records: finish.records.map((record, o) =>
      isCorrected ? withCorrection(record, stored[o]!.correction) : record,
    ),
    recordBytes: finish.records[0]!.length,
    isCorrected,
    isFloat: finish.requantizer === null,
    output: finish.output,
    constants: finish.constants,
    requantizer: finish.requantizer,
    proof: finish.proof,
  }
}

interface StoredWeights {
  readonly weights: Int8Array | Int16Array
  readonly correction: number
}

function storeWeights({ channels, wideWeights }: SumOfProducts): StoredWeights[] {
  if (wideWeights === 'corrected' || channels.every(fitsInt8)) return channels.map(storeInt8)
  return channels.map(({ weights, weightZeroPoint }) => ({
    weights: Int16Array.from(weights, (w) => w - weightZeroPoint),
    correction: 0,
  }))
}

const fitsInt8 = ({ weights, weightZeroPoint }: ChannelWeights): boolean =>
  weights.every((w) => w - weightZeroPoint >= -128 && w - weightZeroPoint <= 127)

function storeInt8(channel: ChannelWeights): StoredWeights {
  const { weights, weightZeroPoint } = channel
  // uint8 weights move down by 128, int8 ones stay; the rest of the zero point is the correction.
  const shift = fitsInt8(channel) ? weightZeroPoint : weights.some((w) => w > 127) ? 128 : 0
  return { weights: Int8Array.from(weights, (w) => w - shift), correction: weightZeroPoint - shift }
}

interface Bounds {
  readonly min: number
  readonly max: number
}

/** What the sums of each channel can be. */
export const accumulatorBounds = (layer: Sums): Bounds[] =>
  layer.channels.map((channel) => boundsOf(channel, layer))

/** Exact: every element of the column takes any value of its type, and the zero point in the padding is one of them. */
function boundsOf({ weights, weightZeroPoint, bias }: ChannelWeights, layer: Sums): Bounds {
  const { min: low, max: high } = rangeOf(layer.inputType)
  let min = bias
  let max = bias
  for (const w of weights) {
    const a = (low - layer.inputZeroPoint) * (w - weightZeroPoint)
    const b = (high - layer.inputZeroPoint) * (w - weightZeroPoint)
    min += Math.min(a, b)
    max += Math.max(a, b)
  }
  return { min, max }
}

const foldBias = ({ weights, weightZeroPoint, bias }: ChannelWeights, inputZeroPoint: number): number =>
  bias - inputZeroPoint * weights.reduce((sum, w) => sum + (w - weightZeroPoint), 0)

const INT32_LIMIT = 2 ** 31

function checkRange(layer: SumOfProducts, stored: readonly StoredWeights[], bounds: readonly Bounds[]): void {
  const { min, max } = rangeOf(layer.inputType)
  const largest = Math.max(-min, max)
  for (const [channel, { min: low, max: high }] of bounds.entries()) {
    const { weights } = stored[channel]!
    const raw = largest * Array.from(weights, Math.abs).reduce((sum, w) => sum + w, 0)
    const total = weights.length * largest
    const beyond = Math.max(-low - 1, high, raw, total)
    if (beyond < INT32_LIMIT) continue
    throw new CapletError({
      code: 'accumulator-overflow',
      message: `Output channel ${channel} may sum up to ${beyond}, beyond a 32-bit accumulator (${INT32_LIMIT - 1}).`,
      remedy:
        'Use fewer input channels or a smaller window, or weights and biases of smaller magnitude (larger scales).',
      node: layer.node.name,
      operator: layer.node.operator,
    })
  }
}

interface Finish {
  readonly records: readonly Uint8Array[]
  readonly output: OutputRange
  readonly constants: Readonly<Record<string, KernelConstant>>
  readonly requantizer: string | null
  readonly proof: number
}

function finishOf(layer: SumOfProducts, biases: readonly number[], bounds: readonly Bounds[]): Finish {
  const { output } = layer
  if (!('zeroPoint' in output)) return finishFloat(output, biases)
  if ('fixed' in output) return finishFixed(output, biases)
  const choice = chooseRequantizer(
    bounds.map((bound, o) => ({ ...bound, m: atChannel(output.multipliers, o) })),
    output,
    { floatAllowed: layer.preferFloat },
  )
  const records = biases.map((bias, o) => encodeRecord(choice.form, bias | 0, choice.records[o]!))
  return {
    records,
    output,
    constants: finishConstants(requantizerForms[choice.form].primitive, records[0]!.length, output),
    requantizer: choice.form,
    proof: choice.proof.checked,
  }
}

/** The contract's own operations: nothing is left to prove. */
function finishFixed(output: FixedRequantization, biases: readonly number[]): Finish {
  const records = biases.map((bias, o) =>
    encodeDoubleRecord(bias | 0, atChannel<FixedMultiplier>(output.fixed, o)),
  )
  const constants = finishConstants('requantizeDouble', DOUBLE_RECORD_BYTES, output)
  return { records, output, constants, requantizer: 'double', proof: 0 }
}

/** Adding -0 leaves every float32 as it is, -0 included. */
function finishFloat({ multipliers, bias }: FloatOutput, biases: readonly number[]): Finish {
  const records = biases.map((folded, o) => {
    const view = new DataView(new ArrayBuffer(12))
    view.setInt32(0, folded | 0, true)
    view.setFloat32(4, atChannel(multipliers, o), true)
    view.setFloat32(8, bias === null ? -0 : atChannel(bias, o), true)
    return new Uint8Array(view.buffer)
  })
  const unused = { zeroPoint: 0, min: 0, max: 0 }
  const constants = finishConstants('requantizeFloat', 12, unused)
  return { records, output: unused, constants, requantizer: null, proof: 0 }
}

const finishConstants = (
  primitive: string,
  recordBytes: number,
  output: OutputRange,
): Record<string, KernelConstant> => ({
  requantize: { kind: 'code', symbol: primitive, from: 'requantize' },
  RECORD_BYTES: { kind: 'usize', value: recordBytes },
  OUTPUT_ZERO_POINT: { kind: 'i32', value: output.zeroPoint },
  OUTPUT_MIN: { kind: 'i32', value: output.min },
  OUTPUT_MAX: { kind: 'i32', value: output.max },
})

function withCorrection(record: Uint8Array, correction: number): Uint8Array {
  const bytes = new Uint8Array(record.length + 4)
  bytes.set(record)
  new DataView(bytes.buffer).setInt32(record.length, correction, true)
  return bytes
}

const atChannel = <Value>(values: ArrayLike<Value>, channel: number): Value =>
  values.length === 1 ? values[0]! : values[channel]!
