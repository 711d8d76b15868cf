// SPDX-License-Identifier: Apache-2.0
// What an operator is to the rest of the compiler. Each operators/<name>/ folder exports one definition;
// operators/list.ts is the only list of them.
import type { ProgramTensor, Step } from '../codegen/program.js'
import type { Node, Tensor } from '../ir/graph.js'
import type { Order } from '../ir/layout.js'
import type { OperatorAttributes, OperatorName } from '../ir/operators.js'
import type { Data } from '../ir/types.js'

export interface TypedNode<Name extends OperatorName> extends Node {
  readonly operator: Name
  readonly attributes: OperatorAttributes[Name] & Node['attributes']
}

/** A tensor's value while the reference runs: dense, row-major in the model's order of dimensions. */
export interface Value {
  readonly shape: readonly number[]
  readonly data: Data
}

/**
 * Which storage orders the kernel takes.
 * - channels_last: [N, ...spatial, C] in and out
 * - same: any order, but all inputs and outputs in the same one (elementwise)
 * - strided: any order on each tensor (the lowering reads the orders from the tensors)
 * - row_major: the model's own order in and out
 */
export type LayoutRule = 'channels_last' | 'same' | 'strided' | 'row_major'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly order: Order
}

export interface ChosenOrders {
  /** Of input 0, into which it is brought; null: as it is. */
  readonly input: Order | null
  /** Of output 0. */
  readonly output: Order
}

export interface LoweringOptions {
  /** The f32 requantizer may be chosen for speed (targets with an FPU); otherwise only where no integer form is exact. */
  readonly preferFloat: boolean
  /** Layers that the host has kernels for become calls of them (the accelerated tier). Default false. */
  readonly hostKernels?: boolean
}

export interface LoweringContext extends LoweringOptions {
  /** Type, shape and layout of a tensor. */
  tensor(name: string): ProgramTensor
}

export interface OperatorDefinition<Name extends OperatorName = OperatorName> {
  readonly name: Name
  /** One line for `caplet operators`. */
  readonly summary: string
  readonly layout: LayoutRule
  /**
   * 'strided' operators only: the storage orders that cost least, given how the inputs are stored.
   * Without it: inputs as they are, the output in the order of the largest input of its rank, else row-major.
   */
  chooseOrders?(node: TypedNode<Name>, inputs: readonly StoredTensor[], output: Tensor): ChosenOrders
  /** The meaning: naive, integer-exact (or the contract's f32 operations), shares no code with the kernel. */
  reference(node: TypedNode<Name>, inputs: readonly Value[], outputs: readonly Tensor[]): Value[]
  /** Steps that compute the node. Throws CapletError where no exact form exists. */
  lower(node: TypedNode<Name>, context: LoweringContext): Step[]
}

/** Binds the name to the types of its attributes. */
export const defineOperator = <Name extends OperatorName>(d: OperatorDefinition<Name>) => d
