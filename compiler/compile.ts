// SPDX-License-Identifier: Apache-2.0
// The whole story, step by step (docs/architecture.md has it in words): model bytes in, capsule out.
import { createHash } from 'node:crypto'
import { assemble } from './codegen/assemble.js'
import type { Capsule } from './codegen/capsule.js'
import type { Program } from './codegen/program.js'
import { type ContractName, contractOf } from './contracts.js'
import { located } from './errors.js'
import { evaluateBytes } from './evaluate.js'
import { normalizeModel } from './front-end.js'
import type { OnnxGraph, SourceModel } from './import/onnx.js'
import type { TfliteModel } from './import/tflite.js'
import type { Graph } from './ir/graph.js'
import { nativeFiles } from './native/native-source.js'
import type { EdgeLayout } from './passes/assign-layouts.js'
import type { StateBindings } from './passes/bind-states.js'
import { fuseTables } from './passes/fuse-tables.js'
import type { Shapes } from './passes/infer-types.js'
import { lowerGraph } from './passes/lower.js'
import type { EdgeIo, NormalizedGraph } from './passes/normalize.js'
import type { TfliteMultipliers } from './passes/tflite/conversion.js'
import { type ModelFile, readModel } from './read-model.js'
import { targetNamed } from './targets.js'
import { callHost } from './tiers/call-host.js'
import { compilerVersion } from './version.js'

export interface CompileOptions {
  /** C prefix; default: the model file's stem, made an identifier. */
  readonly name?: string
  /** Dimensions of inputs that the model leaves open, by name. */
  readonly shapes: Shapes
  /** null: the one of the model's format. integer: sums of products stay in integers where the reference leaves them in float. */
  readonly contract: ContractName | null
  /** How TFLite Micro formed multipliers: in float64, or in float32 before 13 October 2026. */
  readonly tfliteMultipliers: TfliteMultipliers
  /**
   * accelerated: also a capsule whose layers are calls of the host's kernels, where it has one (docs/kernels.md).
   * native: also the portable capsule's functions as C.
   */
  readonly tier: 'portable' | 'accelerated' | 'native'
  readonly io: EdgeIo
  /** Sums of products that the reference leaves in float are compiled to float32 in its own order, instead of refused. */
  readonly floatIslands: boolean
  readonly edgeLayout: EdgeLayout
  /** Inputs that each run finds as the run before left an output: output by input. */
  readonly states: StateBindings
  /** A processor of targets.ts; null: integer-only wherever the contract allows it. */
  readonly target: string | null
  /** Also build the WASI command. */
  readonly wasi: boolean
  /** false: every tensor keeps bytes of its own, so that a run can be compared node by node. */
  readonly reuseMemory: boolean
}

export const defaultOptions: CompileOptions = {
  shapes: new Map(),
  contract: null,
  tfliteMultipliers: 'float64',
  tier: 'portable',
  io: 'quantized',
  floatIslands: false,
  edgeLayout: 'model',
  states: new Map(),
  target: null,
  wasi: false,
  reuseMemory: true,
}

export async function compileFile(path: string, options: Partial<CompileOptions> = {}): Promise<Capsule> {
  return compileModel(readModel(path), options)
}

/** Throws CapletError, with every reason, where the model cannot be compiled exactly. */
export async function compileModel(
  model: ModelFile,
  options: Partial<CompileOptions> = {},
): Promise<Capsule> {
  const all = { ...defaultOptions, ...options }
  const portable = { ...all, tier: 'portable' } as const
  const { graph, program } = inFile(model, () => lower(model, portable))
  const capsule = await assembleProgram(model, graph, program, portable).catch((error: unknown) => {
    throw located(model.path, error)
  })
  if (all.tier === 'portable') return capsule
  if (all.tier === 'native') return { ...capsule, native: await nativeFiles(capsule.wasm, capsule.name) }
  const accelerated = lower(model, all)
  const name = `${capsule.name}_accelerated`
  return {
    ...capsule,
    accelerated: await assembleProgram(model, accelerated.graph, accelerated.program, { ...all, name }),
  }
}

/** Results of steps 2 to 6 by name, for whoever looks on (`inspect`). */
export interface StepResults {
  readonly import: SourceModel | TfliteModel
  readonly 'infer-types': OnnxGraph | TfliteModel
  readonly normalize: NormalizedGraph
  readonly fuse: NormalizedGraph
  readonly lower: Program
}

export type Observer = <Step extends keyof StepResults>(step: Step, result: StepResults[Step]) => void

/** Steps 2 to 6: the graph in Caplet's operators, and the steps that compute it. */
export function lower(
  model: ModelFile,
  options: CompileOptions,
  observe: Observer = () => {},
): { graph: NormalizedGraph; program: Program } {
  const normalized = normalizeModel(model, options, observe) //                2 to 4 import, infer types, normalize
  observe('normalize', normalized)
  const graph = fuseTables(normalized) //                                      5 fuse
  observe('fuse', graph)
  const lowered = lowerGraph(graph, {
    preferFloat: options.target !== null && targetNamed(options.target)?.hasFloatUnit === true,
    hostKernels: options.tier === 'accelerated',
    edgeLayout: options.edgeLayout,
    quantization: graph.quantization,
  }) //                                                                        6, 7 lower, schedule
  const program = options.tier === 'accelerated' ? callHost(lowered) : lowered
  observe('lower', program)
  return { graph, program }
}

/** Steps 8 to 10: plan memory, emit AssemblyScript, build and link. The WASI command has no host: it is portable. */
export async function assembleProgram(
  model: ModelFile,
  graph: Graph,
  program: Program,
  options: CompileOptions,
): Promise<Capsule> {
  const name = options.name ?? identifier(model.stem)
  return assemble(
    { ...program, name },
    {
      compilerVersion: compilerVersion(),
      contract: contractOf(model, options),
      modelName: model.stem,
      modelSha256: model.sha256,
      externalData: hashesOf(model.external),
      states: [...options.states].map(([input, output]) => ({ input, output })),
      expectedOutputs: (inputs) => evaluateBytes(graph, inputs, options.edgeLayout),
    },
    { name, wasi: options.wasi && options.tier === 'portable', reuseMemory: options.reuseMemory },
  )
}

const hashesOf = (files: ModelFile['external']) =>
  [...files].map(([file, bytes]) => ({
    file: file.replaceAll('\\', '/'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }))

/** A C identifier that resembles the text. */
export function identifier(text: string): string {
  const plain = text.replace(/[^A-Za-z0-9_]+/g, '_')
  return /^[A-Za-z_]/.test(plain) ? plain : `model_${plain}`
}

/** Problems thrown inside name the file that they are about. */
export function inFile<T>(model: ModelFile, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw located(model.path, error)
  }
}
