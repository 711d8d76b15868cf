// SPDX-License-Identifier: Apache-2.0
// Runs samples through the oracle and through every runtime at once, and counts the elements that differ.
import { CapletError } from '../../compiler/errors.js'
import { openEvaluation } from '../../compiler/evaluate.js'
import { statesOf } from '../../compiler/ir/graph.js'
import { compilerVersion } from '../../compiler/version.js'
import { type PresentRuntime, referenceName } from '../list.js'
import type { Oracle, OracleTensor } from '../oracle/oracle.js'
import { ownReference } from '../oracle/own-reference.js'
import type { EdgeBytes, Pace, Runtime } from '../runtime.js'
import { boundStates, openBoundReference } from './bound-reference.js'
import { compareOutput, feedsOf, type ModelEdge } from './feeds.js'
import { type NativeComparison, type NativeDistance, openNativeComparison } from './native-distance.js'
import { openReferenceComparison, type ReferenceDistance } from './reference-distance.js'
import type { Samples } from './samples.js'
import { modelEdges, type Subject } from './subject.js'

/** One runtime's results so far. */
export interface Lane {
  readonly name: string
  readonly version: string
  /** null: our own reference. */
  readonly runtime: Runtime | null
  /** What it runs: the capsule to verify, or its accelerated twin. */
  readonly subject: Subject
  outputsCompared: number
  mismatches: number
  first: FirstMismatch | null
  pace(): Pace | null
}

export interface FirstMismatch {
  readonly input: number
  readonly output: string
  readonly index: number
  readonly expected: number | bigint
  readonly actual: number | bigint
}

interface RunningLane extends Lane {
  run(inputs: readonly EdgeBytes[]): Promise<Uint8Array[][]>
  reset(): Promise<void>
  /** 0 = pass; null where it has none. */
  selftest(): Promise<number> | null
  close(): Promise<void>
}

export interface Comparison {
  /** false: the contract's reference is absent, and our own stood in its place. */
  readonly hasOracle: boolean
  readonly lanes: readonly Lane[]
  run(samples: Samples, onProgress: (done: number, total: number) => void): Promise<void>
  /** Throws CapletError selftest-failed: right outputs are not enough, a damaged file must not pass. */
  checkSelfTests(): Promise<void>
  nativeDistance(): NativeDistance | null
  /** Of the contract `integer` from ONNX Runtime; null under another one. */
  referenceDistance(): ReferenceDistance | null
  close(): Promise<void>
}

/** Samples of one round: few enough that progress is seen, many enough that a request to a runtime pays. */
const samplesPerRound = 32

export async function openComparison(
  subject: Subject,
  present: readonly PresentRuntime[],
  want: {
    readonly withReference: boolean
    readonly native: boolean
    /** For runtimes that run nothing else; null: there is none among `present`. */
    readonly accelerated: Subject | null
  },
): Promise<Comparison> {
  const { model, externalData, graph, program, options } = subject
  const outputs = modelEdges(program.outputs, graph)
  const inputs = modelEdges(program.inputs, graph)
  const lanes: RunningLane[] = []
  for (const entry of present) {
    const isTwin = entry.runtime.acceleratedOnly && want.accelerated
    lanes.push(await runtimeLane(entry, isTwin ? want.accelerated : subject))
  }
  if (want.withReference) lanes.push(referenceLane(subject))
  const reference = await referenceOf(subject)
  const oracle = reference ?? ownReference(graph)
  const states = boundStates(subject, undefined)
  const distance =
    options.contract === 'integer'
      ? await openReferenceComparison(
          model.bytes,
          { externalData },
          { inputs, outputs, states },
          options.edgeLayout,
        )
      : null
  const keepsState = statesOf(graph).length > 0
  const native = want.native
    ? await openNativeComparison(model.bytes, { externalData }, outputs, states)
    : null
  return {
    hasOracle: reference !== null,
    lanes,
    run: async (samples, onProgress) => {
      let length = 0
      for (let first = 0; first < samples.length; first += length) {
        length = roundFrom(samples, first, keepsState)
        if (keepsState && samples.startsAt(first)) {
          await Promise.all([
            oracle.reset(),
            distance?.reset(),
            native?.reset(),
            ...lanes.map((lane) => lane.reset()),
          ])
        }
        const round = Array.from({ length }, (_, i) => samples.at(first + i))
        const feeds = round.map((sample) => feedsOf(inputs, sample, options.edgeLayout, oracle.inputTypes))
        const [expected, ...results] = await Promise.all([
          ask(oracle, native, feeds),
          ...lanes.map((lane) => lane.run(round)),
        ])
        lanes.forEach((lane, i) => {
          for (const [k, result] of results[i]!.entries()) {
            compare(lane, outputs, first + k, result, expected[k]!, options.edgeLayout)
          }
        })
        if (distance) for (const [k, sample] of round.entries()) await distance.add(sample, expected[k]!)
        onProgress(first + length, samples.length)
      }
    },
    checkSelfTests: async () => {
      for (const lane of lanes) {
        const result = (await lane.selftest()) ?? 0
        if (result !== 0) throw selftestFailed(lane.name, result)
      }
    },
    nativeDistance: () => native?.distance() ?? null,
    referenceDistance: () => distance?.distance() ?? null,
    close: async () => {
      await Promise.all([
        oracle.release(),
        native?.close(),
        distance?.close(),
        ...lanes.map((lane) => lane.close()),
      ])
    },
  }
}

