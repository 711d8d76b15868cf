// SPDX-License-Identifier: Apache-2.0
// A native ONNX Runtime, where one is installed: the npm package onnxruntime-node, or Python's onnxruntime in a child process.
// Same settings as the contract's reference, other machine code: `verify --reference native` reports how far it is, as information.

import { openNodeOracle } from './native-node.js'
import { openPythonOracle } from './native-python.js'
import type { Oracle, OracleOptions } from './oracle.js'

export interface NativeOracle extends Oracle {
  /** Package, version and processor: 'onnxruntime (Python) 1.32.0 on x64'. */
  readonly reference: string
}

/**
 * Opens a model under the first native ONNX Runtime found, or gives null where there is none.
 * Python is the first that has onnxruntime (python.ts).
 * Throws CapletError oracle-load where it is there but refuses the model.
 */
export async function openNativeOracle(
  model: Uint8Array,
  options: OracleOptions = {},
): Promise<NativeOracle | null> {
  return (await openNodeOracle(model, options)) ?? (await openPythonOracle(model, options))
}
