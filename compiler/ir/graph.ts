// SPDX-License-Identifier: Apache-2.0
// The graph: tensors, nodes, edges of the model. Immutable; a pass returns a new one.
// Before step 4 (normalize) the operators are ONNX's own; after it they are Caplet's (operators/), and every
// number that a node needs besides its activations (scales, zero points, weights) sits in its attributes.
import type { Constant, ElementType } from './types.js'

export interface Tensor {
  readonly name: string
  readonly type: ElementType
  /** Static, every dimension >= 0, in the model's own order. */
  readonly shape: readonly number[]
  readonly constant?: Constant | undefined
}

export type Attributes = Readonly<Record<string, unknown>>

export interface Node {
  /** The model's own name for it, or its first output's where it has none; unique in the graph. */
  readonly name: string
  readonly operator: string
  /** '' marks an absent optional input. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

/**
 * A value that lives from one run to the next. The graph itself is a function: it reads the tensor `before`, and what it
 * computes as `after` is the next run's `before`. `reset` makes `before` the initial value again.
 */
export interface State {
  /** No node writes it. */
  readonly before: string
  /** Same type and size; may be any tensor of the graph, also `before` itself. */
  readonly after: string
  /** In the model's own order of dimensions. */
  readonly initial: Constant
}

export interface Graph {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Absent: every run starts anew. */
  readonly states?: readonly State[]
  readonly tensors: ReadonlyMap<string, Tensor>
  /** In execution order. */
  readonly nodes: readonly Node[]
}

export const statesOf = ({ states }: Pick<Graph, 'states'>): readonly State[] => states ?? []

export function tensorOf(graph: Graph, name: string): Tensor {
  const tensor = graph.tensors.get(name)
  if (!tensor) throw new Error(`no tensor named ${name}`)
  return tensor
}
