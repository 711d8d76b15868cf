// SPDX-License-Identifier: Apache-2.0
// A capsule for counting node by node: each call of its invoke runs one node, the next one at the next call, and the call
// after the last node runs none. A host that can count calls can thereby count nodes, whatever runs the capsule.
//
//   invoke() { a(); b() }   =>   invoke() { turn = load(TURN); store(TURN, turn + 1); if (turn == 0) a(); if (turn == 1) b() }
//
// All comparisons are made in every call, so the call that runs no node is what the others cost besides their node.
import { build } from '../../compiler/codegen/build.js'
import { describeManifest, encodeDescriptor } from '../../compiler/codegen/descriptor.js'
import { emit, placeEdges } from '../../compiler/codegen/emit.js'
import { internalError } from '../../compiler/codegen/internal-error.js'
import { link } from '../../compiler/codegen/link.js'
import { type Manifest, manifestJson } from '../../compiler/codegen/manifest.js'
import { layoutMemory } from '../../compiler/codegen/memory-layout.js'
import { assemblyFolder, readAsconfig } from '../../compiler/codegen/package-files.js'
import type { Program, Step } from '../../compiler/codegen/program.js'
import { layoutSegment } from '../../compiler/codegen/segment.js'
import type { NodeCost } from './run.js'

export interface Stepwise {
  readonly wasm: Uint8Array
  /** The steps that have code, in the order of the calls. */
  readonly steps: readonly Step[]
}

const pageBytes = 65536
/** The turn lies behind the capsule's memory, which is a multiple of 16. */
const turnBytes = 16

/** `manifest` is that of the capsule which is counted. */
export async function buildStepwise(
  program: Program,
  manifest: Manifest,
  target: 'interpreter' | 'native' = 'interpreter',
): Promise<Stepwise> {
  const layout = layoutMemory(program, true)
  const segment = layoutSegment(program)
  const turn = manifest.memory.total
  const memory = { ...manifest.memory, total: turn + turnBytes }
  const files = emit({
    program,
    layout,
    segment,
    inputs: placeEdges(program.inputs, layout),
    outputs: placeEdges(program.outputs, layout),
    assembly: assemblyFolder(),
    name: program.name,
    total: memory.total,
    info: {
      compilerVersion: manifest.compiler,
      contract: manifest.contract,
      modelName: manifest.model.name,
      modelSha256: manifest.model.sha256,
    },
    // Hosts look for a selftest; this one's checksum is not that of the network.
    checksum: 0,
  })
  const steps = program.steps.filter((step, index) => step.kernel !== null || layout.copies.has(index))
  files.set('capsule.ts', inTurns(files.get('capsule.ts')!, turn, steps.length))
  files.set('asconfig.json', readAsconfig())
  const pages = Math.ceil(memory.total / pageBytes)
  const built = await build(files, 'capsule.ts', { target, converge: true, pages })
  const stepwise = { ...manifest, memory }
  const customSections = new Map([
    ['caplet.manifest', new TextEncoder().encode(manifestJson(stepwise))],
    ['caplet.descriptor', encodeDescriptor(describeManifest(stepwise))],
  ])
  return { wasm: await link({ wasm: built.wasm, segment: segment.bytes, customSections }), steps }
}

/** Replaces the body of `invoke` in the emitted source. What it keeps for the next run, behind the nodes, is left out. */
function inTurns(source: string, turn: number, count: number): string {
  const body = /(export function invoke\(\): void \{\n)((?: {2}.*\n)*)\}/
  const lines = body.exec(source)?.[2]?.split('\n').filter(Boolean) ?? []
  if (lines.length < count) throw internalError(`invoke has ${lines.length} calls, not ${count}.`)
  const calls = lines.slice(0, count).map((line, index) => `  if (turn == ${index}) ${line.trim()}`)
  const begin = [
    `  const turn = load<i32>(${turn})`,
    `  store<i32>(${turn}, turn == ${count} ? 0 : turn + 1)`,
  ]
  return source.replace(body, (_, head: string) => `${head}${[...begin, ...calls].join('\n')}\n}`)
}

/** Cost of each node, from the costs of `steps.length + 1` calls in a row. */
export function nodeCosts(steps: readonly Step[], calls: readonly number[]): NodeCost[] {
  const none = calls[steps.length]!
  return steps.map(({ name, operator, macs }, index) => {
    return { name, operator, macs, cost: Math.max(0, calls[index]! - none) }
  })
}
