// SPDX-License-Identifier: Apache-2.0
// What one function takes of an interpreter's operand stack. WebAssembly's own stack is exact. WAMR's fast interpreter turns
// it into registers: constants have a cell each; a local that is still on the stack when it is written, or when a block
// begins, is first copied to a cell of its own; only results of operators take cells of the stack.
import type { OperandStack } from './operand-stack.js'
import { type Cells, type Operator, readOperator, type WasmFunctions } from './wasm-code.js'

export interface Frame extends OperandStack {
  /** Numbers of the functions that it calls. */
  readonly callees: readonly number[]
}

/** WAMR's loader never gives its first register free (2 cells at most), and adds a cell. */
const unaccounted = 3

/** Of a native function's frame. */
const leastNativeCells = 2

export function frameOf(functions: WasmFunctions, index: number): Frame {
  const { parameters, results } = functions.signatures[index]!
  const code = functions.codes[index - functions.imported]
  if (!code) {
    return { cells: Math.max(total(parameters), leastNativeCells), frames: 1, blocks: 0, callees: [] }
  }
  const walk = new Walk(functions, [...parameters, ...code.locals], results)
  while (!code.body.done) walk.step(readOperator(code.body))
  return {
    cells: total(parameters) + total(code.locals) + walk.cells(),
    frames: 1,
    blocks: walk.mostBlocks,
    callees: [...walk.callees],
  }
}

const total = (cells: readonly number[]) => cells.reduce((sum, one) => sum + one, 0)

/** On the operand stack. `local`: it is that local's value, not yet copied; `isRegister`: it is an operator's result. */
interface Value {
  readonly cells: Cells
  local: number | null
  readonly isRegister: boolean
}

interface Block {
  readonly height: number
  readonly results: readonly Cells[]
}

class Walk {
  readonly callees = new Set<number>()
  mostBlocks = 1
  readonly #functions: WasmFunctions
  readonly #locals: readonly Cells[]
  readonly #constants = new Map<string, Cells>()
  readonly #blocks: Block[]
  #stack: Value[] = []
  #copied = 0
  #mostOperands = 0
  #mostRegisters = 0

  constructor(functions: WasmFunctions, locals: readonly Cells[], results: readonly Cells[]) {
    this.#functions = functions
    this.#locals = locals
    this.#blocks = [{ height: 0, results }]
  }

  /** Besides parameters and locals: what the more demanding kind of interpreter needs. */
  cells(): number {
    const registers = total([...this.#constants.values()]) + this.#copied + this.#mostRegisters + unaccounted
    return Math.max(this.#mostOperands, registers)
  }

  step(operator: Operator): void {
    switch (operator.kind) {
      case 'block':
      case 'loop':
      case 'if':
        this.#enter(operator.kind === 'if', operator.results)
        break
      case 'else':
        this.#cut()
        break
      case 'end':
        this.#leaveBlock()
        break
      case 'leave':
        this.#take(operator.takes)
        this.#cut()
        break
      case 'branch-if':
      case 'drop':
        this.#take(1)
        break
      case 'local.get':
      case 'local.set':
      case 'local.tee':
        this.#local(operator.kind, operator.local)
        break
      default:
        this.#compute(operator)
    }
  }

  #compute(operator: Operator): void {
    switch (operator.kind) {
      case 'nop':
        break
      case 'select':
        this.#select()
        break
      case 'call':
        this.#call(operator.callee)
        break
      case 'const':
        this.#constants.set(operator.key, operator.cells)
        this.#push({ cells: operator.cells, local: null, isRegister: false })
        break
      case 'plain':
        this.#take(operator.takes)
        if (operator.leaves > 0) this.#push(register(operator.leaves as Cells))
        break
    }
  }

  #enter(isIf: boolean, results: readonly Cells[]): void {
    // The condition as well.
    for (const { local } of this.#stack) if (local !== null) this.#copy(local)
    if (isIf) this.#take(1)
    this.#blocks.push({ height: this.#stack.length, results })
    this.mostBlocks = Math.max(this.mostBlocks, this.#blocks.length)
  }

  #leaveBlock(): void {
    const { height, results } = this.#blocks.pop()!
    this.#stack.length = height
    for (const cells of results) this.#push(register(cells))
  }

  #select(): void {
    this.#take(2)
    const cells = this.#stack.at(-1)?.cells ?? 1
    this.#take(1)
    this.#push(register(cells))
  }

  #call(callee: number): void {
    const { parameters, results } = this.#functions.signatures[callee]!
    this.callees.add(callee)
    this.#take(parameters.length)
    for (const cells of results) this.#push(register(cells))
  }

  /** The value that is written may itself stand for the local, and is copied then too. tee leaves it as it is. */
  #local(kind: 'local.get' | 'local.set' | 'local.tee', local: number): void {
    if (kind === 'local.get') this.#push({ cells: this.#locals[local]!, local, isRegister: false })
    else this.#copy(local)
    if (kind === 'local.set') this.#take(1)
  }

  #copy(local: number): void {
    const held = this.#stack.filter((value) => value.local === local)
    for (const value of held) value.local = null
    if (held.length > 0) this.#copied += this.#locals[local]!
  }

  #push(value: Value): void {
    this.#stack.push(value)
    this.#mostOperands = Math.max(this.#mostOperands, total(this.#stack.map(({ cells }) => cells)))
    const registers = this.#stack.filter(({ isRegister }) => isRegister).map(({ cells }) => cells)
    this.#mostRegisters = Math.max(this.#mostRegisters, total(registers))
  }

  /** Behind a branch that is always taken a block has no values: whatever follows is never reached. */
  #take(count: number): void {
    const { height } = this.#blocks.at(-1) ?? { height: 0 }
    this.#stack.length = Math.max(height, this.#stack.length - count)
  }

  /** Forgets the values of the innermost block. */
  #cut(): void {
    this.#stack.length = this.#blocks.at(-1)!.height
  }
}

const register = (cells: Cells): Value => ({ cells, local: null, isRegister: true })
