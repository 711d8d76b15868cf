// SPDX-License-Identifier: Apache-2.0
// What is verified: a model, and the capsule of it; either compiled here or a file that was given.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import type { Edge, Program } from '../../compiler/codegen/program.js'
import { assembleProgram, type CompileOptions, inFile, lower } from '../../compiler/compile.js'
import { type ContractName, contractNames } from '../../compiler/contracts.js'
import { CapletError } from '../../compiler/errors.js'
import { tensorOf } from '../../compiler/ir/graph.js'
import { edgeOrder } from '../../compiler/passes/assign-layouts.js'
import type { NormalizedGraph } from '../../compiler/passes/normalize.js'
import { type ModelFile, readModel } from '../../compiler/read-model.js'
import { type Manifest, readManifest } from '../manifest.js'
import type { ExternalData } from '../oracle/oracle.js'
import { readFile } from '../run.js'
import type { CapsuleFiles } from '../runtime.js'
import type { ModelEdge } from './feeds.js'

/** The compiler's two halves; a test plants faults in them. */
export interface Toolchain {
  lower(model: ModelFile, options: CompileOptions): { graph: NormalizedGraph; program: Program }
  assemble(
    model: ModelFile,
    graph: NormalizedGraph,
    program: Program,
    options: CompileOptions,
  ): Promise<Pick<Capsule, 'wasm' | 'wasi' | 'layout'>>
}

export const toolchain: Toolchain = { lower, assemble: assembleProgram }

export interface Subject {
  readonly model: ModelFile
  /** Files beside the model that hold its weights. */
  readonly externalData: readonly ExternalData[]
  readonly options: CompileOptions
  readonly graph: NormalizedGraph
  readonly program: Program
  readonly files: CapsuleFiles
  readonly manifest: Manifest
  /** Of the wasm file. */
  readonly sha256: string
}

/** The model's capsule, compiled now. */
export async function compiledSubject(
  path: string,
  options: CompileOptions,
  tools: Toolchain,
): Promise<Subject> {
  const { model, externalData } = recorded(readModel(path))
  const { graph, program } = inFile(model, () => tools.lower(model, options))
  const files = await tools.assemble(model, graph, program, options)
  return { model, externalData, options, graph, program, ...about(files) }
}

/** A capsule that was built earlier: its options are those under which the model has exactly its edges. */
export function givenSubject(
  path: string,
  capsulePath: string,
  options: CompileOptions,
  tools: Toolchain,
): Subject {
  const wasm = readFile(capsulePath, 'Give the path of a capsule, model.wasm.')
  const wasiPath = capsulePath.replace(/\.wasm$/, '.wasi.wasm')
  const wasi =
    wasiPath !== capsulePath && existsSync(wasiPath) ? readFile(wasiPath, 'Compile it again.') : null
  const { model, externalData } = recorded(readModel(path))
  const { manifest, ...rest } = about({ wasm, wasi })
  if (manifest.model.sha256 !== model.sha256) {
    throw mismatch(
      capsulePath,
      `The capsule was compiled from another model: its manifest names SHA-256 ${manifest.model.sha256}, ${path} has ${model.sha256}`,
      'Give the model that it was compiled from, or compile this one.',
    )
  }
  return {
    model,
    externalData,
    ...matchOptions(model, manifest, options, tools, capsulePath),
    manifest,
    ...rest,
  }
}

function about(files: CapsuleFiles): Pick<Subject, 'files' | 'manifest' | 'sha256'> {
  const sha256 = createHash('sha256').update(files.wasm).digest('hex')
  return { files: { wasm: files.wasm, wasi: files.wasi }, manifest: readManifest(files.wasm), sha256 }
}

/** The same model, with the external files that are read from it gathered in `externalData`. */
function recorded(model: ModelFile): { model: ModelFile; externalData: ExternalData[] } {
  const externalData: ExternalData[] = []
  const loadExternal = (location: string) => {
    const known = externalData.find(({ path }) => path === location)
    if (known) return known.data
    const data = model.loadExternal(location)
    externalData.push({ path: location, data })
    return data
  }
  return { model: { ...model, loadExternal }, externalData }
}

