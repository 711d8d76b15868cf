// SPDX-License-Identifier: Apache-2.0
// Gives every tensor a storage order, and inserts the copies that change it.
//
//     x [N,C,W] -> convolution -> y       =>     x -> transpose{identity} -> x' (stored NWC) -> convolution -> y
//
// A change of order is a transpose with the identity permutation: same shape, other bytes. Each tensor is brought into
// an order at most once. Orders that differ only in where axes of length 1 stand are the same bytes: no copy.
import type { ProgramTensor } from '../codegen/program.js'
import { type Graph, type Node, type State, statesOf, type Tensor, tensorOf } from '../ir/graph.js'
import { channelsLastOrder, type Order, rowMajorOrder, sameBytes } from '../ir/layout.js'
import type { OperatorAttributes, OperatorName } from '../ir/operators.js'
import { sizeOf } from '../ir/types.js'
import type { OperatorDefinition, StoredTensor, TypedNode } from '../operators/definition.js'

/** How the capsule's caller stores its tensors: in the model's own order, or channels last (rank 3 and more). */
export type EdgeLayout = 'model' | 'nhwc'

export interface LaidOutGraph {
  /** In execution order, changes of order included. */
  readonly nodes: readonly Node[]
  readonly tensors: ReadonlyMap<string, ProgramTensor>
  /** For each graph output: the tensor that holds it in the edge's order. */
  readonly outputs: readonly string[]
  /** `after`: the tensor that holds it row-major, as `before` is stored. */
  readonly states: readonly State[]
}

export const edgeOrder = (layout: EdgeLayout, rank: number): Order =>
  layout === 'nhwc' ? channelsLastOrder(rank) : rowMajorOrder(rank)

/**
 * Pre: step 5 is done; `definitionOf` knows every operator of the graph.
 * Post: each node's inputs and outputs are stored as its definition's layout rule asks; graph inputs and the tensors
 *       of `outputs` in the edge's order; states row-major.
 */
export function assignLayouts(
  graph: Graph,
  definitionOf: (operator: string) => OperatorDefinition,
  edgeLayout: EdgeLayout,
): LaidOutGraph {
  const layouts = new Layouts(graph)
  for (const name of graph.inputs) {
    const tensor = tensorOf(graph, name)
    layouts.store(tensor, edgeOrder(edgeLayout, tensor.shape.length))
  }
  for (const { before } of statesOf(graph))
    layouts.store(tensorOf(graph, before), rowMajor(tensorOf(graph, before)))
  for (const node of graph.nodes) place(node, definitionOf(node.operator), layouts)
  const outputs = graph.outputs.map((name) =>
    layouts.inOrder(name, edgeOrder(edgeLayout, layouts.rank(name))),
  )
  const states = statesOf(graph).map((state) => {
    const after = layouts.inOrder(state.after, rowMajorOrder(layouts.rank(state.after)))
    return { ...state, after }
  })
  return { nodes: layouts.nodes, tensors: layouts.tensors, outputs, states }
}

function place(node: Node, definition: OperatorDefinition, layouts: Layouts): void {
  const inputs = node.inputs.map((name) => (name === '' ? null : layouts.tensors.get(name)!))
  const outputs = node.outputs.map((name) => tensorOf(layouts.graph, name))
  const { inputOrder, outputOrder } = chooseOrders(node, definition, inputs, outputs)
  const stored = node.inputs.map((name, index) => {
    const tensor = inputs[index]
    return tensor && inputOrder ? layouts.inOrder(name, inputOrder(tensor)) : name
  })
  layouts.nodes.push({ ...node, inputs: stored })
  for (const output of outputs) layouts.store(output, outputOrder(output))
}

interface Orders {
  /** null: inputs stay as they are. */
  readonly inputOrder: ((tensor: ProgramTensor) => Order) | null
  readonly outputOrder: (tensor: Tensor) => Order
}

const rowMajor = (tensor: { shape: readonly number[] }): Order => rowMajorOrder(tensor.shape.length)
const channelsLast = (tensor: { shape: readonly number[] }): Order => channelsLastOrder(tensor.shape.length)

function chooseOrders(
  node: Node,
  definition: OperatorDefinition,
  inputs: readonly (ProgramTensor | null)[],
  outputs: readonly Tensor[],
): Orders {
  const kept = (tensor: Tensor): Order => orderOfLargest(inputs, tensor.shape.length)
  switch (definition.layout) {
    case 'row_major':
      return { inputOrder: rowMajor, outputOrder: rowMajor }
    case 'channels_last':
      return { inputOrder: channelsLast, outputOrder: channelsLast }
    case 'same': {
      const order = kept(outputs[0]!)
      return { inputOrder: () => order, outputOrder: () => order }
    }
    case 'strided': {
      if (!definition.chooseOrders) return { inputOrder: null, outputOrder: kept }
      const stored: StoredTensor[] = inputs.flatMap((t) =>
        t ? [{ shape: t.shape, order: t.layout.order }] : [],
      )
      const typed = node as TypedNode<OperatorName> & { attributes: OperatorAttributes[OperatorName] }
      const { input, output } = definition.chooseOrders(typed, stored, outputs[0]!)
      return { inputOrder: input && (() => input), outputOrder: () => output }
    }
  }
}

function orderOfLargest(inputs: readonly (ProgramTensor | null)[], rank: number): Order {
  let largest: ProgramTensor | null = null
  for (const tensor of inputs) {
    if (!tensor || tensor.shape.length !== rank) continue
    if (!largest || sizeOf(tensor.shape) > sizeOf(largest.shape)) largest = tensor
  }
  return largest ? largest.layout.order : rowMajorOrder(rank)
}

/** What is known so far: tensors with their orders, nodes, and the copies made. */
class Layouts {
  readonly graph: Graph
  readonly nodes: Node[] = []
  readonly tensors = new Map<string, ProgramTensor>()
  private readonly copies = new Map<string, string[]>()

  constructor(graph: Graph) {
    this.graph = graph
  }

  rank(name: string): number {
    return this.tensors.get(name)!.shape.length
  }

  store(tensor: { name: string; type: Tensor['type']; shape: readonly number[] }, order: Order): void {
    const { name, type, shape } = tensor
    this.tensors.set(name, { name, type, shape, layout: { order } })
  }

  /** The tensor's value stored in this order: the tensor itself, an earlier copy, or a new one. */
  inOrder(name: string, order: Order): string {
    const tensor = this.tensors.get(name)!
    const fits = (candidate: string) =>
      sameBytes(tensor.shape, this.tensors.get(candidate)!.layout.order, order)
    const made = this.copies.get(name) ?? []
    const found = [name, ...made].find(fits)
    if (found !== undefined) return found
    const copy = this.freshName(`${name}@${order.join('')}`)
    this.store({ ...tensor, name: copy }, order)
    this.copies.set(name, [...made, copy])
    const permutation = rowMajorOrder(tensor.shape.length)
    this.nodes.push({
      name: copy,
      operator: 'transpose',
      inputs: [name],
      outputs: [copy],
      attributes: { permutation },
    })
    return copy
  }

  private freshName(wanted: string): string {
    let name = wanted
    while (this.tensors.has(name) || this.graph.tensors.has(name)) name += "'"
    return name
  }
}
