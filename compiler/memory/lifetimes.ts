// SPDX-License-Identifier: Apache-2.0
// Lifetime analysis: from nodes in execution order to blocks of memory with a first and a last use.
//
//   node      -1   0   1   2  (= node count)       time slot -1: the host writes the inputs
//   x  input   #   #                               slot n: the host reads the outputs
//   a              #   #                           relu(a) -> y in place: one block, slots 0..2
//   y  output          #   #
//
// `invoke` consumes its inputs: their bytes are free after their last use, so a host writes every input
// before each call. With `preserveInputs` they keep their values.
import { settleStates } from './in-place-states.js'
import { type Block, defaultAlignment, type Plan } from './plan.js'
import { Sharing, type Span } from './sharing.js'

export interface MemoryTensor {
  readonly name: string
  readonly bytes: number
}

export interface MemoryNode {
  /** Unique. */
  readonly name: string
  /** What people know it by. Default: its name. */
  readonly label?: string
  /** Tensors in memory that it reads; '' marks an absent one. Weights are not among them. */
  readonly inputs: readonly string[]
  /** A tensor that is an input as well is updated: written in part, after an earlier node began it. */
  readonly outputs: readonly string[]
  /** Bytes private to the node while it runs. */
  readonly scratchBytes: number
  /**
   * Output `output` may be written over input `input`: the kernel has read every byte of the input that it
   * overwrites, also where other inputs listed with the same output are the same tensor.
   */
  readonly inPlace?: readonly IndexPair[]
  /** The output is made of the input's bytes; all views of one output are taken together or not at all. */
  readonly views?: readonly ViewOf[]
}

export interface IndexPair {
  readonly input: number
  readonly output: number
}

export interface ViewOf extends IndexPair {
  /**
   * address(output) = address(input) + offset. Default 0. Negative: the input is a part of the output
   * (concatenation).
   */
  readonly offset?: number
}

/** A value that lives from one `invoke` to the next: read as `before`, left behind as `after`. */
export interface MemoryState {
  readonly before: string
  readonly after: string
}