function matchOptions(
  model: ModelFile,
  manifest: Manifest,
  options: CompileOptions,
  tools: Toolchain,
  file: string,
): Pick<Subject, 'options' | 'graph' | 'program'> {
  const tier = manifest.kernel_interface === null ? 'portable' : 'accelerated'
  const contract = contractFrom(manifest, options, file)
  for (const edgeLayout of ['model', 'nhwc'] as const) {
    for (const io of ['quantized', 'float'] as const) {
      const shapes = new Map(
        manifest.inputs.map(({ name, shape }) => [name, inModelOrder(shape, edgeLayout)] as const),
      )
      const tfliteMultipliers = manifest.contract.multipliers ?? options.tfliteMultipliers
      const states = new Map((manifest.states ?? []).map(({ input, output }) => [input, output]))
      // A capsule that is here was compiled; what needs no float islands gets none.
      const floatIslands = contract === 'onnxruntime'
      const candidate: CompileOptions = {
        ...options,
        ...{ contract, tfliteMultipliers, tier, edgeLayout, io, floatIslands, states },
        shapes: new Map([...options.shapes, ...shapes]),
      }
      const lowered = attempt(() => inFile(model, () => tools.lower(model, candidate)))
      if (lowered && edgesOf(lowered.program) === edgesOf(manifestEdges(manifest))) {
        return { options: candidate, ...lowered }
      }
    }
  }
  throw mismatch(
    file,
    'The inputs and outputs that its manifest states are not those of the model under any option of this version',
    'Compile the model again, or verify it with the version that compiled it.',
  )
}

/** The contract under which the capsule was compiled. Throws CapletError where another one was asked for. */
function contractFrom(
  { contract: { name } }: Manifest,
  { contract: wanted }: CompileOptions,
  file: string,
): ContractName {
  const known = contractNames.find((contract) => contract === name)
  if (known && (wanted === null || wanted === known)) return known
  throw mismatch(
    file,
    `The capsule was compiled under the contract ${name}${wanted === null ? '' : `, not ${wanted}`}`,
    'Leave --contract away: the manifest names it. Or compile the model again.',
  )
}

/** null where the model does not have the shapes; any other refusal passes on. */
function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof CapletError && error.problems.some(({ code }) => code === 'shape-mismatch'))
      return null
    throw error
  }
}

function inModelOrder(shape: readonly number[], layout: 'model' | 'nhwc'): number[] {
  const result: number[] = []
  edgeOrder(layout, shape.length).forEach((axis, position) => {
    result[axis] = shape[position]!
  })
  return result
}

type Edges = Pick<Program, 'inputs' | 'outputs'>

const manifestEdges = ({ inputs, outputs }: Manifest): Edges => {
  const edge = ({ name, type, shape, scale, zero_point: zeroPoint }: Manifest['inputs'][number]) => ({
    ...{ name, type, shape, tensor: name },
    quantization: scale === null || zeroPoint === null ? null : { scale, zeroPoint },
  })
  return { inputs: inputs.map(edge), outputs: outputs.map(edge) }
}

const edgesOf = ({ inputs, outputs }: Edges): string =>
  JSON.stringify(
    [inputs, outputs].map((edges) =>
      edges.map(({ name, type, shape, quantization }) => [
        ...[name, type, shape, quantization?.scale ?? null, quantization?.zeroPoint ?? null],
      ]),
    ),
  )

const mismatch = (file: string, message: string, remedy: string): CapletError =>
  new CapletError({ code: 'capsule-mismatch', message, remedy, file })

/** A program's edges with their shapes in the model's own order of dimensions. */
export const modelEdges = (edges: readonly Edge[], graph: NormalizedGraph): ModelEdge[] =>
  edges.map(({ name, type, shape, quantization }) => ({
    ...{ name, type, shape },
    scale: quantization?.scale ?? null,
    zero_point: quantization?.zeroPoint ?? null,
    modelShape: tensorOf(graph, name).shape,
  }))
