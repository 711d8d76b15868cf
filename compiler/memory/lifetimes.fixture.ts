// SPDX-License-Identifier: Apache-2.0
// Graphs for tests of lifetimes, and a run of them on memory whose cells are labels: whatever a plan overwrites shows.
import {
  addressOf,
  analyzeLifetimes,
  type LifetimeOptions,
  type Lifetimes,
  type MemoryGraph,
  type MemoryNode,
} from './lifetimes.js'
import type { Plan } from './plan.js'
import { planLifetimes } from './plan-lifetimes.js'

/** `bytes` per tensor in the order of their names; nodes as given. */
export function graphOf(
  bytes: Record<string, number>,
  inputs: string[],
  nodes: Partial<MemoryNode>[],
  outputs: string[],
): MemoryGraph {
  const tensors = Object.entries(bytes).map(([name, size]) => ({ name, bytes: size }))
  return {
    tensors,
    inputs,
    outputs,
    nodes: nodes.map((node, index) => ({
      name: `node${index}`,
      inputs: [],
      outputs: [],
      scratchBytes: 0,
      ...node,
    })),
  }
}

export const view = { views: [{ input: 0, output: 0 }] }
export const inPlace = { inPlace: [{ input: 0, output: 0 }] }

export const blockOf = (lifetimes: Lifetimes, tensor: string) =>
  lifetimes.blocks[lifetimes.tensors.get(tensor)!.block]!
export const shareBytes = (lifetimes: Lifetimes, a: string, b: string) =>
  blockOf(lifetimes, a) === blockOf(lifetimes, b)

/**
 * Runs the network on memory whose cells are labels (byte 3 of value 7), knowing only addresses: every node
 * must find the whole value of each input, every output must be whole at the end. Reads happen before writes
 * only where the node allows it.
 */
function execute(graph: MemoryGraph, lifetimes: Lifetimes, plan: Plan, preserveInputs: boolean): void {
  const size = new Map(graph.tensors.map(({ name, bytes }) => [name, bytes]))
  const memory = new Float64Array(Math.max(8, ...plan.placements.map((p) => p.offset + p.bytes)))
  const values = new Map<string, Float64Array>()
  const copied = new Set(lifetimes.copies.map((copy) => copy.tensor))
  const write = (name: string, value: Float64Array) => {
    values.set(name, value)
    memory.set(value, addressOf(name, lifetimes, plan))
  }
  const check = (name: string, when: string) => {
    const address = addressOf(name, lifetimes, plan)
    const byte = values.get(name)!.findIndex((label, index) => memory[address + index] !== label)
    if (byte >= 0) throw new Error(`${when}: byte ${byte} of ${name} is overwritten`)
  }
  let labels = 0
  const fresh = (name: string) => {
    const number = ++labels
    return Float64Array.from({ length: size.get(name)! }, (_, byte) => number * 2 ** 20 + byte)
  }
  const states = graph.states ?? []
  for (const name of [...graph.inputs, ...states.map(({ before }) => before)]) write(name, fresh(name))
  for (const node of graph.nodes) {
    for (const name of node.inputs) check(name, node.name)
    const scratch = lifetimes.scratch.get(node.name)
    if (scratch !== undefined)
      memory.fill(-1, plan.placements[scratch]!.offset, plan.placements[scratch]!.offset + node.scratchBytes)
    for (const name of node.inputs) check(name, `${node.name} after its scratch`)
    for (const [index, output] of node.outputs.entries()) {
      const views = (node.views ?? []).filter((v) => v.output === index)
      if (views.length === 0) checkOverlap(graph, node, index, lifetimes, plan)
      const value = views.length > 0 ? viewedValue(node, index, values, size.get(output)!) : fresh(output)
      // A view that was taken runs no code: its bytes must be right already.
      if (views.length > 0 && !copied.has(output)) {
        values.set(output, value)
        check(output, node.name)
      } else write(output, value)
    }
  }
  const kept = [
    ...graph.outputs,
    ...states.map(({ after }) => after),
    ...(preserveInputs ? graph.inputs : []),
  ]
  for (const name of kept) check(name, 'at the end')
}

function viewedValue(node: MemoryNode, output: number, values: Map<string, Float64Array>, bytes: number) {
  const value = new Float64Array(bytes)
  for (const { input, offset = 0 } of node.views!.filter((v) => v.output === output)) {
    const source = values.get(node.inputs[input]!)!
    if (offset >= 0) value.set(source.subarray(offset, offset + bytes))
    else value.set(source, -offset)
  }
  return value
}

/**
 * An output may touch an input's bytes only at the same address and at positions that are all listed as
 * in-place.
 */
function checkOverlap(
  graph: MemoryGraph,
  node: MemoryNode,
  output: number,
  lifetimes: Lifetimes,
  plan: Plan,
): void {
  const size = (name: string) => graph.tensors.find((tensor) => tensor.name === name)!.bytes
  const name = node.outputs[output]!
  const start = addressOf(name, lifetimes, plan)
  for (const [position, input] of node.inputs.entries()) {
    if (input === name) continue // updated
    const at = addressOf(input, lifetimes, plan)
    if (at >= start + size(name) || start >= at + size(input)) continue
    const listed = node.inPlace?.some((pair) => pair.input === position && pair.output === output)
    if (at !== start || !listed) throw new Error(`${node.name} writes ${name} over its input ${input}`)
  }
}

export function planned(graph: MemoryGraph, options: LifetimeOptions = {}): Lifetimes {
  const lifetimes = analyzeLifetimes(graph, options)
  const plan = planLifetimes(lifetimes, options.alignment ? { alignment: options.alignment } : {})
  execute(graph, lifetimes, plan, options.preserveInputs ?? false)
  return lifetimes
}
