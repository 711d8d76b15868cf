// SPDX-License-Identifier: Apache-2.0
// The whole story, step by step (docs/architecture.md has it in words): model bytes in, capsule out.
import { assemble } from './codegen/assemble.js'
import type { Capsule } from './codegen/capsule.js'
import type { Program } from './codegen/program.js'
import { located } from './errors.js'
import { evaluateBytes } from './evaluate.js'
import { type OnnxGraph, readOnnx, type SourceModel } from './import/onnx.js'
import type { Graph } from './ir/graph.js'
import { nativeFiles } from './native/native-source.js'
import type { EdgeLayout } from './passes/assign-layouts.js'
import { fuseTables } from './passes/fuse-tables.js'
import { inferTypes, type Shapes } from './passes/infer-types.js'
import { lowerGraph } from './passes/lower.js'
import { type EdgeIo, type NormalizedGraph, normalize } from './passes/normalize.js'
import { refuseFloatModel } from './passes/refuse-float-model.js'
import { type ModelFile, readModel } from './read-model.js'
import { targetNamed } from './targets.js'
import { callHost } from './tiers/call-host.js'
import { compilerVersion } from './version.js'

export interface CompileOptions {
  /** C prefix; default: the model file's stem, made an identifier. */
  readonly name?: string
  /** Dimensions of inputs that the model leaves open, by name. */
  readonly shapes: Shapes
  readonly contract: 'onnxruntime'
  /**
   * accelerated: also a capsule whose layers are calls of the host's kernels, where it has one (docs/kernels.md).
   * native: also the portable capsule's functions as C.
   */
  readonly tier: 'portable' | 'accelerated' | 'native'
  readonly io: EdgeIo
  readonly edgeLayout: EdgeLayout
  /** A processor of targets.ts; null: integer-only wherever the contract allows it. */
  readonly target: string | null
  /** Also build the WASI command. */
  readonly wasi: boolean
  /** false: every tensor keeps bytes of its own, so that a run can be compared node by node. */
  readonly reuseMemory: boolean
}

export const defaultOptions: CompileOptions = {
  shapes: new Map(),
  contract: 'onnxruntime',
  tier: 'portable',
  io: 'quantized',
  edgeLayout: 'model',
  target: null,
  wasi: false,
  reuseMemory: true,
}

/** The contract that a capsule states: one build of one reference. */
export const onnxruntimeContract = {
  name: 'onnxruntime',
  reference: 'onnxruntime-web',
  version: '1.30.0',
} as const

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
  readonly import: SourceModel
  readonly 'infer-types': OnnxGraph
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
  const source = readOnnx(model.bytes, model.loadExternal) //                  2 import
  observe('import', source)
  const typed = inferTypes(source, options.shapes) //                          3 infer types
  observe('infer-types', typed)
  refuseFloatModel(source)
  const normalized = normalize(typed, options.io) //                           4 normalize
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
      contract: onnxruntimeContract,
      modelName: model.stem,
      modelSha256: model.sha256,
      expectedOutputs: (inputs) => evaluateBytes(graph, inputs, options.edgeLayout),
    },
    { name, wasi: options.wasi && options.tier === 'portable', reuseMemory: options.reuseMemory },
  )
}

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
