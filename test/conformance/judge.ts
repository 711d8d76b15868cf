// SPDX-License-Identifier: Apache-2.0
// One case: compiled, evaluated by the integer reference, and compared with ONNX Runtime run live on the same model.
import proto from 'onnx-proto'
import { CapletError, type Problem } from '../../compiler/errors.js'
import { bytesOf, evaluateBytes } from '../../compiler/evaluate.js'
import { constantFromProto } from '../../compiler/import/tensor-proto.js'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import type { OracleTensor } from '../../runtime/oracle/oracle.js'
import { compareData, feedsOf } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { differenceOf, type Subject } from '../random/compare.js'
import type { ConformanceCase, Recording } from './cases.js'
import { type CompiledCase, compileCase } from './compile-case.js'

/** One of the compiler's problems, or what a test vector lacks. */
export type Refusal = Pick<Problem, 'message' | 'operator'> & { readonly code: string }

export type Verdict =
  | {
      readonly kind: 'exact'
      readonly subject: Subject
      /** The case has recorded another output than the reference gives. */
      readonly differsFromRecorded: boolean
    }
  | { readonly kind: 'mismatch'; readonly text: string }
  | { readonly kind: 'refused'; readonly problems: readonly Refusal[] }
  /** It compiles, but the reference does not load or run it: that, too, is a fault. */
  | { readonly kind: 'unanswered'; readonly text: string }

/** Generated inputs of a model that has no recorded ones, besides the four corners. */
const generatedCount = 8

/** Networks of more multiply-accumulates are judged by their kernels alone: the integer reference is slow on purpose. */
const macsOfReference = 2_000_000

export async function judge(conformanceCase: ConformanceCase): Promise<Verdict> {
  const compiled = compileCase(conformanceCase)
  if (compiled instanceof CapletError) return { kind: 'refused', problems: compiled.problems }
  try {
    const oracle = await openOracle(compiled.bytes, { externalData: compiled.externalData })
    try {
      const samples: Subject['samples'][number][] = []
      for (const bytes of inputsOf(compiled, conformanceCase)) {
        samples.push({ bytes, expected: await oracle.run(feedsOf(compiled.inputs, bytes, 'model')) })
      }
      return verdictOn({ ...compiled, samples }, compiled.macs, conformanceCase.recordings)
    } finally {
      await oracle.release()
    }
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    return { kind: 'unanswered', text: error.message }
  }
}

function verdictOn(subject: Subject, macs: number, recordings: readonly Recording[]): Verdict {
  const text =
    macs > macsOfReference
      ? null
      : differenceOf(subject, (inputs) => evaluateBytes(subject.graph, inputs, 'model'))
  if (text !== null) return { kind: 'mismatch', text }
  const differsFromRecorded = recordings.some(({ outputs }, i) =>
    outputs.some((output, k) => isOther(output, subject.samples[i]!.expected[subject.outputs[k]!.name]!)),
  )
  return { kind: 'exact', subject, differsFromRecorded }
}

function isOther(recorded: Uint8Array, expected: OracleTensor): boolean {
  const { data, shape } = decodeTensor(recorded)
  if (`${shape}` !== `${expected.dims}`) return true
  return compareData(data.length, (i) => data[i]!, expected.data) !== null
}

const decodeTensor = (bytes: Uint8Array) =>
  constantFromProto(proto.onnx.TensorProto.decode(bytes), () => new Uint8Array(0))

/** The recorded inputs, or generated ones where there are none. */
function inputsOf({ inputs, positions }: CompiledCase, { recordings }: ConformanceCase): Uint8Array[][] {
  if (recordings.length === 0) {
    const edges = inputs.map((edge) => ({ ...edge, grid: null }))
    const samples = generatedSamples(edges, generatedCount, 1)
    return Array.from({ length: samples.length }, (_, i) => [...samples.at(i)])
  }
  return recordings.map((recording) =>
    positions.map((position) => bytesOf(decodeTensor(recording.inputs[position]!).data)),
  )
}
