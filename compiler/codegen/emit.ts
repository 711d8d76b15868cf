// SPDX-License-Identifier: Apache-2.0
// Step 9, emit: the program as AssemblyScript files. Per step a copy of its hand-written kernel and its constants, and
// one capsule.ts that calls them in order. Pure: the same program gives the same text.
import { bytesPerElement, sizeOf } from '../ir/types.js'
import type { Contract, PlacedEdge } from './capsule.js'
import { checkConstantNames, constantLines } from './constants.js'
import { internalError } from './internal-error.js'
import { arenaBase, bytesOf, type PlacedProgram } from './memory-layout.js'
import type { Assembly } from './package-files.js'
import type { Edge, Program, Step } from './program.js'
import type { SegmentLayout } from './segment.js'
import { fillFunction, hashBasis, patternSeed, pieceBytes } from './selftest.js'
import { describeEdge, describeTensor, quote, render } from './text.js'

export interface Emission {
  readonly program: Program
  readonly layout: PlacedProgram
  readonly segment: SegmentLayout
  readonly inputs: readonly PlacedEdge[]
  readonly outputs: readonly PlacedEdge[]
  readonly assembly: Assembly
  readonly name: string
  readonly total: number
  readonly info: {
    readonly compilerVersion: string
    readonly contract: Contract
    readonly modelName: string
    readonly modelSha256: string
  }
  /** Checksum that selftest must find; null = no selftest. */
  readonly checksum: number | null
}

/** Folder of a step's source, e.g. n00_fully_connected. */
export function stepFolder(step: Step, index: number, count: number): string {
  const digits = String(index).padStart(Math.max(2, String(count - 1).length), '0')
  return `n${digits}_${step.kernel!.replaceAll('-', '_')}`
}

export const hasState = ({ states }: Program): boolean => states !== undefined && states.length > 0

export function placeEdges(edges: readonly Edge[], layout: PlacedProgram): PlacedEdge[] {
  return edges.map((edge) => {
    const offset = layout.addresses.get(edge.tensor)
    if (offset === undefined)
      throw internalError(`Edge ${quote(edge.name)} has no tensor ${quote(edge.tensor)}.`)
    return { ...edge, offset, bytes: sizeOf(edge.shape) * bytesPerElement(edge.type) }
  })
}

/** Every file that the build may see, by path, in a fixed order. */
export function emit(input: Emission): Map<string, string> {
  const { program, assembly } = input
  const files = new Map<string, string>([['capsule.ts', capsuleSource(input)]])
  for (const [index, step] of program.steps.entries()) {
    if (step.kernel === null) continue
    const folder = stepFolder(step, index, program.steps.length)
    for (const [name, text] of assembly.kernel(step.kernel)) {
      if (name === 'constants.ts') checkConstantNames(step, text)
      files.set(`${folder}/${name}`, name === 'constants.ts' ? constantsSource(input, step, index) : text)
    }
  }
  for (const [name, text] of assembly.shared()) files.set(name, text)
  return files
}

function constantsSource({ program, layout, segment, info }: Emission, step: Step, index: number): string {
  const describe = (kind: string) => (name: string) => {
    const tensor = program.tensors.get(name)
    return tensor ? `${kind} ${describeTensor(tensor)}` : `${kind} none`
  }
  const places = { layout, scratch: layout.scratch[index]!, segment: segment.offsets[index]! }
  return render('constants.ts', {
    index,
    node: quote(step.name),
    operator: step.operator,
    version: info.compilerVersion,
    tensors: [...step.inputs.map(describe('in: ')), ...step.outputs.map(describe('out:'))],
    lines: constantLines(step, program, places),
  })
}

function capsuleSource(input: Emission): string {
  const { program, info } = input
  const { contract } = info
  return render('capsule.ts', {
    name: input.name,
    model: quote(info.modelName),
    sha256: info.modelSha256,
    contract: quote(`${contract.name}: ${contract.reference} ${contract.version}`),
    version: info.compilerVersion,
    imports: importLines(input),
    edges: [...edgeExports('input', input.inputs), ...edgeExports('output', input.outputs)],
    total: input.total,
    calls: [
      ...program.steps.map((step, index) => callLine(input, step, index)).filter((line) => line !== null),
      ...keepLines(input),
    ],
    resets: resetLines(input),
    selftest: selftestParts(input),
  })
}

