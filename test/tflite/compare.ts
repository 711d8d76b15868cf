// SPDX-License-Identifier: Apache-2.0
// A TensorFlow Lite network in our reference, or as a capsule, against TFLite Micro's own interpreter.
import { type CompileOptions, compileModel, defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { bytesOf, evaluateBytes } from '../../compiler/evaluate.js'
import type { Data } from '../../compiler/ir/types.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { nodeRuntime } from '../../runtime/node.js'
import type { OracleTensor } from '../../runtime/oracle/oracle.js'
import { openTfliteOracle, tfliteOracleAbsent } from '../../runtime/oracle/tflite.js'
import { type TfliteText, writeTflite } from '../../runtime/oracle/write-tflite.js'

/** The wheel exists for this platform alone: elsewhere such tests are not defined. */
export const hasTfliteWheel = process.platform === 'linux' && process.arch === 'x64'

const absent = hasTfliteWheel ? await tfliteOracleAbsent() : null
export const tfliteOracleIsAbsent = absent !== null
export const whyAbsent = absent ? `: ${absent.reason}; ${absent.remedy}` : ''

/** One line per output that differs, or the oracle's refusal. Empty: all equal. */
export async function differences(
  text: TfliteText,
  samples: readonly (readonly Data[])[],
  how: { readonly asCapsule?: boolean; readonly options?: Partial<CompileOptions> } = {},
): Promise<string[]> {
  const bytes = writeTflite(text)
  const model = modelFromBytes(bytes, 'random.tflite')
  const run = how.asCapsule ? await capsule(model) : reference(model, { ...defaultOptions, ...how.options })
  const oracle = await openTfliteOracle(bytes)
  const found: string[] = []
  for (const [index, sample] of samples.entries()) {
    const expected = await oracle.run(feeds(text, sample))
    const actual = await run(sample.map(bytesOf))
    text.outputs.forEach((name, output) => {
      const wanted = bytesOf(expected[name]!.data)
      const at = wanted.findIndex((byte, i) => byte !== actual[output]![i])
      if (at >= 0) {
        const operators = text.nodes.map(({ operator }) => operator).join(', ')
        found.push(
          `${operators}: sample ${index}, ${name}, byte ${at}: ${actual[output]![at]} instead of ${wanted[at]}`,
        )
      }
    })
  }
  await oracle.release()
  return found
}

type Run = (inputs: Uint8Array[]) => Promise<readonly Uint8Array[]>

function reference(model: ReturnType<typeof modelFromBytes>, options: CompileOptions): Run {
  const { graph } = lower(model, options)
  return async (inputs) => evaluateBytes(graph, inputs, 'model')
}

async function capsule(model: ReturnType<typeof modelFromBytes>): Promise<Run> {
  const { wasm } = await compileModel(model)
  const running = await nodeRuntime.open({ wasm, wasi: null })
  return async (inputs) => (await running.run([inputs]))[0]!
}

const feeds = ({ tensors, inputs }: TfliteText, sample: readonly Data[]): Record<string, OracleTensor> =>
  Object.fromEntries(
    inputs.map((name, i) => {
      const { type, shape } = tensors.find((tensor) => tensor.name === name)!
      return [name, { type, dims: shape, data: sample[i]! }]
    }),
  )

/** The codes of a refusal by the compiler; empty where it compiles. */
export function refusals(text: TfliteText): string[] {
  try {
    lower(modelFromBytes(writeTflite(text), 'random.tflite'), defaultOptions)
    return []
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    return error.problems.map(({ code, message }) => `${code}: ${message}`)
  }
}
