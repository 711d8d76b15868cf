// SPDX-License-Identifier: Apache-2.0
// The integer reference: a graph's meaning, node by node, by each operator's naive `reference`. Shares no code with
// the kernels; what the capsule must equal.
import type { Graph, Node } from './ir/graph.js'
import { tensorOf } from './ir/graph.js'
import type { OperatorName } from './ir/operators.js'
import { allocate, type Data, rowMajorStrides, sizeOf } from './ir/types.js'
import type { TypedNode, Value } from './operators/definition.js'
import { definitionOf } from './operators/list.js'
import { type EdgeLayout, edgeOrder } from './passes/assign-layouts.js'

/** Values of every tensor, given the inputs' values. */
export function evaluateGraph(graph: Graph, inputs: readonly Value[]): Map<string, Value> {
  const values = new Map<string, Value>(graph.inputs.map((name, i) => [name, inputs[i]!]))
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

/** Inputs and outputs as bytes of the edges, in the edges' order of dimensions. */
export function evaluateBytes(graph: Graph, inputs: readonly Uint8Array[], layout: EdgeLayout): Uint8Array[] {
  const values = graph.inputs.map((name, i) => {
    const { type, shape } = tensorOf(graph, name)
    const data = allocate(type, sizeOf(shape))
    bytesOf(data).set(inputs[i]!)
    return { shape, data: fromEdge(data, shape, layout) }
  })
  const results = evaluateGraph(graph, values)
  return graph.outputs.map((name) => {
    const { data } = results.get(name)!
    return bytesOf(toEdge(data, tensorOf(graph, name).shape, layout))
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
