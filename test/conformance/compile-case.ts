// SPDX-License-Identifier: Apache-2.0
// Compiles a case as a user would: dimensions that the model leaves open are bound, and inputs that a compiler needs at
// compile time become initializers with the recorded values.
import { basename } from 'node:path'
import { type CompileOptions, defaultOptions, lower } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { readOnnx } from '../../compiler/import/onnx.js'
import type { Shapes } from '../../compiler/passes/infer-types.js'
import type { NormalizedGraph } from '../../compiler/passes/normalize.js'
import { type ModelFile, modelFromBytes, readModel } from '../../compiler/read-model.js'
import type { ExternalData } from '../../runtime/oracle/oracle.js'
import type { ModelEdge } from '../../runtime/verify/feeds.js'
import type { ConformanceCase } from './cases.js'
import { inputNamesOf, shapeOf, withInitializers } from './source-model.js'

export interface CompiledCase {
  /** What was compiled, and what the reference runs. */
  readonly bytes: Uint8Array
  readonly externalData: readonly ExternalData[]
  readonly graph: NormalizedGraph
  readonly inputs: readonly ModelEdge[]
  readonly outputs: readonly ModelEdge[]
  /** Multiply-accumulates of one run. */
  readonly macs: number
  /** Which of the recorded inputs each input is. */
  readonly positions: readonly number[]
}

/** The refusal, where it is refused. */
export function compileCase({ path, recordings }: ConformanceCase): CompiledCase | CapletError {
  const externalData: ExternalData[] = []
  const file = readModel(path)
  const loadExternal = (location: string) => {
    const data = file.loadExternal(location)
    externalData.push({ path: location, data })
    return data
  }
  const names = inputNamesOf(file.bytes)
  const recordedShapes =
    recordings[0] && new Map(names.map((name, i) => [name, shapeOf(recordings[0]!.inputs[i])]))
  const attempt = (bytes: Uint8Array): CompiledCase | CapletError => {
    externalData.length = 0
    const compiled = tryLower(modelFromBytes(bytes, path, loadExternal), recordedShapes)
    if (compiled instanceof CapletError) return compiled
    const positions = compiled.inputs.map(({ name }) => names.indexOf(name))
    return { ...compiled, bytes, externalData: [...externalData], positions }
  }
  const asWritten = attempt(file.bytes)
  const recording = recordings[0]
  const lacksConstants =
    asWritten instanceof CapletError && asWritten.problems.some(({ code }) => code === 'not-constant')
  if (!lacksConstants || !recording) return asWritten
  const values = new Map(names.map((name, i) => [name, recording.inputs[i]!]))
  return withFewestInitializers(file.bytes, values, attempt) ?? asWritten
}

/** All inputs but one as initializers; then each that may be computed at run time becomes an input again. */
function withFewestInitializers(
  bytes: Uint8Array,
  values: ReadonlyMap<string, Uint8Array>,
  attempt: (bytes: Uint8Array) => CompiledCase | CapletError,
): CompiledCase | null {
  const compile = (fixed: ReadonlyMap<string, Uint8Array>) => attempt(withInitializers(bytes, fixed))
  const without = (fixed: ReadonlyMap<string, Uint8Array>, name: string) =>
    new Map([...fixed].filter(([other]) => other !== name))
  for (const first of values.keys()) {
    let fixed = without(values, first)
    let compiled = compile(fixed)
    if (compiled instanceof CapletError) continue
    for (const name of fixed.keys()) {
      const freed = compile(without(fixed, name))
      if (freed instanceof CapletError) continue
      fixed = without(fixed, name)
      compiled = freed
    }
    return compiled
  }
  return null
}

/** By the input's name; null where the recorded value is no tensor. */
type RecordedShapes = ReadonlyMap<string, readonly number[] | null>

type Lowered = Pick<CompiledCase, 'graph' | 'inputs' | 'outputs' | 'macs'>

/** Recorded inputs are fed as they are: with them the edges stay float. */
function tryLower(model: ModelFile, recordedShapes: RecordedShapes | undefined): Lowered | CapletError {
  try {
    const options: CompileOptions = {
      ...defaultOptions,
      shapes: boundShapes(model, recordedShapes),
      io: recordedShapes ? 'float' : 'quantized',
    }
    const { graph, program } = lower(model, options)
    const edge = (e: (typeof program.inputs)[number]): ModelEdge => ({
      ...{ name: e.name, type: e.type, shape: e.shape, modelShape: e.shape },
      ...{ scale: e.quantization?.scale ?? null, zero_point: e.quantization?.zeroPoint ?? null },
    })
    const macs = program.steps.reduce((sum, step) => sum + step.macs, 0)
    return { graph, macs, inputs: program.inputs.map(edge), outputs: program.outputs.map(edge) }
  } catch (error) {
    if (error instanceof CapletError) return error
    throw error
  }
}

/** Open dimensions that do not fit the model's own constants where they are 1, by their symbols. */
const dimensions: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'matmul_integer_to_float_int8_bias_initializer_index0.onnx': { N: 4, C: 4 },
}

/** --shape NAME=... for every open dimension: as recorded, else 1. */
function boundShapes(model: ModelFile, recordedShapes: RecordedShapes | undefined): Shapes {
  const { inputs } = readOnnx(model.bytes, model.loadExternal)
  const known = dimensions[basename(model.path)] ?? {}
  return new Map(
    inputs
      .filter(({ shape }) => shape?.some((d) => typeof d === 'string') ?? recordedShapes !== undefined)
      .map(({ name, shape }) => [
        name,
        recordedShapes?.get(name) ?? shape!.map((d) => (typeof d === 'string' ? (known[d] ?? 1) : d)),
      ]),
  )
}
