// SPDX-License-Identifier: Apache-2.0
// Steps 8 to 10: from the lowered program to the finished capsule. Plans memory, lays out the weight segment, emits the
// AssemblyScript, builds it, links segment and custom sections, and checks the result.
import { createHash } from 'node:crypto'
import { CapletError } from '../errors.js'
import { importedKernels, kernelInterface, kernelModule } from '../tiers/kernel-interface.js'
import { alignSegment } from './align-segment.js'
import { type Build, build } from './build.js'
import type { Capsule, CapsuleMemory, CapsuleSizes, Contract, StepReport } from './capsule.js'
import { checkModule } from './check-module.js'
import { describeManifest, encodeDescriptor } from './descriptor.js'
import { type Emission, emit, emitWasi, hasState, placeEdges, stepFolder } from './emit.js'
import { link } from './link.js'
import { buildManifest, type Manifest, manifestJson } from './manifest.js'
import { layoutMemory, type PlacedProgram } from './memory-layout.js'
import { readSections, sectionBytes, sectionIds } from './module-sections.js'
import { measureOperandStack } from './operand-stack.js'
import { type Assembly, assemblyFolder, readAsconfig } from './package-files.js'
import type { Program } from './program.js'
import { layoutSegment, type SegmentLayout } from './segment.js'
import { hashBasis, hashBytes, patternInputs } from './selftest.js'
import { quote } from './text.js'

export interface AssembleInfo {
  readonly compilerVersion: string
  readonly contract: Contract
  readonly modelName: string
  /** Of the model file, lower-case hexadecimal. */
  readonly modelSha256: string
  readonly externalData?: Capsule['externalData']
  /** Inputs and outputs of the model that the capsule keeps as states. */
  readonly states?: Manifest['states']
  /**
   * The reference's outputs for the self test's inputs, each dense and little-endian in its edge's own type.
   * null: the capsule gets no selftest (tests of single kernels).
   */
  readonly expectedOutputs: ((inputs: Uint8Array[]) => Uint8Array[]) | null
}

export interface AssembleOptions {
  /** C prefix: a C identifier. */
  readonly name: string
  /** 2 for interpreters (the default): similar kernels share code; 0 for native code: each is fully specialised. */
  readonly shrinkLevel?: 0 | 1 | 2
  /** Optimize until the code stops shrinking. Default true. */
  readonly converge?: boolean
  /** false: every tensor keeps bytes of its own, for comparing node by node. Default true. */
  readonly reuseMemory?: boolean
  /** Also build the WASI command. Default false. */
  readonly wasi?: boolean
  /** Other hand-written sources than the package's (tests). */
  readonly assembly?: Assembly
}

const pageBytes = 65536
const maximumBytes = 65536 * pageBytes
/** I/O vector and count of the WASI command, rounded up. */
const wasiScratch = 16

const targets = ['native', 'balanced', 'interpreter'] as const

/**
 * Post: same program, info and options, same bytes. The module has been checked: imports, exports, one passive segment,
 *       no start section, table, mutable global or growth.
 * Throws CapletError: name is no C identifier, tensors do not fit 4 GiB, or a fault of the compiler ('internal').
 */
export async function assemble(
  program: Program,
  info: AssembleInfo,
  options: AssembleOptions,
): Promise<Capsule> {
  checkName(options.name)
  const layout = layoutMemory(program, options.reuseMemory ?? true)
  const segment = layoutSegment(program)
  const memory = memoryOf(layout)
  const emission: Emission = {
    program,
    layout,
    segment,
    inputs: placeEdges(program.inputs, layout),
    outputs: placeEdges(program.outputs, layout),
    assembly: options.assembly ?? assemblyFolder(),
    name: options.name,
    total: memory.total,
    info,
    checksum: expectedChecksum(program, segment, info),
  }
  const macs = program.steps.reduce((sum, step) => sum + step.macs, 0)
  const manifest = buildManifest({
    inputs: emission.inputs,
    outputs: emission.outputs,
    memory,
    macs,
    contract: info.contract,
    model: { name: info.modelName, sha256: info.modelSha256 },
    states: info.states ?? [],
    compilerVersion: info.compilerVersion,
    kernelInterface: importedKernels(program).length > 0 ? kernelInterface : null,
  })
  const customSections = new Map([
    ['caplet.manifest', new TextEncoder().encode(manifestJson(manifest))],
    ['caplet.descriptor', encodeDescriptor(describeManifest(manifest))],
  ])
  const files = emit(emission).set('asconfig.json', readAsconfig())
  const { wasm, read } = await buildCapsule(files, emission, options, customSections)
  const descriptor = completeDescriptor(wasm, manifest)
  const steps = reportSteps(program, segment)
  return {
    name: options.name,
    wasm,
    wasi: options.wasi ? await buildCommand(files, emission, options, customSections) : null,
    accelerated: null,
    native: null,
    manifest,
    descriptor,
    sources: new Map([...files].filter(([path]) => read.has(path) && path.endsWith('.ts'))),
    inputs: emission.inputs,
    outputs: emission.outputs,
    sizes: measure(wasm, segment, steps),
    memory,
    layout,
    macs,
    steps,
    compilerVersion: info.compilerVersion,
    contract: info.contract,
    model: { name: info.modelName, sha256: info.modelSha256 },
    externalData: info.externalData ?? [],
    sha256: createHash('sha256').update(wasm).digest('hex'),
  }
}

