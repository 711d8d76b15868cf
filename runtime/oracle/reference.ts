// SPDX-License-Identifier: Apache-2.0
// The reference that a model's contract names, opened on the model.
import { isTflite } from '../../compiler/import/tflite.js'
import { openOracle } from './onnxruntime.js'
import type { Oracle, OracleOptions } from './oracle.js'
import { openTfliteOracle } from './tflite.js'

export const openReference = (model: Uint8Array, options: OracleOptions): Promise<Oracle> =>
  isTflite(model) ? openTfliteOracle(model) : openOracle(model, options)

/** For people. */
export const referenceTitle = (model: Uint8Array): string =>
  isTflite(model) ? 'TFLite Micro' : 'ONNX Runtime'
