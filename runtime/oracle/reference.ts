// SPDX-License-Identifier: Apache-2.0
// The reference that a model's contract names, opened on the model.
import { isTflite } from '../../compiler/import/tflite.js'
import type { TfliteMultipliers } from '../../compiler/passes/tflite/conversion.js'
import { openOracle } from './onnxruntime.js'
import type { Oracle, OracleOptions } from './oracle.js'
import { olderTfliteMicro, tfliteMicro } from './tflite.js'

/** null where it is not to be had on this machine. Throws CapletError where it refuses the model. */
export async function openReference(
  model: Uint8Array,
  options: OracleOptions & { readonly tfliteMultipliers: TfliteMultipliers },
): Promise<Oracle | null> {
  if (!isTflite(model)) return openOracle(model, options)
  const interpreter = options.tfliteMultipliers === 'float32' ? olderTfliteMicro : tfliteMicro
  return (await interpreter.absent()) === null ? interpreter.open(model) : null
}

/** For people. */
export const referenceTitle = (model: Uint8Array): string =>
  isTflite(model) ? 'TFLite Micro' : 'ONNX Runtime'
