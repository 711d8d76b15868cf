// SPDX-License-Identifier: Apache-2.0
// The integer reference: a graph's meaning, node by node, by each operator's naive `reference`. Shares no code with
// the kernels; what the capsule must equal.
import type { Graph, Node } from './ir/graph.js'
import { statesOf, tensorOf } from './ir/graph.js'
import type { OperatorName } from './ir/operators.js'
import { allocate, type Data, rowMajorStrides, sizeOf } from './ir/types.js'
import type { TypedNode, Value } from './operators/definition.js'
import { definitionOf } from './operators/list.js'
import { type EdgeLayout, edgeOrder } from './passes/assign-layouts.js'

/** What each state holds, in the graph's order of them. */
export type StateValues = readonly Value[]

/** After `reset`. */
export const initialStates = (graph: Graph): StateValues => statesOf(graph).map(({ initial }) => initial)

/** What a run leaves behind, given the values of its tensors. */
export const nextStates = (graph: Graph, values: ReadonlyMap<string, Value>): StateValues =>
  statesOf(graph).map(({ before, after }) => {
    return { shape: tensorOf(graph, before).shape, data: values.get(after)!.data }
  })

/** Values of every tensor, given the inputs' values and what the run before left behind. */
export function evaluateGraph(
  graph: Graph,
  inputs: readonly Value[],
  states: StateValues = initialStates(graph),
): Map<string, Value> {
  const values = new Map<string, Value>(graph.inputs.map((name, i) => [name, inputs[i]!]))
  statesOf(graph).forEach(({ before }, i) => {
    values.set(before, states[i]!)
  })
  for (const node of graph.nodes) {
    evaluateNode(graph, node, values).forEach((value, i) => {
      values.set(node.outputs[i]!, value)
    })
  }
  return values
}

export function evaluateNode(graph: Graph, node: Node, values: ReadonlyMap<string, Value>): Value[] {
  const inputs = node.inputs.map((name) => values.get(name)!)
  const outputs = node.outputs.map((name) => tensorOf(graph, name))
  return definitionOf(node.operator).reference(node as TypedNode<OperatorName>, inputs, outputs)
}

/** A graph that runs again and again. Inputs and outputs are bytes of the edges, in the edges' order of dimensions. */
export interface Evaluation {
  invoke(inputs: readonly Uint8Array[]): Uint8Array[]
  /** The next run is as the first one. */
  reset(): void
}

export function openEvaluation(graph: Graph, layout: EdgeLayout): Evaluation {
  let states = initialStates(graph)
  return {
    invoke: (inputs) => {
      const values = evaluateGraph(graph, valuesOf(graph, inputs, layout), states)
      states = nextStates(graph, values)
      return graph.outputs.map((name) =>
        bytesOf(toEdge(values.get(name)!.data, tensorOf(graph, name).shape, layout)),
      )
    },
    reset: () => {
      states = initialStates(graph)
    },
  }
}

/** One run from the start. */
export const evaluateBytes = (
  graph: Graph,
  inputs: readonly Uint8Array[],
  layout: EdgeLayout,
): Uint8Array[] => openEvaluation(graph, layout).invoke(inputs)

/** The edges' bytes as values in the model's own order of dimensions. */
function valuesOf(graph: Graph, inputs: readonly Uint8Array[], layout: EdgeLayout): Value[] {
  return graph.inputs.map((name, i) => {
    const { type, shape } = tensorOf(graph, name)
    const data = allocate(type, sizeOf(shape))
    bytesOf(data).set(inputs[i]!)
    return { shape, data: fromEdge(data, shape, layout) }
  })
}

/** The array's bytes, shared. */
export const bytesOf = (data: Data): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** Row-major data of the model's order -> the edge's order. */
export function toEdge(data: Data, shape: readonly number[], layout: EdgeLayout): Data {
  return reordered(data, shape, edgeOrder(layout, shape.length))
}

/** Data in the edge's order -> row-major in the model's order. */
export function fromEdge(data: Data, shape: readonly number[], layout: EdgeLayout): Data {
  const order = edgeOrder(layout, shape.length)
  const inverse = order.map((_, axis) => order.indexOf(axis))
  return reordered(
    data,
    order.map((axis) => shape[axis]!),
    inverse,
  )
}

function reordered(data: Data, shape: readonly number[], order: readonly number[]): Data {
  if (order.every((axis, i) => axis === i)) return data
  const result = data.slice()
  const strides = rowMajorStrides(shape)
  const sizes = order.map((axis) => shape[axis]!)
  for (let i = 0; i < data.length; i++) {
    let rest = i
    let source = 0
    for (let k = order.length - 1; k >= 0; k--) {
      source += (rest % sizes[k]!) * strides[order[k]!]!
      rest = Math.floor(rest / sizes[k]!)
    }
    result[i] = data[source]! as never
  }
  return result
}
