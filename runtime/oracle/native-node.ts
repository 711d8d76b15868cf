// SPDX-License-Identifier: Apache-2.0
// The npm package onnxruntime-node, if the user has installed it: it is not a dependency.
import type * as ort from 'onnxruntime-web/wasm'
import type { NativeOracle } from './native.js'
import { ORACLE_SETTINGS, ORACLE_THREADS, sessionOracle } from './onnxruntime.js'
import { type OracleOptions, oracleFault } from './oracle.js'

const PACKAGE: string = 'onnxruntime-node'

export async function openNodeOracle(
  model: Uint8Array,
  options: OracleOptions,
): Promise<NativeOracle | null> {
  const runtime: typeof ort | null = await import(PACKAGE).catch(() => null)
  if (!runtime) return null
  try {
    const session = await runtime.InferenceSession.create(model, {
      ...ORACLE_SETTINGS,
      executionProviders: ['cpu'],
      intraOpNumThreads: ORACLE_THREADS,
      interOpNumThreads: ORACLE_THREADS,
      logSeverityLevel: 4,
      ...(options.externalData && { externalData: options.externalData }),
    })
    const version = (runtime.env.versions as { node?: string }).node ?? ''
    const reference = `${PACKAGE} ${version} on ${process.arch}`
    return { ...sessionOracle(session, runtime.Tensor, reference), reference }
  } catch (cause) {
    throw oracleFault('oracle-load', PACKAGE, cause)
  }
}
