// SPDX-License-Identifier: Apache-2.0
// How much operand stack an interpreter needs for a capsule: the longest chain of calls, as numbers from which a binding
// (targets/shim/caplet_wamr.c) computes bytes for its engine. Each is the most over all chains; the last frame of a chain
// counts twice, since WAMR wants room for two of it.

import { internalError } from './internal-error.js'
import { frameOf } from './interpreter-frame.js'
import { readFunctions } from './wasm-code.js'

export interface OperandStack {
  /** Of 4 bytes: parameters, locals, constants, operands. */
  readonly cells: number
  readonly frames: number
  /** Nested blocks; each function is one. */
  readonly blocks: number
}

/** Nothing is known, or it is too much for the descriptor's fields: hosts take their own default. */
export const unknownStack: OperandStack = { cells: 0, frames: 0, blocks: 0 }

export function measureOperandStack(wasm: Uint8Array): OperandStack {
  const functions = readFunctions(wasm)
  const chains = new Map<number, OperandStack | null>()
  const chainFrom = (index: number): OperandStack => {
    const known = chains.get(index)
    if (known) return known
    if (known === null) throw internalError('A function of the module calls itself.')
    chains.set(index, null)
    const { callees, ...frame } = frameOf(functions, index)
    const chain = plus(frame, callees.map(chainFrom).reduce(larger, frame))
    chains.set(index, chain)
    return chain
  }
  const stack = functions.exported.map(chainFrom).reduce(larger, unknownStack)
  return stack.cells > 0xffff || stack.frames > 0xff || stack.blocks > 0xff ? unknownStack : stack
}

const combine =
  (choose: (a: number, b: number) => number) =>
  (a: OperandStack, b: OperandStack): OperandStack => ({
    cells: choose(a.cells, b.cells),
    frames: choose(a.frames, b.frames),
    blocks: choose(a.blocks, b.blocks),
  })
const larger = combine((a, b) => Math.max(a, b))
const plus = combine((a, b) => a + b)
