// SPDX-License-Identifier: Apache-2.0
// Attributes of recurrent layers, which the reference computes in float32: every operation rounds once, in the order given
// here. Notation as in operators.ts. Inputs: X [steps, batch, inputs] (float32, or 8-bit read through `inputValues`), then
// float32 [directions, batch, hidden]: the first hidden state, the first cell state (each only where the flags say so).
// Outputs, float32, those that `yields` names: sequence [steps, directions, batch, hidden], and the last hidden and cell state.
import type { Constant } from './types.js'

/** Names as in ONNX, in small letters. */
export type GateFunction =
  | 'affine'
  | 'hardsigmoid'
  | 'leakyrelu'
  | 'relu'
  | 'sigmoid'
  | 'softsign'
  | 'tanh'
  | 'thresholdedrelu'

export interface Activation {
  readonly name: GateFunction
  readonly alpha: number
  readonly beta: number
}

/**
 * Rows of one product, [directions, gates * hidden, depth]. float: total = its start; for each block of `block` terms,
 * total = f(total + sum from 0 of f(x * w)), w = f((q - zeroPoint) * scale) of 8-bit values.
 * dynamic: x is quantized to uint8 by DynamicQuantizeLinear's rule (all of X at once; the batch's hidden state in each
 * step), total = f(start + f(f(accumulator) * f(scale of x * scale))).
 */
export interface RecurrentWeight {
  readonly values: Constant
  /** One per row of all directions; null for float32 values. */
  readonly scales: Float32Array | null
  readonly zeroPoints: readonly number[] | null
  readonly block: number
}

/**
 * Per direction, step and batch row, g = products of X (from 0), and z(v, b) = v or f(v + b) limited to -clip..clip:
 * lstm (gates i o f c): g += products of h; i = F(z(f(g + f(c * Pi)))), f likewise or f(1 - i), c~ = G(z(g)),
 *   c = f(f(c * f) + f(i * c~)), o with the new c, h = f(H(c) * o).
 * gru (gates z r h): z, r: g += products of h; r = F(z(g, b)); then h~ = G(z(g + products of f(r * h), b)) or, linear before
 *   reset, G(z(f(g + f(r * (Rb + products of h))), Wb)); h = f(f(f(1 - z) * h~) + f(z * h)).
 * rnn: g starts with the bias; h = F(z(f(products of h + g))).
 */
export interface RecurrentAttributes {
  readonly cell: 'lstm' | 'gru' | 'rnn'
  readonly arithmetic: 'float' | 'dynamic'
  readonly hidden: number
  /** One per direction: from the last step to the first. */
  readonly reversed: readonly boolean[]
  readonly inputWeight: RecurrentWeight
  readonly stateWeight: RecurrentWeight
  /** [directions, 2, gates, hidden]: of the products of X, then of h. */
  readonly bias: Float32Array | null
  /** lstm: [directions, 3, hidden], gates i o f. */
  readonly peepholes: Float32Array | null
  /** null: none. */
  readonly clip: number | null
  /** lstm F G H, gru F G, rnn F; direction after direction. */
  readonly activations: readonly Activation[]
  /** lstm: the forget gate is one minus the input gate. */
  readonly couplesForget: boolean
  /** gru. */
  readonly linearBeforeReset: boolean
  readonly hasInitialHidden: boolean
  readonly hasInitialCell: boolean
  readonly inputValues: Float32Array | null
  readonly yields: readonly RecurrentOutput[]
}

export type RecurrentOutput = 'sequence' | 'hidden' | 'cell'
