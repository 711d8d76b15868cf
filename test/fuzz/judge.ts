// SPDX-License-Identifier: Apache-2.0
// What may become of a damaged model: it is refused by a CapletError in bounded time, or it compiles and is exact.
import { runInNewContext } from 'node:vm'
import { assembleProgram, type CompileOptions, defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { evaluateBytes } from '../../compiler/evaluate.js'
import { readOnnx } from '../../compiler/import/onnx.js'
import { inferTypes, type Shapes } from '../../compiler/passes/infer-types.js'
import { normalize } from '../../compiler/passes/normalize.js'
import { type ModelFile, modelFromBytes } from '../../compiler/read-model.js'
import { openNode } from '../../runtime/node.js'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { compareOutput, feedsOf } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { modelEdges } from '../../runtime/verify/subject.js'

/** How far a mutant that is not refused is followed. */
export type Depth = 'normalize' | 'reference' | 'capsule'

/**
 * refused: by a CapletError; compiles: so far as it was followed; exact: as the oracle on every sample;
 * unloadable: it compiles, but the reference does not take it.
 */
export type Verdict = 'refused' | 'compiles' | 'exact' | 'unloadable' | { readonly fault: string }

/** A front end that takes longer than this hangs. A sound model takes less than a second. */
const timeLimit = 60_000

/** Runs synchronous work; stops it where it does not end. */
function limited<T>(work: () => T): T {
  return runInNewContext('work()', { work }, { timeout: timeLimit }) as T
}

export async function judge(bytes: Uint8Array, shapes: Shapes, depth: Depth): Promise<Verdict> {
  const model = modelFromBytes(bytes, 'mutant.onnx')
  try {
    limited(() => normalize(inferTypes(readOnnx(model.bytes, model.loadExternal), shapes), 'quantized'))
    if (depth === 'normalize') return 'compiles'
    return await compareWithOracle(model, { ...defaultOptions, shapes, name: 'mutant' }, depth)
  } catch (error) {
    if (error instanceof CapletError)
      return isSaid(error) ? 'refused' : { fault: `it says nothing: ${error.stack}` }
    return { fault: String((error as Error).stack ?? error) }
  }
}

/** Every problem has a code, a message and a remedy, and none is a fault of Caplet itself. */
const isSaid = ({ problems }: CapletError): boolean =>
  problems.length > 0 &&
  problems.every(({ code, message, remedy }) => code !== 'internal' && message && remedy)

async function compareWithOracle(model: ModelFile, options: CompileOptions, depth: Depth): Promise<Verdict> {
  const { graph, program } = limited(() => lower(model, options))
  const oracle = await openOracle(model.bytes).catch(() => null)
  if (!oracle) return 'unloadable'
  try {
    const inputs = modelEdges(program.inputs, graph)
    const outputs = modelEdges(program.outputs, graph)
    const samples = generatedSamples(
      inputs.map((edge) => ({ ...edge, grid: null })),
      2,
      9,
    )
    const capsule =
      depth === 'capsule'
        ? await openNode((await assembleProgram(model, graph, program, options)).wasm)
        : null
    for (const index of [0, 1, 4, 5]) {
      const sample = samples.at(index)
      const expected = await oracle.run(feedsOf(inputs, sample, 'model')).catch(() => null)
      if (!expected) return 'unloadable'
      const results = capsule ? capsule.invoke(sample) : evaluateBytes(graph, sample, 'model')
      for (const [i, edge] of outputs.entries()) {
        const difference = compareOutput(edge, results[i]!, expected[edge.name]!, 'model')
        if (!difference) continue
        const { index: at, expected: wanted, actual } = difference
        return { fault: `not exact (${depth}): ${edge.name}[${at}] is ${actual} instead of ${wanted}` }
      }
    }
    return 'exact'
  } finally {
    await oracle.release()
  }
}
