// SPDX-License-Identifier: Apache-2.0
// One random model against the oracle: compiled down to Caplet's own operators, evaluated by the integer reference on
// corner and random inputs, every output element compared.
import { defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { evaluateBytes } from '../../compiler/evaluate.js'
import type { EdgeIo, NormalizedGraph } from '../../compiler/passes/normalize.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import type { OracleTensor } from '../../runtime/oracle/oracle.js'
import { writeModel } from '../../runtime/oracle/write-model.js'
import { compareOutput, feedsOf, type ModelEdge } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import type { RandomModel } from './model.js'

/** Inputs and what the oracle gives for them, of a model that compiles. */
export interface Subject {
  readonly graph: NormalizedGraph
  readonly inputs: readonly ModelEdge[]
  readonly outputs: readonly ModelEdge[]
  readonly samples: readonly { readonly bytes: readonly Uint8Array[]; readonly expected: Feeds }[]
}

type Feeds = Readonly<Record<string, OracleTensor>>

export type Verdict =
  | { readonly kind: 'exact'; readonly subject: Subject }
  | { readonly kind: 'mismatch'; readonly text: string; readonly subject: Subject }
  /** Codes with the operators that they are about. */
  | { readonly kind: 'refused'; readonly codes: readonly string[]; readonly error: CapletError }
  /** The reference itself does not open or run the model. */
  | { readonly kind: 'oracle'; readonly text: string; readonly compiles: boolean }

export interface CompareOptions {
  readonly samples: number
  readonly seed: number
  readonly io: EdgeIo
  /** Default false. */
  readonly floatIslands?: boolean
}

/** Throws what is no CapletError: a fault of the compiler. */
export const compare = (model: RandomModel, options: CompareOptions): Promise<Verdict> =>
  compareBytes(writeModel(model), options)

export async function compareBytes(bytes: Uint8Array, options: CompareOptions): Promise<Verdict> {
  const compiled = tryLower(bytes, options)
  let oracle: Awaited<ReturnType<typeof openOracle>>
  try {
    oracle = await openOracle(bytes)
  } catch (error) {
    return { kind: 'oracle', text: (error as Error).message, compiles: !(compiled instanceof CapletError) }
  }
  try {
    if (compiled instanceof CapletError) {
      const codes = compiled.problems.map((p) => `${p.code} ${p.operator ?? ''}`.trim())
      return { kind: 'refused', codes: [...new Set(codes)].sort(), error: compiled }
    }
    const samples: Subject['samples'][number][] = []
    const given = generatedSamples(
      compiled.inputs.map((edge) => ({ ...edge, grid: null })),
      options.samples,
      options.seed,
    )
    for (let i = 0; i < given.length; i++) {
      const edges = given.at(i)
      samples.push({ bytes: edges, expected: await oracle.run(feedsOf(compiled.inputs, edges, 'model')) })
    }
    const subject = { ...compiled, samples }
    const text = differenceOf(subject, (inputs) => evaluateBytes(compiled.graph, inputs, 'model'))
    return text === null ? { kind: 'exact', subject } : { kind: 'mismatch', text, subject }
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    return { kind: 'oracle', text: error.message, compiles: !(compiled instanceof CapletError) }
  } finally {
    await oracle.release()
  }
}

/** The first difference in words, or null. */
export function differenceOf(
  { samples, outputs }: Subject,
  run: (inputs: readonly Uint8Array[]) => readonly Uint8Array[],
): string | null {
  for (const [i, { bytes, expected }] of samples.entries()) {
    const results = run(bytes)
    for (const [k, edge] of outputs.entries()) {
      const difference = compareOutput(edge, results[k]!, expected[edge.name]!, 'model')
      if (!difference) continue
      const { count, index, expected: wanted, actual } = difference
      return `sample ${i}, output ${edge.name}[${index}]: ${actual} instead of ${wanted} (${count} differ)`
    }
  }
  return null
}

function tryLower(
  bytes: Uint8Array,
  { io, floatIslands = false }: CompareOptions,
): Omit<Subject, 'samples'> | CapletError {
  try {
    const { graph, program } = lower(modelFromBytes(bytes, 'random.onnx'), {
      ...defaultOptions,
      io,
      floatIslands,
    })
    const edge = (e: (typeof program.inputs)[number]): ModelEdge => ({
      ...{ name: e.name, type: e.type, shape: e.shape, modelShape: e.shape },
      ...{ scale: e.quantization?.scale ?? null, zero_point: e.quantization?.zeroPoint ?? null },
    })
    return { graph, inputs: program.inputs.map(edge), outputs: program.outputs.map(edge) }
  } catch (error) {
    if (error instanceof CapletError) return error
    throw error
  }
}
