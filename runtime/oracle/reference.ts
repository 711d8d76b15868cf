// SPDX-License-Identifier: Apache-2.0
// The reference that a model's contract names, opened on the model.
import { isTflite } from '../../compiler/import/tflite.js'
import type { TfliteMultipliers } from '../../compiler/passes/tflite/conversion.js'
import { openOracle } from './onnxruntime.js'
import type { Oracle, OracleOptions } from './oracle.js'
import { openTfliteOracle, tfliteOracleAbsent } from './tflite.js'

/** null where it is not to be had on this machine. Throws CapletError where it refuses the model. */
export async function openReference(
  model: Uint8Array,
  options: OracleOptions & { readonly tfliteMultipliers: TfliteMultipliers },
): Promise<Oracle | null> {
  if (!isTflite(model)) return openOracle(model, options)
  // The interpreter that is asked forms its multipliers in float64.
  if (options.tfliteMultipliers === 'float32') return null
  return (await tfliteOracleAbsent()) === null ? openTfliteOracle(model) : null
}

/** For people. */
export const referenceTitle = (model: Uint8Array): string =>
  isTflite(model) ? 'TFLite Micro' : 'ONNX Runtime'