/** The contract's reference; null where it is not to be had here. Of the contract `integer` our own is its definition. */
const referenceOf = async (subject: Subject): Promise<Oracle | null> =>
  subject.options.contract === 'integer' ? ownReference(subject.graph) : openBoundReference(subject)

/** How many samples are run at once: none of them starts a new sequence but the first one. */
function roundFrom(samples: Samples, first: number, keepsState: boolean): number {
  const most = Math.min(samplesPerRound, samples.length - first)
  if (!keepsState) return most
  const next = Array.from({ length: most }, (_, k) => k > 0 && samples.startsAt(first + k)).indexOf(true)
  return next < 0 ? most : next
}

type Tensors = Readonly<Record<string, OracleTensor>>

async function ask(
  oracle: Oracle,
  native: NativeComparison | null,
  feeds: readonly Tensors[],
): Promise<Tensors[]> {
  const expected: Tensors[] = []
  for (const feed of feeds) {
    const outputs = await oracle.run(feed)
    await native?.add(feed, outputs)
    expected.push(outputs)
  }
  return expected
}

function compare(
  lane: Lane,
  outputs: readonly ModelEdge[],
  input: number,
  result: readonly Uint8Array[],
  expected: Tensors,
  layout: 'model' | 'nhwc',
): void {
  outputs.forEach((edge, i) => {
    const wanted = expected[edge.name]!
    lane.outputsCompared += wanted.data.length
    const difference = compareOutput(edge, result[i]!, wanted, layout)
    if (!difference) return
    lane.mismatches += difference.count
    const { index, expected: value, actual } = difference
    lane.first ??= { input, output: edge.name, index, expected: value, actual }
  })
}

const newLane = (name: string, version: string, runtime: Runtime | null, subject: Subject): Lane => ({
  ...{ name, version, runtime, subject },
  outputsCompared: 0,
  mismatches: 0,
  first: null,
  pace: () => null,
})

async function runtimeLane({ runtime, version }: PresentRuntime, subject: Subject): Promise<RunningLane> {
  const capsule = await runtime.open(subject.files)
  return {
    ...newLane(runtime.name, version, runtime, subject),
    run: (inputs) => capsule.run(inputs),
    reset: () => capsule.reset(),
    selftest: () => capsule.selftest(),
    pace: () => capsule.pace?.() ?? null,
    close: () => capsule.close(),
  }
}

function referenceLane(subject: Subject): RunningLane {
  const { graph, options } = subject
  const evaluation = openEvaluation(graph, options.edgeLayout)
  return {
    ...newLane(referenceName, compilerVersion(), null, subject),
    run: async (inputs) => inputs.map((input) => evaluation.invoke(input)),
    reset: async () => evaluation.reset(),
    selftest: () => null,
    close: async () => {},
  }
}

const selftestFailed = (runtime: string, result: number): CapletError =>
  new CapletError({
    code: 'selftest-failed',
    message: `The outputs are exact, but the capsule fails its own self test in ${runtime} (result ${result})`,
    remedy: 'The file is damaged: compile it again, and do not ship this one.',
  })