const edgeExports = (prefix: string, edges: readonly PlacedEdge[]) =>
  edges.map((edge, index) => ({
    name: `${prefix}_${index}`,
    offset: edge.offset,
    bytes: edge.bytes,
    comment: describeEdge(edge),
  }))

function importLines({ program, segment, checksum }: Emission): string[] {
  const lines = program.steps.flatMap((step, index) => {
    if (step.kernel === null) return []
    const folder = stepFolder(step, index, program.steps.length)
    return [`import { run as ${folder} } from "./${folder}/kernel"`]
  })
  if (segment.initials.some((offset) => offset !== null))
    lines.push('import { copyWeights } from "./weights"')
  if (checksum === null) return lines
  const names = new Set(program.inputs.map(fillFunction))
  if (program.outputs.length > 0) names.add('hashBytes')
  if (segment.bytes.length > 0) names.add('hashWeights')
  return [...lines, `import { ${[...names].sort().join(', ')} } from "./selftest"`]
}

/** What `invoke` does for a step; null for a view, which needs no code. */
function callLine({ program, layout }: Emission, step: Step, index: number): string | null {
  const comment = `${step.operator} ${quote(step.name)}`
  if (step.kernel !== null) return `${stepFolder(step, index, program.steps.length)}() // ${comment}`
  if (!layout.copies.has(index)) return null
  const [from, to] = [layout.addresses.get(step.inputs[0]!)!, layout.addresses.get(step.outputs[0]!)!]
  return `memory.copy(${to}, ${from}, ${bytesOf(program.tensors.get(step.outputs[0]!)!)}) // ${comment}`
}

/** What `invoke` does at its end for states that are not written in place. */
function keepLines({ program, layout }: Emission): string[] {
  return (program.states ?? []).flatMap(({ before, after, initial }) => {
    const [to, from] = [layout.addresses.get(before)!, layout.addresses.get(after)!]
    return to === from ? [] : [`memory.copy(${to}, ${from}, ${initial.length}) // kept for the next run`]
  })
}

/** How `reset` gives each state its initial value. */
function resetLines({ program, layout, segment }: Emission): string[] {
  return (program.states ?? []).map(({ before, initial }, index) => {
    const [address, offset] = [layout.addresses.get(before)!, segment.initials[index]]
    const comment = `// ${describeTensor(program.tensors.get(before)!)}`
    return typeof offset === 'number'
      ? `copyWeights(${address}, ${offset}, ${initial.length}) ${comment}`
      : `memory.fill(${address}, ${initial[0]}, ${initial.length}) ${comment}`
  })
}

function selftestParts({ program, segment, checksum, total }: Emission) {
  if (checksum === null) return null
  return {
    basis: hashBasis,
    seed: patternSeed,
    buffer: arenaBase,
    pieceBytes: Math.min(pieceBytes, total - arenaBase),
    segmentBytes: segment.bytes.length,
    inputs: program.inputs.map((edge, index) => ({
      name: `input_${index}`,
      fill: fillFunction(edge),
      count: sizeOf(edge.shape),
    })),
    outputs: program.outputs.map((_, index) => `output_${index}`),
    checksum,
  }
}

/** The command form: a second entry file over the same capsule. `vector` is the address of 12 free bytes. */
export function emitWasi({ program, inputs, outputs, info }: Emission, vector: number): string {
  return render('wasi.ts', {
    version: info.compilerVersion,
    functions: hasState(program) ? 'invoke, reset' : 'invoke',
    hasState: hasState(program),
    vector,
    inputs: inputs.map(({ offset, bytes }, index) => ({ offset, bytes, mayEnd: index === 0 })),
    outputs: outputs.map(({ offset, bytes }) => ({ offset, bytes })),
  })
}
