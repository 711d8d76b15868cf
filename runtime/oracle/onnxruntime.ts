// SPDX-License-Identifier: Apache-2.0
// The oracle of the numeric contract `onnxruntime`: onnxruntime-web's WebAssembly CPU backend with exactly the
// contract's settings. Everything comes from npm's files, nothing from a network.
// Measured on one core: first session 0.2 s (it loads 14 MB of WebAssembly), then 0.3 ms to open and 0.03 ms to run a
// one-operator model, 25 ms and 0.7 ms for a network of 44 nodes. Sessions live side by side, at about 220 MB for the
// process; opening and running happen one at a time, on the calling thread.
import * as ort from 'onnxruntime-web/wasm'
import { CapletError } from '../../compiler/errors.js'
import { type Oracle, type OracleData, type OracleOptions, type OracleTensor, oracleFault } from './oracle.js'

export type { ExternalData, Oracle, OracleData, OracleOptions, OracleTensor } from './oracle.js'

/** Name and version that the manifest records. */
export const ORACLE_REFERENCE = 'onnxruntime-web'
export const ORACLE_VERSION = '1.30.0'

/** The contract's settings: part of its definition, since other settings give other bits. */
export const ORACLE_SETTINGS = {
  executionProviders: ['wasm'],
  graphOptimizationLevel: 'all',
  extra: { session: { qdqisint8allowed: '1' } },
} as const
export const ORACLE_THREADS = 1

const FATAL_ONLY = 4

/**
 * Opens a model under the contract's reference.
 * Pre: `model` is a whole ONNX file; external initializers are given as `externalData`.
 * Throws CapletError oracle-version (another onnxruntime-web is installed) or oracle-load (the reference refuses).
 */
export async function openOracle(model: Uint8Array, options: OracleOptions = {}): Promise<Oracle> {
  prepare()
  const opening = lastOpening.then(() =>
    ort.InferenceSession.create(model, {
      ...ORACLE_SETTINGS,
      logSeverityLevel: FATAL_ONLY,
      ...(options.externalData && { externalData: options.externalData }),
    }),
  )
  lastOpening = opening.catch(() => undefined)
  try {
    return sessionOracle(await opening, ort.Tensor, ORACLE_REFERENCE)
  } catch (cause) {
    throw oracleFault('oracle-load', ORACLE_REFERENCE, cause)
  }
}

/** Sessions are opened one after the other: the reference keeps external files under one list of paths for the process. */
let lastOpening: Promise<unknown> = Promise.resolve()

/** The common interface over a session of onnxruntime-web, or of onnxruntime-node, which has the same one. */
export const sessionOracle = (
  session: ort.InferenceSession,
  Tensor: typeof ort.Tensor,
  reference: string,
): Oracle => ({
  inputNames: session.inputNames,
  outputNames: session.outputNames,
  reset: async () => {},
  release: () => session.release(),
  run: async (feeds) => {
    try {
      const inputs: Record<string, ort.Tensor> = {}
      for (const [name, { type, data, dims }] of Object.entries(feeds)) {
        inputs[name] = new Tensor(type as 'float32', data as Float32Array, dims)
      }
      const outputs = await session.run(inputs, { logSeverityLevel: FATAL_ONLY })
      return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, fromOrt(tensor)]))
    } catch (cause) {
      throw oracleFault('oracle-run', reference, cause)
    }
  },
})

function prepare(): void {
  const installed = ort.env.versions.web
  if (installed !== ORACLE_VERSION) {
    throw new CapletError({
      code: 'oracle-version',
      message: `The contract's reference is ${ORACLE_REFERENCE} ${ORACLE_VERSION}, but version ${installed} is installed.`,
      remedy: `npm install --save-exact ${ORACLE_REFERENCE}@${ORACLE_VERSION}`,
    })
  }
  ort.env.wasm.numThreads = ORACLE_THREADS
  ort.env.logLevel = 'fatal'
}

const fromOrt = ({ type, data, dims }: ort.Tensor): OracleTensor => ({ type, dims, data: data as OracleData })
