// SPDX-License-Identifier: Apache-2.0
// States that need no copy at the end of a run: what is left behind is written over what was read.
//
//   before  ####            read for the last time by the node that writes `after`, or earlier
//   after      ######       one address; the bytes stay until the next run
import type { MemoryGraph, MemoryNode, MemoryState } from './lifetimes.js'
import type { Span } from './sharing.js'

/**
 * Post: `settled` may be written in place: after its new, shorter life `before` is read by nobody. The other states keep
 *       their spans, and `after` is copied once the last node has run.
 */
export function settleStates(
  graph: MemoryGraph,
  spans: ReadonlyMap<string, Span>,
): { spans: Map<string, Span>; settled: MemoryState[] } {
  const shortened = new Map(spans)
  const settled: MemoryState[] = []
  for (const state of graph.states ?? []) {
    const { before, after } = state
    const span = spans.get(before)!
    const target = spans.get(after)!
    const isTaken = settled.some((other) => other.after === after)
    if (isTaken || target.edge !== null || target.bytes !== span.bytes) continue
    if (!isReadInTime(graph, state)) continue
    const lastRead = graph.nodes.findLastIndex(({ inputs }) => inputs.includes(before))
    shortened.set(before, { ...span, lastUse: Math.max(-1, lastRead) })
    settled.push(state)
  }
  return { spans: shortened, settled }
}

/** Nothing reads `before`, or a view of it, once `after` is being written. */
function isReadInTime({ nodes }: MemoryGraph, { before, after }: MemoryState): boolean {
  const writer = nodes.findIndex(({ outputs }) => outputs.includes(after))
  if (writer < 0 || isView(nodes[writer]!)) return false
  return nodes.every((node, slot) => {
    if (!node.inputs.includes(before)) return true
    if (isView(node)) return false
    return slot < writer || (slot === writer && overwrites(node, before, after))
  })
}

const isView = ({ views }: MemoryNode): boolean => views !== undefined && views.length > 0

/** The node may write `after` over `before`, at every place where it reads it. */
const overwrites = ({ inputs, outputs, inPlace }: MemoryNode, before: string, after: string): boolean =>
  inputs.every(
    (name, input) =>
      name !== before || inPlace?.some((pair) => pair.input === input && outputs[pair.output] === after),
  )
