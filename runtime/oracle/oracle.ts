// SPDX-License-Identifier: Apache-2.0
// What a reference runtime is to the rest of the project: a model opened once and run on named tensors.
import { CapletError } from '../../compiler/errors.js'

export type OracleData =
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

export interface OracleTensor {
  /** ONNX spelling: 'float32', 'int8', 'uint8', 'int64', 'bool' (one byte per element), ... */
  readonly type: string
  readonly dims: readonly number[]
  /** Dense, row-major. */
  readonly data: OracleData
}

export interface Oracle {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  /** Where the reference takes quanta at quantized edges: the model's own types. Absent: it takes float32 there. */
  readonly inputTypes?: ReadonlyMap<string, string>
  /** Every output. Throws CapletError where an input is missing or has the wrong type or shape. */
  run(feeds: Readonly<Record<string, OracleTensor>>): Promise<Record<string, OracleTensor>>
  /** The next run is as the first one; nothing where the model keeps no state. */
  reset(): Promise<void>
  release(): Promise<void>
}

/** A file beside the model that holds initializers; `path` as the model spells it. */
export interface ExternalData {
  readonly path: string
  readonly data: Uint8Array
}

export interface OracleOptions {
  readonly externalData?: readonly ExternalData[]
}

/** The reference's own words for why it would not load or run the model. */
export function oracleFault(
  code: 'oracle-load' | 'oracle-run',
  reference: string,
  cause: unknown,
): CapletError {
  const message = cause instanceof Error ? cause.message : String(cause)
  const words = message.replace(/^.*ERROR_MESSAGE: /s, '').replace(/\/\S*\/onnxruntime\/(?=\S+:\d+ )/g, '')
  const deed = code === 'oracle-load' ? 'does not load the model' : 'could not run the model'
  const remedy =
    code === 'oracle-load'
      ? 'Check the file with onnx.checker.check_model; every operator, attribute and external file must be one that this reference has.'
      : "Check the inputs' names, types and shapes against the model."
  return new CapletError({ code, message: `${reference} ${deed}: ${words.trim()}`, remedy })
}
