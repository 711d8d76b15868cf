// SPDX-License-Identifier: Apache-2.0
/**
 * Step 5. A table that only narrows its producer's range becomes the producer's output clamp; a table behind a table
 * becomes one table.
 *
 *     convolution -> table(max(q, 3))     =>     convolution{min: 3}
 *     table f -> table g                  =>     table g(f)
 *
 * Pre:    operators are Caplet's own.
 * Leaves: tables per channel, a tensor that is read twice or is a graph output, producers without rule R or with other
 *         outputs beside it.
 */
import type { Graph, Node } from '../ir/graph.js'
import { statesOf, tensorOf } from '../ir/graph.js'
import type { Requantization, TableAttributes } from '../ir/operators.js'
import { isQuantizedType, type QuantizedType, rangeOf } from '../ir/types.js'
import { quantumOf } from './convert/tables.js'

export function fuseTables<G extends Graph>(graph: G): G {
  let nodes = [...graph.nodes]
  for (const { name } of graph.nodes) {
    const node = nodes.find((n) => n.name === name)
    if (node?.operator !== 'table') continue
    const producer = nodes.find((n) => n.outputs.includes(node.inputs[0]!))
    const readers = nodes.filter((n) => n.inputs.includes(node.inputs[0]!))
    if (!producer || readers.length !== 1 || isSeen(graph, node.inputs[0]!)) continue
    const fused = fuse(graph, producer, node)
    if (!fused) continue
    nodes = nodes.flatMap((n) => (n === producer ? [] : n === node ? [fused] : [n]))
  }
  return { ...graph, nodes }
}

/** Outside one run of the nodes: by the host, or by the next run. */
const isSeen = (graph: Graph, name: string): boolean =>
  graph.outputs.includes(name) || statesOf(graph).some(({ after }) => after === name)

/** The producer's node, moved to the table's place and writing its output; null where the two cannot be one. */
function fuse(graph: Graph, producer: Node, node: Node): Node | null {
  const attributes = attributesOf(node)
  if (attributes.axis !== null) return null
  if (producer.operator === 'table') return composed(producer, node)
  const { requantization } = producer.attributes as { requantization?: Requantization | null }
  const { type } = tensorOf(graph, node.inputs[0]!)
  if (!requantization || producer.outputs.length !== 1) return null
  if (!isQuantizedType(type) || type !== tensorOf(graph, node.outputs[0]!).type) return null
  const bounds = clampBounds(attributes.table as Int8Array | Uint8Array, type)
  if (!bounds) return null
  const min = Math.min(Math.max(requantization.min, bounds.min), bounds.max)
  const max = Math.max(Math.min(requantization.max, bounds.max), bounds.min)
  return {
    ...producer,
    outputs: node.outputs,
    attributes: { ...producer.attributes, requantization: { ...requantization, min, max } },
  }
}

const attributesOf = (node: Node): TableAttributes => node.attributes as unknown as TableAttributes

function composed(first: Node, second: Node): Node | null {
  const [f, g] = [attributesOf(first), attributesOf(second)]
  if (f.axis !== null || f.table instanceof Float32Array) return null
  const bytes = f.table as Int8Array | Uint8Array
  const table = g.table.slice()
  for (let i = 0; i < 256; i++) table[i] = g.table[bytes[i]! & 255]! as never
  return {
    ...second,
    inputs: first.inputs,
    attributes: { table, axis: null, label: `${f.label}, ${g.label}` },
  }
}

/** lo and hi where the table is min(max(q, lo), hi), else null. */
function clampBounds(
  table: Int8Array | Uint8Array,
  type: QuantizedType,
): { min: number; max: number } | null {
  const range = rangeOf(type)
  const at = (quantum: number) => table[quantum & 255]!
  const [min, max] = [at(range.min), at(range.max)]
  for (let byte = 0; byte < 256; byte++) {
    const quantum = quantumOf(byte, type)
    if (at(quantum) !== Math.min(Math.max(quantum, min), max)) return null
  }
  return { min, max }
}
