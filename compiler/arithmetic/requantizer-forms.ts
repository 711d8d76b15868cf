// SPDX-License-Identifier: Apache-2.0
// The forms of the requantizer: exact twins of assembly/requantize.ts, and the records that it reads.
// Pictures of the fixed point and of the records are there.
import type { Range } from './float32.js'

/** Cheapest integer form first; `float` is the contract's own float32 operations. */
export type RequantizerForm = 'plain' | 'window' | 'full' | 'float'

export interface RequantizerRecord {
  readonly form: RequantizerForm
  /** float32 multiplier of the rule. */
  readonly m: number
  /** m * 2^42, to the nearest integer (exactly m for m >= 2^-19); unused by `float`. */
  readonly multiplier: bigint
  /** Half width of the constant window around a tie, in units of 2^-42; 0 but for `window`. */
  readonly window: number
}

/** Number of the product's bits behind the binary point: FRACTION in assembly/requantize.ts. */
export const FRACTION_BITS = 42

interface FormFacts {
  /** Symbols of assembly/requantize.ts. */
  readonly primitive: string
  readonly recordBytesSymbol: string
  readonly recordBytes: number
  /** Executed WebAssembly operations with parameter loads, zero point and clamp, both arguments being locals. */
  readonly operations: number
}

export const requantizerForms: Readonly<Record<RequantizerForm, FormFacts>> = {
  plain: {
    primitive: 'requantizePlain',
    recordBytesSymbol: 'PLAIN_RECORD_BYTES',
    recordBytes: 12,
    operations: 22,
  },
  window: {
    primitive: 'requantizeWindow',
    recordBytesSymbol: 'WINDOW_RECORD_BYTES',
    recordBytes: 16,
    operations: 32,
  },
  full: {
    primitive: 'requantizeFull',
    recordBytesSymbol: 'FULL_RECORD_BYTES',
    recordBytes: 12,
    operations: 39,
  },
  float: {
    primitive: 'requantizeFloat',
    recordBytesSymbol: 'FLOAT_RECORD_BYTES',
    recordBytes: 8,
    operations: 14,
  },
}

/** Pre: m is a float32 value with 0 <= m < 2^20; window an integer, 0 <= window < 2^32. */
export const integerRecord = (
  form: 'plain' | 'window' | 'full',
  m: number,
  window: number,
): RequantizerRecord => ({ form, m, multiplier: BigInt(Math.round(m * 2 ** FRACTION_BITS)), window })

export const floatRecord = (m: number): RequantizerRecord => ({ form: 'float', m, multiplier: 0n, window: 0 })

/** The bytes of one channel's record: bias, then what the form reads. Little-endian. */
export function encodeRecord(form: RequantizerForm, bias: number, record: RequantizerRecord): Uint8Array {
  const bytes = new Uint8Array(requantizerForms[form].recordBytes)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, bias, true)
  if (form === 'float') {
    view.setFloat32(4, record.m, true)
    return bytes
  }
  view.setBigInt64(4, record.multiplier, true)
  if (form === 'window') view.setUint32(12, record.window, true)
  return bytes
}

/** Half width of the window in which float32 rounds to the tie floor + 1/2 first: half a unit in its last place, in units of 2^-42. */
export const fullWindow = (floor: number): number =>
  2 ** (FRACTION_BITS - 25 + bitLength(floor < 0 ? ~floor : floor))

const bitLength = (value: number): number => 32 - Math.clz32(value)

interface Output extends Range {
  readonly zeroPoint: number
}

/** What assembly/requantize.ts computes, in exact integers (`float`: in float32). */
export function requantize(accumulator: number, record: RequantizerRecord, output: Output): number {
  switch (record.form) {
    case 'plain':
      return requantizePlain(accumulator, record, output)
    case 'window':
      return requantizeWindow(accumulator, record, output)
    case 'full':
      return requantizeFull(accumulator, record, output)
    case 'float':
      return requantizeFloat(accumulator, record, output)
  }
}

const fraction = BigInt(FRACTION_BITS)
const half = 1n << (fraction - 1n)

export function requantizePlain(accumulator: number, record: RequantizerRecord, output: Output): number {
  const product = BigInt(accumulator) * record.multiplier
  return finish((product + half) >> fraction, output)
}

export function requantizeWindow(accumulator: number, record: RequantizerRecord, output: Output): number {
  const product = BigInt(accumulator) * record.multiplier
  return finish(roundToEven(product, BigInt(record.window)), output)
}

export function requantizeFull(accumulator: number, record: RequantizerRecord, output: Output): number {
  const product = BigInt(accumulator) * record.multiplier
  return finish(roundToEven(product, BigInt(fullWindow(Number(product >> fraction)))), output)
}

export function requantizeFloat(accumulator: number, { m }: RequantizerRecord, output: Output): number {
  const { min, max, zeroPoint } = output
  const scaled = Math.min(
    max - zeroPoint,
    Math.max(min - zeroPoint, Math.fround(Math.fround(accumulator) * m)),
  )
  return Math.fround(scaled + MAGIC) - MAGIC + zeroPoint
}

/** 1.5 * 2^23: a float32 that is added to it has no bits left behind the point, and rounds half to even. */
const MAGIC = 12582912

/** To the nearest integer; products within `window` of a tie go to the even one. */
function roundToEven(product: bigint, window: bigint): bigint {
  const floor = product >> fraction
  const threshold = floor % 2n === 0n ? half + window + 1n : half - window
  return product - (floor << fraction) >= threshold ? floor + 1n : floor
}

const finish = (rounded: bigint, { zeroPoint, min, max }: Output): number =>
  Math.min(max, Math.max(min, Number(rounded) + zeroPoint))
