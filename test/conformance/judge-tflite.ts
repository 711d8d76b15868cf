// SPDX-License-Identifier: Apache-2.0
// One TensorFlow Lite case: compiled, evaluated by the integer reference, and compared with TFLite Micro's interpreter
// run live on the same model, one step after the other where it keeps state. Inputs and outputs that others recorded stand
// beside the model, NAME_input0_int16.csv and NAME_golden_int16.csv.
import { existsSync, readFileSync } from 'node:fs'
import { defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { bytesOf, openEvaluation } from '../../compiler/evaluate.js'
import { readModel } from '../../compiler/read-model.js'
import { openTfliteOracle } from '../../runtime/oracle/tflite.js'
import { feedsOf, type ModelEdge } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { modelEdges } from '../../runtime/verify/subject.js'
import { differenceOf, type Subject } from '../random/compare.js'
import type { Verdict } from './judge.js'

/** Generated inputs, besides the four corners. */
const generatedCount = 3

/** Networks of more multiply-accumulates are judged by their kernels alone: the integer reference is slow on purpose. */
const macsOfReference = 500_000

interface Recorded {
  readonly inputs: Uint8Array[]
  readonly output: Int16Array
}

export async function judgeTflite(path: string): Promise<Verdict> {
  try {
    const model = readModel(path)
    const { graph, program } = lower(model, defaultOptions)
    const [inputs, outputs] = [modelEdges(program.inputs, graph), modelEdges(program.outputs, graph)]
    const recorded = recordedOf(path, inputs)
    const oracle = await openTfliteOracle(model.bytes)
    try {
      const samples: Subject['samples'][number][] = []
      for (const bytes of [...(recorded ? [recorded.inputs] : []), ...generatedInputs(inputs)]) {
        const feeds = feedsOf(inputs, bytes, 'model', oracle.inputTypes)
        samples.push({ bytes, expected: await oracle.run(feeds) })
      }
      const subject: Subject = { graph, inputs, outputs, samples }
      const macs = program.steps.reduce((sum, step) => sum + step.macs, 0)
      const { invoke } = openEvaluation(graph, 'model')
      const text = macs > macsOfReference ? null : differenceOf(subject, (bytes) => invoke(bytes))
      if (text !== null) return { kind: 'mismatch', text }
      return { kind: 'exact', subject, differsFromRecorded: recorded !== null && differs(recorded, subject) }
    } finally {
      await oracle.release()
    }
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    if (error.problems.some(({ code }) => code === 'oracle-load' || code === 'oracle-run')) {
      return { kind: 'unanswered', text: error.message }
    }
    return { kind: 'refused', problems: error.problems }
  }
}

function generatedInputs(inputs: readonly ModelEdge[]): Uint8Array[][] {
  const samples = generatedSamples(
    inputs.map((edge) => ({ ...edge, grid: null })),
    generatedCount,
    1,
  )
  return Array.from({ length: samples.length }, (_, index) => [...samples.at(index)])
}

/** null where nothing was recorded beside the model. */
function recordedOf(path: string, inputs: readonly ModelEdge[]): Recorded | null {
  const values = (kind: string) => {
    const file = path.replace(/\.tflite$/, `_${kind}_int16.csv`)
    return existsSync(file) ? Int16Array.from(readFileSync(file, 'utf8').split(','), Number) : null
  }
  const golden = values('golden')
  const given = inputs.map((_, index) => values(`input${index}`))
  if (golden === null || given.includes(null)) return null
  return { inputs: given.map((value) => bytesOf(value!)), output: golden }
}

function differs({ output }: Recorded, { samples, outputs }: Subject): boolean {
  const { data } = samples[0]!.expected[outputs[0]!.name]!
  return data.length !== output.length || output.some((value, index) => value !== data[index])
}
