// SPDX-License-Identifier: Apache-2.0
// What a matrix product of activations keeps per column below the float line: bias, requantizer, zero point of b.
import { encodeDoubleRecord } from '../../arithmetic/fixed-point.js'
import { chooseRequantizer } from '../../arithmetic/requantizer.js'
import { encodeRecord, requantizerForms } from '../../arithmetic/requantizer-forms.js'
import { encodeWideRecord } from '../../arithmetic/wide-fixed-point.js'
import type { KernelConstant } from '../../codegen/program.js'
import type { TypedNode } from '../definition.js'

export interface Accumulators {
  /** Of each column. */
  readonly bounds: readonly { readonly min: number; readonly max: number }[]
  readonly bias: Int32Array | null
  /** One, or one per column. */
  readonly zeroPoints: readonly number[]
  /** Sums of int16 are int64. */
  readonly isWide: boolean
}

export interface LoweredColumns {
  /** One for all columns where they are equal, else one per column. */
  readonly records: readonly Uint8Array[]
  readonly constants: Readonly<Record<string, KernelConstant>>
  readonly requantizer: string | null
  readonly proof: number
}

/** As assembly/matrix-product numbers them. */
const results = { quantized: 0, float: 1, integer: 2 } as const

export function lowerColumns(
  { attributes }: TypedNode<'matrix_product'>,
  { bounds, bias, zeroPoints, isWide }: Accumulators,
  preferFloat: boolean,
): LoweredColumns {
  const { requantization, floatMultipliers, floatBias } = attributes
  const biasOf = (n: number) => bias?.[n] ?? 0
  if (requantization && 'fixed' in requantization) {
    const { fixed, zeroPoint, min, max } = requantization
    const encode = isWide ? encodeWideRecord : encodeDoubleRecord
    const records = bounds.map((_, n) => encode(biasOf(n), fixed[fixed.length === 1 ? 0 : n]!))
    const primitive = isWide ? 'requantizeWide' : 'requantizeDouble'
    const output = { zeroPoint, min, max }
    return {
      records: finished(records, zeroPoints),
      constants: constantsOf('quantized', primitive, records[0]!.length, output),
      requantizer: isWide ? 'wide' : 'double',
      proof: 0,
    }
  }
  if (requantization) {
    const { multipliers } = requantization
    const choice = chooseRequantizer(
      bounds.map((bound, n) => ({ ...bound, m: multipliers[n % multipliers.length]! })),
      requantization,
      { floatAllowed: preferFloat },
    )
    const records = choice.records.map((record, n) => encodeRecord(choice.form, biasOf(n) | 0, record))
    const { zeroPoint, min, max } = requantization
    return {
      records: finished(records, zeroPoints),
      constants: constantsOf('quantized', requantizerForms[choice.form].primitive, records[0]!.length, {
        zeroPoint,
        min,
        max,
      }),
      requantizer: choice.form,
      proof: choice.proof.checked,
    }
  }
  const records = bounds.map((_, n) => {
    const view = new DataView(new ArrayBuffer(floatMultipliers ? 12 : 4))
    view.setInt32(0, biasOf(n), true)
    if (floatMultipliers) view.setFloat32(4, floatMultipliers[n % floatMultipliers.length]!, true)
    // Adding -0 leaves every float32 as it is, -0 included.
    if (floatMultipliers) view.setFloat32(8, floatBias ? floatBias[n % floatBias.length]! : -0, true)
    return new Uint8Array(view.buffer)
  })
  const result = floatMultipliers ? 'float' : 'integer'
  const unused = { zeroPoint: 0, min: 0, max: 0 }
  return {
    records: finished(records, zeroPoints),
    constants: constantsOf(result, 'requantizeFloat', records[0]!.length, unused),
    requantizer: null,
    proof: 0,
  }
}

/** Each with its column's zero point behind; a single one where all are equal. */
function finished(records: readonly Uint8Array[], zeroPoints: readonly number[]): Uint8Array[] {
  const all = records.map((record, n) => {
    const bytes = new Uint8Array(record.length + 4)
    bytes.set(record)
    new DataView(bytes.buffer).setInt32(record.length, zeroPoints[n % zeroPoints.length]!, true)
    return bytes
  })
  const isUniform = all.every((record) => record.every((byte, i) => byte === all[0]![i]))
  return isUniform ? all.slice(0, 1) : all
}

const constantsOf = (
  result: keyof typeof results,
  primitive: string,
  recordBytes: number,
  output: { readonly zeroPoint: number; readonly min: number; readonly max: number },
): Record<string, KernelConstant> => ({
  requantize: { kind: 'code', symbol: primitive, from: 'requantize' },
  RESULT: { kind: 'i32', value: results[result] },
  RECORD_BYTES: { kind: 'usize', value: recordBytes },
  OUTPUT_ZERO_POINT: { kind: 'i32', value: output.zeroPoint },
  OUTPUT_MIN: { kind: 'i32', value: output.min },
  OUTPUT_MAX: { kind: 'i32', value: output.max },
})
