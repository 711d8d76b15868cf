// SPDX-License-Identifier: Apache-2.0
// Measures a model's capsule in every runtime that counts: executed operators or instructions, memory, flash.
import type { Capsule } from '../../compiler/codegen/capsule.js'
import {
  assembleProgram,
  type CompileOptions,
  defaultOptions,
  inFile,
  lower,
} from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { type ModelFile, readModel } from '../../compiler/read-model.js'
import type { OptimizationLevel } from '../device/tiers.js'
import type { SkippedRuntime } from '../list.js'
import type { Availability, EdgeBytes } from '../runtime.js'
import { cornerCount, generatedSamples } from '../verify/samples.js'
import { type Baseline, ratioTo, readBaseline } from './baseline.js'
import { everything, isNamed, meters, namesOf, usualGroups } from './meters.js'
import { boardFaults, type Form, type Meter, type Run, type Subject } from './run.js'

export interface BenchOptions extends Omit<CompileOptions, 'tier' | 'wasi' | 'reuseMemory'> {
  /** undefined: every one that is present. A group's name, e.g. cortex-m4, stands for all of its runtimes. */
  readonly runtimes?: readonly string[] | undefined
  /** Random inputs besides the corner inputs. */
  readonly count: number
  readonly seed: number
  readonly nodes: boolean
  readonly level: OptimizationLevel
  /** What `bench --json` wrote earlier. */
  readonly baseline?: string | undefined
  readonly onProgress?: (label: string, done: number, total: number) => void
}

export interface ComparedRun extends Run {
  /** Cost now over cost then; null without a baseline, or where it has no such run. */
  readonly ratio: number | null
}

export interface Benchmark {
  readonly capsule: Capsule
  readonly inputs: number
  readonly runs: readonly ComparedRun[]
  readonly skipped: readonly SkippedRuntime[]
  readonly baseline: Baseline | null
}

/** Throws CapletError: the model does not compile, a runtime that was named is absent, the baseline is none. */
export async function benchModel(
  path: string,
  options: BenchOptions,
  known: readonly Meter[] = meters,
): Promise<Benchmark> {
  const baseline = options.baseline === undefined ? null : readBaseline(options.baseline)
  const { present, skipped } = await presentMeters(known, options.runtimes)
  const subject = await subjectOf(readModel(path), options)
  const runs: ComparedRun[] = []
  for (const [index, meter] of present.entries()) {
    options.onProgress?.(meter.name, index, present.length)
    const run = await orReason(meter, subject, options.runtimes?.includes(meter.name) === true)
    if ('reason' in run) skipped.push(run)
    else runs.push({ ...run, ratio: ratioTo(baseline, run) })
  }
  options.onProgress?.('done', present.length, present.length)
  const { capsule } = await subject.form('portable')
  return { capsule, inputs: subject.inputs.length, runs, skipped, baseline }
}

async function subjectOf(model: ModelFile, options: BenchOptions): Promise<Subject> {
  const all: CompileOptions = { ...defaultOptions, ...options }
  const portable = await formOf(model, { ...all, tier: 'portable' })
  let accelerated: Promise<Form> | null = null
  return {
    form: async (tier) => {
      if (tier === 'portable') return portable
      accelerated ??= formOf(model, { ...all, tier })
      return accelerated
    },
    inputs: inputsOf(portable.capsule, options),
    withNodes: options.nodes,
    level: options.level,
  }
}

async function formOf(model: ModelFile, options: CompileOptions): Promise<Form> {
  const { graph, program } = inFile(model, () => lower(model, options))
  const capsule = await assembleProgram(model, graph, program, options)
  return { capsule, program: { ...program, name: capsule.name } }
}

/** An ordinary input first, then the corners, then the other random ones. */
function inputsOf({ manifest }: Capsule, { count, seed }: BenchOptions): EdgeBytes[] {
  const edges = manifest.inputs.map((edge) => ({ ...edge, grid: null }))
  const samples = generatedSamples(edges, Math.max(1, count), seed)
  const order = Array.from({ length: samples.length }, (_, index) => (index + cornerCount) % samples.length)
  return order.map((index) => samples.at(index))
}

/** What a board has no room for, or cannot run, takes no other board with it, unless this one was asked for. */
async function orReason(meter: Meter, subject: Subject, isNeeded: boolean): Promise<Run | SkippedRuntime> {
  try {
    return await meter.measure(subject)
  } catch (error) {
    if (isNeeded || !(error instanceof CapletError) || !boardFaults.has(error.problems[0]!.code)) throw error
    return { name: labelOf(meter), reason: error.message.split('\n')[0]! }
  }
}

const labelOf = ({ name, tier }: Meter): string => (name.endsWith(tier) ? name : `${name} ${tier}`)

async function presentMeters(
  known: readonly Meter[],
  named: readonly string[] | undefined,
): Promise<{ present: Meter[]; skipped: SkippedRuntime[] }> {
  const names = [...namesOf(known), everything]
  const stranger = named?.find((name) => !names.includes(name))
  if (stranger !== undefined) {
    throw missing(`There is no runtime "${stranger}" that counts`, `They are ${names.join(', ')}.`)
  }
  const present: Meter[] = []
  const skipped: SkippedRuntime[] = []
  for (const meter of known.filter(({ name }) => isNamed(name, named ?? usualGroups))) {
    const availability: Availability = await meter.availability()
    if ('version' in availability) present.push(meter)
    else if (named && !named.includes(everything))
      throw missing(`The runtime ${meter.name} is not here: ${availability.reason}`, availability.remedy)
    else skipped.push({ name: labelOf(meter), reason: `${availability.reason}; ${availability.remedy}` })
  }
  return { present, skipped }
}

const missing = (message: string, remedy: string): CapletError =>
  new CapletError({ code: 'missing-runtime', message, remedy })
