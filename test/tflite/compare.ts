// SPDX-License-Identifier: Apache-2.0
// A TensorFlow Lite network in our reference and as capsules, against TFLite Micro's own interpreter.
import { assemble } from '../../compiler/codegen/assemble.js'
import { type CompileOptions, defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { bytesOf, openEvaluation } from '../../compiler/evaluate.js'
import type { Data } from '../../compiler/ir/types.js'
import { type ModelFile, modelFromBytes } from '../../compiler/read-model.js'
import { openNode } from '../../runtime/node.js'
import type { OracleTensor } from '../../runtime/oracle/oracle.js'
import { type TfliteInterpreter, tfliteMicro } from '../../runtime/oracle/tflite.js'
import { type TfliteText, writeTflite } from '../../runtime/oracle/write-tflite.js'

/** The wheel exists for this platform alone: elsewhere such tests are not defined. */
export const hasTfliteWheel = process.platform === 'linux' && process.arch === 'x64'

const absent = hasTfliteWheel ? await tfliteMicro.absent() : null
export const tfliteOracleIsAbsent = absent !== null
export const whyAbsent = absent ? `: ${absent.reason}; ${absent.remedy}` : ''

/** Our meaning of the operators, the kernels as they ship, and those of the accelerated tier with the host's twin. */
export type Form = 'reference' | 'portable' | 'accelerated'

/** One line per output that differs in consecutive runs, or the oracle's refusal. Empty: all equal, in every form. */
export async function differences(
  text: TfliteText,
  samples: readonly (readonly Data[])[],
  how: {
    readonly forms?: readonly Form[]
    readonly options?: Partial<CompileOptions>
    readonly interpreter?: TfliteInterpreter
  } = {},
): Promise<string[]> {
  const bytes = writeTflite(text)
  const model = modelFromBytes(bytes, 'random.tflite')
  const options = { ...defaultOptions, ...how.options }
  const runs = await Promise.all(
    (how.forms ?? ['reference']).map(async (form) => ({ form, run: await runOf(model, form, options) })),
  )
  const oracle = await (how.interpreter ?? tfliteMicro).open(bytes)
  const found: string[] = []
  for (const [index, sample] of samples.entries()) {
    const expected = await oracle.run(feeds(text, sample))
    for (const { form, run } of runs) {
      const actual = await run(sample.map(bytesOf))
      text.outputs.forEach((name, output) => {
        const wanted = bytesOf(expected[name]!.data)
        const at = wanted.findIndex((byte, i) => byte !== actual[output]![i])
        if (at < 0) return
        const values = `${actual[output]![at]} instead of ${wanted[at]}`
        found.push(`${name}: ${form}, sample ${index}, byte ${at}: ${values}`)
      })
    }
  }
  await oracle.release()
  return found
}

type Run = (inputs: Uint8Array[]) => Promise<readonly Uint8Array[]>

async function runOf(model: ModelFile, form: Form, options: CompileOptions): Promise<Run> {
  const tier = form === 'accelerated' ? form : 'portable'
  const { graph, program } = lower(model, { ...options, tier })
  const evaluation = openEvaluation(graph, 'model')
  if (form === 'reference') return async (inputs) => evaluation.invoke(inputs)
  const info = {
    compilerVersion: '0',
    contract: { name: 'tflite', reference: 'random', version: '0' },
    modelName: 'random',
    modelSha256: '0'.repeat(64),
    expectedOutputs: null,
  }
  const { wasm } = await assemble(program, info, { name: 'random', converge: false })
  const capsule = await openNode(wasm)
  return async (inputs) => capsule.invoke(inputs)
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
