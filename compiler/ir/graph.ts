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

export interface Graph {
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly tensors: ReadonlyMap<string, Tensor>
  /** In execution order. */
  readonly nodes: readonly Node[]
}

export function tensorOf(graph: Graph, name: string): Tensor {
  const tensor = graph.tensors.get(name)
  if (!tensor) throw new Error(`no tensor named ${name}`)
  return tensor
}
