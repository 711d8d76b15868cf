// SPDX-License-Identifier: Apache-2.0
// In which orders of axes the reference may hold a tensor. It stores what convolutions and pools write with the channels
// last, and moves transposes, its own and the model's, down past other nodes: what stands between is held as it was in
// front of the transpose. How far it moves them is its own estimate, so every order on the way is possible.
import type { Graph, Node } from '../../ir/graph.js'
import { channelsLastOrder, type Order, rowMajorOrder } from '../../ir/layout.js'

/** Orders of the tensor's axes, outermost first. Post: the tensor's own is the first. */
export function heldOrders(graph: Graph, tensor: string): Order[] {
  const rankOf = (name: string) => graph.tensors.get(name)?.shape.length ?? 0
  const known = new Map<string, Order[]>()
  const ordersOf = (name: string) => known.get(name) ?? [rowMajorOrder(rankOf(name))]
  for (const node of graph.nodes) {
    const inputs = node.inputs.map(ordersOf)
    for (const output of node.outputs) {
      const rank = rankOf(output)
      const orders = [rowMajorOrder(rank), ...ordersBehind(graph, node, inputs, rank)]
      known.set(output, [...new Map(orders.map((order) => [`${order}`, order])).values()])
    }
  }
  return ordersOf(tensor)
}

function ordersBehind(graph: Graph, node: Node, inputs: readonly Order[][], rank: number): Order[] {
  const [first = []] = inputs
  if (node.operator === 'Transpose') {
    const perm = (node.attributes.perm as number[] | undefined) ?? rowMajorOrder(rank).toReversed()
    return first.map((order) => order.map((axis) => perm.indexOf(axis)))
  }
  const own: Order[] = /Conv|Pool/.test(node.operator) && rank >= 3 ? [channelsLastOrder(rank)] : []
  const moved = inputs.flatMap((orders) => orders.slice(1))
  if (moved.length === 0) return own
  if (node.operator === 'Reshape' || node.operator === 'Flatten') {
    const [from, to] = [node.inputs[0]!, node.outputs[0]!].map((name) => graph.tensors.get(name)!.shape)
    return isTranspose(from!, to!) ? permutations(rank) : []
  }
  if (moved.every((order) => order.length === rank)) return [...own, ...moved]
  const axes = axesOf(graph, node, Math.max(rank, first[0]!.length))
  if (axes && node.operator === 'Unsqueeze') return first.map((order) => unsqueezed(order, axes))
  if (axes && node.operator === 'Squeeze') return first.map((order) => squeezed(order, axes))
  return permutations(rank)
}

/** A reshape stops a transpose, but for one that only moves dimensions of 1: that is a transpose to the reference. */
function isTranspose(from: readonly number[], to: readonly number[]): boolean {
  const long = (shape: readonly number[]) => shape.filter((size) => size !== 1)
  return from.length === to.length && `${long(from)}` === `${long(to)}`
}

/** Constant axes of a Squeeze or Unsqueeze, none negative. */
function axesOf(graph: Graph, { inputs, attributes }: Node, rank: number): number[] | null {
  const given = attributes.axes ?? graph.tensors.get(inputs[1] ?? '')?.constant?.data
  if (given === undefined) return null
  return Array.from(given as ArrayLike<number | bigint>, (axis) => (Number(axis) + rank) % rank)
}

/** New axes stand where they are named, also in the tensor as it is held. */
function unsqueezed(order: Order, axes: readonly number[]): Order {
  const all = rowMajorOrder(order.length + axes.length)
  const kept = all.filter((axis) => !axes.includes(axis))
  const rest = order.map((axis) => kept[axis]!)
  return all.map((axis) => (axes.includes(axis) ? axis : rest.shift()!))
}

function squeezed(order: Order, axes: readonly number[]): Order {
  const kept = rowMajorOrder(order.length).filter((axis) => !axes.includes(axis))
  return order.filter((axis) => !axes.includes(axis)).map((axis) => kept.indexOf(axis))
}

function permutations(rank: number): Order[] {
  if (rank === 0) return [[]]
  return permutations(rank - 1).flatMap((order) =>
    Array.from({ length: rank }, (_, at) => [...order.slice(0, at), rank - 1, ...order.slice(at)]),
  )
}