export interface MemoryGraph {
  /** In execution order. */
  readonly nodes: readonly MemoryNode[]
  /** At least those that the nodes name; others are left alone. */
  readonly tensors: readonly MemoryTensor[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly states?: readonly MemoryState[]
}

export interface LifetimeOptions {
  /** As given to planMemory. Views at other distances are not taken. */
  readonly alignment?: number
  /** Graph inputs keep their values through `invoke`. Default false. */
  readonly preserveInputs?: boolean
}

export interface TensorLifetime {
  readonly name: string
  /** Index into `blocks`, then `states`. */
  readonly block: number
  /** Distance from the block's first byte. */
  readonly offset: number
  readonly bytes: number
  readonly firstUse: number
  readonly lastUse: number
}

/** A view that could not be taken: the node must copy. */
export interface Copy {
  readonly node: string
  readonly tensor: string
  readonly reason: string
}

export interface Lifetimes {
  readonly blocks: readonly Block[]
  /** Blocks outside the arena: what lives from one `invoke` to the next. */
  readonly states: readonly Block[]
  readonly tensors: ReadonlyMap<string, TensorLifetime>
  /** Block of each node's scratch, by node name; nodes without scratch are absent. */
  readonly scratch: ReadonlyMap<string, number>
  /** Views that need a copy instead. The other views need no code. */
  readonly copies: readonly Copy[]
  /** Outputs written over an input. */
  readonly inPlace: readonly { readonly node: string; readonly input: string; readonly output: string }[]
  /** Number of nodes: the last time slot. */
  readonly nodeCount: number
}

/**
 * Pre:  every tensor has one writer (a node, or the host) that comes before its readers and before the nodes
 *       that update it; graph inputs are not updated; a graph output is neither a graph input nor listed
 *       twice (the caller inserts a copy node). Throws Error otherwise.
 * Post: bytes of two tensors overlap only where their values are equal, or their lives are disjoint, or one
 *       is an in-place result of the other; two outputs, or an input and an output, are never views of each
 *       other.
 */
export function analyzeLifetimes(graph: MemoryGraph, options: LifetimeOptions = {}): Lifetimes {
  const { alignment = defaultAlignment, preserveInputs = false } = options
  const all = spansOf(graph, preserveInputs)
  const { spans, settled } = settleStates(graph, all)
  const scratches = graph.nodes.flatMap(({ name, label = name, scratchBytes }, index) => {
    const life = { firstUse: index, lastUse: index }
    return scratchBytes === 0
      ? []
      : [{ node: name, block: { name: `${label}.scratch`, bytes: scratchBytes, ...life } }]
  })
  const scratchBlocks = scratches.map(({ block }) => block)
  const sharing = new Sharing(spans, scratchBlocks, alignment)
  for (const { before, after } of settled) sharing.join(before, after)
  const updates = lastUpdates(graph)
  const copies = graph.nodes.flatMap((node, slot) => takeViews(sharing, node, slot, spans, updates))
  const inPlace = graph.nodes.flatMap((node) => takeInPlace(sharing, node))

  const stateNames = (graph.states ?? []).map(({ before }) => before)
  const stateGroups = [...new Set(stateNames.map((name) => sharing.groupOfTensor(name)))]
  const groups = sharing.groups().filter((group) => !stateGroups.includes(group))
  const blockOf = new Map([...groups, ...scratches, ...stateGroups].map((group, index) => [group, index]))
  const tensors = new Map<string, TensorLifetime>()
  for (const [name, { bytes, firstUse, lastUse }] of spans) {
    const group = sharing.groupOfTensor(name)
    const offset = group.offsets.get(name)!
    tensors.set(name, { name, block: blockOf.get(group)!, offset, bytes, firstUse, lastUse })
  }
  const blocks = [...groups.map((group) => group.span), ...scratchBlocks]
  const states = stateGroups.map(({ span }) => ({ ...span, firstUse: -1, lastUse: graph.nodes.length }))
  const scratch = new Map(scratches.map((one) => [one.node, blockOf.get(one)!]))
  return { blocks, states, tensors, scratch, copies, inPlace, nodeCount: graph.nodes.length }
}

/** Offset of a tensor in linear memory under the plan of `lifetimes.blocks`. */
export function addressOf(tensor: string, lifetimes: Lifetimes, plan: Plan): number {
  const lifetime = lifetimes.tensors.get(tensor)
  if (!lifetime) throw new Error(`no tensor named ${tensor} in the memory plan`)
  return plan.placements[lifetime.block]!.offset + lifetime.offset
}

function spansOf(graph: MemoryGraph, preserveInputs: boolean): Map<string, Span> {
  const end = graph.nodes.length
  const sizes = new Map(graph.tensors.map(({ name, bytes }) => [name, bytes]))
  const spans = new Map<string, Span>()
  const write = (name: string, slot: number, edge: Span['edge']) => {
    const bytes = sizes.get(name)
    if (bytes === undefined) throw new Error(`tensor ${name} has no size`)
    if (spans.has(name)) throw new Error(`tensor ${name} is written twice`)
    const isKept = edge === 'state' || (edge === 'input' && preserveInputs)
    spans.set(name, { bytes, firstUse: slot, lastUse: isKept ? end : slot, edge })
  }
  const read = (name: string, slot: number, edge?: 'output') => {
    const span = spans.get(name)
    if (!span) throw new Error(`tensor ${name} is read before it is written`)
    if (edge && span.edge) throw new Error(`graph output ${name} is already a graph ${span.edge}`)
    spans.set(name, { ...span, lastUse: Math.max(span.lastUse, slot), edge: edge ?? span.edge })
  }
  for (const name of graph.inputs) write(name, -1, 'input')
  for (const { before } of graph.states ?? []) write(before, -1, 'state')
  for (const [slot, node] of graph.nodes.entries()) {
    for (const name of node.inputs) if (name !== '') read(name, slot)
    for (const name of node.outputs) if (name !== '' && !node.inputs.includes(name)) write(name, slot, null)
  }
  for (const name of graph.outputs) read(name, end, 'output')
  for (const { after } of graph.states ?? []) read(after, end)
  return spans
}

/** The last node that updates each tensor; most have none. */
function lastUpdates({ nodes, inputs }: MemoryGraph): Map<string, number> {
  const updates = new Map<string, number>()
  for (const [slot, node] of nodes.entries()) {
    for (const name of node.outputs) if (name !== '' && node.inputs.includes(name)) updates.set(name, slot)
  }
  const updated = inputs.find((name) => updates.has(name))
  if (updated !== undefined) throw new Error(`graph input ${updated} is updated`)
  return updates
}

function takeViews(
  sharing: Sharing,
  node: MemoryNode,
  slot: number,
  spans: ReadonlyMap<string, Span>,
  updates: ReadonlyMap<string, number>,
): Copy[] {
  return node.outputs.flatMap((output, index) => {
    const views = (node.views ?? []).filter((view) => view.output === index)
    if (views.length === 0) return []
    const inputs = views.map((view) => ({ name: node.inputs[view.input]!, offset: view.offset ?? 0 }))
    for (const { name, offset } of inputs) {
      const [input, whole] = [spans.get(name)!.bytes, spans.get(output)!.bytes]
      const fits =
        offset < 0 ? input - offset <= whole : offset + whole <= input || (offset === 0 && input <= whole)
      if (!fits) throw new Error(`node ${node.name}: ${output} is no view of ${name} at ${offset}`)
    }
    const updated = [output, ...inputs.map((input) => input.name)].find(
      (name) => (updates.get(name) ?? -1) > slot,
    )
    const reason = updated ? `${updated} is updated later` : sharing.takeViews(output, inputs)
    return reason === null ? [] : [{ node: node.name, tensor: output, reason }]
  })
}

/** At most one input per output, in the order in which the node lists them; and one output per input. */
function takeInPlace(sharing: Sharing, node: MemoryNode) {
  const taken: { node: string; input: string; output: string }[] = []
  for (const { input, output } of node.inPlace ?? []) {
    const [source, target] = [node.inputs[input]!, node.outputs[output]!]
    if (taken.some((pair) => pair.output === target || pair.input === source)) continue
    const listed = (node.inPlace ?? []).filter((pair) => pair.output === output).map((pair) => pair.input)
    // A tensor read at a position that is not listed must stay whole.
    const overwritten = node.inputs.filter((name, index) => name !== '' && listed.includes(index))
    const kept = new Set(node.inputs.filter((_, index) => !listed.includes(index)))
    const mayOverwrite = new Set(overwritten.filter((name) => !kept.has(name)))
    if (sharing.takeInPlace(source, target, mayOverwrite))
      taken.push({ node: node.name, input: source, output: target })
  }
  return taken
}