type CustomSections = ReadonlyMap<string, Uint8Array>

async function buildCapsule(
  files: ReadonlyMap<string, string>,
  emission: Emission,
  options: AssembleOptions,
  customSections: CustomSections,
): Promise<Build> {
  const pages = pagesFor(emission.total)
  const built = await build(files, 'capsule.ts', { ...buildOptions(options), pages })
  const segment = emission.segment.bytes
  const linked = await link({ wasm: built.wasm, segment, customSections })
  const imports = importedKernels(emission.program).map((name) => `function ${kernelModule}.${name}`)
  const wasm = imports.length > 0 ? alignSegment(linked) : linked
  checkModule(wasm, { imports, exports: capsuleExports(emission), pages, segment })
  return { wasm, read: built.read }
}

/** Writes into the module what only its code tells: the descriptor's size stays the same. */
function completeDescriptor(wasm: Uint8Array, manifest: Manifest): Uint8Array {
  const descriptor = encodeDescriptor(describeManifest(manifest, measureOperandStack(wasm)))
  sectionBytes(readSections(wasm), sectionIds.custom, 'caplet.descriptor').set(descriptor)
  return descriptor
}

/** The WASI command: its I/O vector lies behind the capsule's memory. */
async function buildCommand(
  files: ReadonlyMap<string, string>,
  emission: Emission,
  options: AssembleOptions,
  customSections: CustomSections,
): Promise<Uint8Array> {
  const pages = pagesFor(emission.total + wasiScratch)
  // wasi.ts is the name of the shared functions already.
  const withEntry = new Map(files).set('command.ts', emitWasi(emission, emission.total))
  const built = await build(withEntry, 'command.ts', { ...buildOptions(options), pages })
  const segment = emission.segment.bytes
  const wasm = await link({ wasm: built.wasm, segment, customSections })
  const wasi = ['fd_read', 'fd_write', 'proc_exit'].map((name) => `function wasi_snapshot_preview1.${name}`)
  const imports = emission.inputs.length > 0 ? wasi : wasi.slice(1)
  checkModule(wasm, { imports, exports: ['function _start', 'memory memory'], pages, segment })
  return wasm
}

const buildOptions = (options: AssembleOptions) => ({
  target: targets[options.shrinkLevel ?? 2],
  converge: options.converge ?? true,
})

const pagesFor = (bytes: number) => Math.ceil(bytes / pageBytes)

function capsuleExports({ program, inputs, outputs, checksum }: Emission): string[] {
  const edges = [...inputs.map((_, i) => `input_${i}`), ...outputs.map((_, i) => `output_${i}`)]
  return [
    'memory memory',
    'function invoke',
    ...(hasState(program) ? ['function reset'] : []),
    ...(checksum === null ? [] : ['function selftest']),
    ...edges.flatMap((name) => [`global ${name}`, `global ${name}_bytes`]),
    'global __heap_base',
    'global __data_end',
  ]
}

function checkName(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return
  throw new CapletError({
    code: 'bad-name',
    message: `The name ${quote(name)} is not a C identifier.`,
    remedy:
      'Give a name of letters, digits and underscores that does not begin with a digit, e.g. --name ecg_beat.',
  })
}

/** Tables are read from the segment into scratch. */
function memoryOf({ arena, state }: PlacedProgram): CapsuleMemory {
  const total = arena + state
  if (total + wasiScratch > maximumBytes) {
    throw new CapletError({
      code: 'arena-too-large',
      message: `The tensors need ${total} bytes of memory; a WebAssembly memory has ${maximumBytes}.`,
      remedy: 'Use a smaller input shape or batch; "caplet inspect" shows which tensors are large.',
    })
  }
  return { arena, state, tables: 0, total }
}

function expectedChecksum(program: Program, segment: SegmentLayout, info: AssembleInfo): number | null {
  if (!info.expectedOutputs) return null
  const outputs = info.expectedOutputs(patternInputs(program.inputs))
  return outputs.reduce((hash, output) => hashBytes(output, hash), hashBytes(segment.bytes, hashBasis))
}

const reportSteps = ({ steps }: Program, segment: SegmentLayout): StepReport[] =>
  steps.map((step, index) => {
    const isShared = segment.shared[index]!
    return {
      name: step.name,
      operator: step.operator,
      kernel: step.kernel,
      source: step.kernel === null ? null : stepFolder(step, index, steps.length),
      macs: step.macs,
      weightBytes: isShared ? 0 : step.weightBytes,
      segmentOffset: segment.offsets[index]!,
      segmentBytes: isShared ? 0 : step.segment.length,
      scratchBytes: step.scratchBytes,
      requantizer: step.requantizer,
      proof: step.proof,
    }
  })

function measure(wasm: Uint8Array, segment: SegmentLayout, steps: readonly StepReport[]): CapsuleSizes {
  const sections = readSections(wasm)
  return {
    bytes: wasm.length,
    code: sectionBytes(sections, sectionIds.code).length,
    weights: steps.reduce((sum, step) => sum + step.weightBytes, 0),
    segment: segment.bytes.length,
    manifest: sectionBytes(sections, sectionIds.custom, 'caplet.manifest').length,
    descriptor: sectionBytes(sections, sectionIds.custom, 'caplet.descriptor').length,
  }
}
