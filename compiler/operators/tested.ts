// SPDX-License-Identifier: Apache-2.0
// What a recorded run of the tests has found exact, by operator of each format: tested.json, which scripts/record-tests.ts
// writes.
import { readFileSync } from 'node:fs'
import type { ElementType } from '../ir/types.js'

/** QDQ: on a float tensor behind a DequantizeLinear; float: on another; integer: on integers or booleans themselves. */
export type OperatorForm = 'QDQ' | 'QOperator' | 'integer' | 'float' | 'constant'

export interface TestedOperator {
  readonly forms: readonly OperatorForm[]
  /** Of its first input that is computed; of the quanta where that is dequantized. */
  readonly types: readonly ElementType[]
  /** Exact models that have it. */
  readonly models: number
}

export const readTestedOperators = (): Readonly<
  Record<'onnx' | 'tflite', Readonly<Record<string, TestedOperator>>>
> => JSON.parse(readFileSync(new URL('tested.json', import.meta.url), 'utf8'))
