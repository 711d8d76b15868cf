// SPDX-License-Identifier: Apache-2.0
// The workbench of step 4's second half: ONNX nodes in, Caplet's own operators out. Holds what each ONNX tensor
// has become, and emits nodes; an operator's `convert` (operators/<folder>/onnx.ts) is written against it.
import { CapletError, type Problem } from '../../errors.js'
import type { OnnxGraph } from '../../import/onnx.js'
import type { Node, State, Tensor } from '../../ir/graph.js'
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import type { Constant, ElementType, Quantization, QuantizedType } from '../../ir/types.js'
import { isNibbleType, isQuantizedType, keptAs } from '../../ir/types.js'
import type { OnnxNode } from '../../operators/onnx.js'
import { ConstantFloat, GridFloat, StoredFloat } from './floats.js'
import type { FloatValue, Grid, IntegerValue, Value, WideQuanta } from './values.js'

export interface EmittedOutput {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly name?: string
}

/** What becomes of sums of products that the reference leaves in float; default: refused. */
export interface FloatSumOptions {
  /** They are compiled to float32, in the reference's order. */
  readonly floatIslands: boolean
  /** Those with an integer form stay in integers: the contract `integer`. */
  readonly keepsIntegers: boolean
}

export class Conversion {
  readonly nodes: Node[] = []
  readonly tensors = new Map<string, Tensor>()
  /** Values that live from one run to the next. */
  readonly states: State[] = []
  readonly problems: Problem[] = []
  readonly #values = new Map<string, Value | null>()
  /** Float tensors that come from a refused sum. */
  readonly #behindFloatSum = new Set<string>()
  readonly #names = new Set<string>()
  readonly graph: OnnxGraph
  readonly sums: FloatSumOptions
  /** What the user should know of the result. */
  readonly notes: string[] = []
  /** Name of the ONNX node being converted: emitted nodes are called after it. */
  current = ''

  constructor(graph: OnnxGraph, sums: Partial<FloatSumOptions> = {}) {
    this.graph = graph
    this.sums = { floatIslands: false, keepsIntegers: false, ...sums }
    for (const name of graph.tensors.keys()) this.#names.add(name)
  }

  /** Appends a node with one output and returns the output's name (`output`, or a fresh one). */
  emit<Name extends OperatorName>(
    operator: Name,
    inputs: readonly string[],
    output: EmittedOutput,
    attributes: OperatorAttributes[Name],
  ): string {
    return this.emitAll(operator, inputs, [output], attributes)[0]!
  }

  /** The same for a node with several outputs. */
  emitAll<Name extends OperatorName>(
    operator: Name,
    inputs: readonly string[],
    outputs: readonly EmittedOutput[],
    attributes: OperatorAttributes[Name],
  ): string[] {
    const label = this.current || 'graph'
    const names = outputs.map((output) => {
      const name =
        output.name && !this.tensors.has(output.name) ? output.name : this.fresh(`${label}/${operator}`)
      this.#names.add(name)
      this.tensors.set(name, { name, type: output.type, shape: [...output.shape] })
      return name
    })
    this.nodes.push({
      name: this.fresh(label),
      operator,
      inputs: [...inputs],
      outputs: names,
      attributes: attributes as unknown as Node['attributes'],
    })
    return names
  }

  /** A name that nothing else has. */
  fresh(base: string): string {
    let name = base
    for (let i = 2; this.#names.has(name); i++) name = `${base}.${i}`
    this.#names.add(name)
    return name
  }

  /** A graph input that stands in memory. */
  addInput(name: string, type: ElementType, shape: readonly number[]): string {
    this.tensors.set(name, { name, type, shape: [...shape] })
    return name
  }

  /** A tensor with what the run before left behind: `keep` says what that is. Returns its name, `wanted` or a fresh one. */
  addState(wanted: string, type: ElementType, shape: readonly number[]): string {
    const name = this.tensors.has(wanted) ? this.fresh(wanted) : wanted
    this.#names.add(name)
    this.tensors.set(name, { name, type, shape: [...shape] })
    return name
  }

  keep(state: State): void {
    this.states.push(state)
  }

  define(name: string, value: Value): void {
    if (name !== '') this.#values.set(name, value)
  }

  /**
   * The node failed: whatever depends on it is passed over, so that only real causes are reported. Behind a float sum the
   * conversion goes on with a stand-in for its result, so that every float sum of a model is named at once; other problems
   * there may be gone as soon as the sum is quantized.
   */
  poison(node: Node, error: unknown): void {
    if (!(error instanceof CapletError)) throw error
    const isSum = error.problems.every(({ code }) => code === 'float-sum')
    const isBehind = this.#isBehindFloatSum(node)
    if (isSum || !isBehind) this.problems.push(...error.problems)
    this.poisonOutputs(node)
    if (!isSum && !isBehind) return
    for (const output of node.outputs) {
      const { type, shape } = this.graph.tensors.get(output)!
      if (type !== 'float32') continue
      this.define(output, this.stored(shape, this.addInput(this.fresh(output), 'float32', shape)))
      this.#behindFloatSum.add(output)
    }
  }

  /** After a node that did not fail. */
  passOn(node: Node): void {
    if (node.operator.endsWith('QuantizeLinear') || !this.#isBehindFloatSum(node)) return
    for (const output of node.outputs) this.#behindFloatSum.add(output)
  }

  #isBehindFloatSum(node: Node): boolean {
    return node.inputs.some((input) => this.#behindFloatSum.has(input))
  }

  poisonOutputs(node: Node): void {
    for (const output of node.outputs) if (output) this.#values.set(output, null)
  }

  isPoisoned(node: Node): boolean {
    return node.inputs.some((input) => this.#values.get(input) === null)
  }

  value(name: string): Value {
    const known = this.#values.get(name)
    if (known) return known
    const constant = this.graph.tensors.get(name)?.constant
    if (!constant) throw new Error(`tensor ${name} has no value yet`)
    const value: Value = { kind: 'constant', shape: constant.shape, constant }
    this.#values.set(name, value)
    return value
  }

  /** An input as an integer tensor in memory (a constant is placed there). */
  integer(node: OnnxNode, input: number): IntegerValue {
    const name = node.node.inputs[input]!
    const value = this.value(name)
    if (value.kind === 'integer') return value
    if (value.kind === 'constant' && value.constant.type !== 'float32') {
      const { shape } = value.constant
      const type = isNibbleType(value.constant.type) ? keptAs(value.constant.type) : value.constant.type
      const tensor = this.emit('constant', [], { type, shape }, { value: { ...value.constant, type } })
      return { kind: 'integer', type, shape, tensor }
    }
    throw node.error(
      'unsupported-feature',
      `Input ${input} is float where a quantized tensor is expected`,
      'Quantize it (QuantizeLinear in front of it).',
    )
  }

  /** An 8-bit input. */
  quantizedInput(node: OnnxNode, input: number): IntegerValue & { readonly type: QuantizedType } {
    const value = this.integer(node, input)
    if (isQuantizedType(value.type)) return { ...value, type: value.type }
    throw node.error(
      'unsupported-type',
      `Input ${input} has type ${value.type}`,
      'Quantize activations to int8 or uint8.',
    )
  }

  /** An input as a described float tensor. */
  float(node: OnnxNode, input: number): FloatValue {
    const value = this.value(node.node.inputs[input]!)
    if (value.kind === 'float') return value
    if (value.kind === 'constant' && value.constant.type === 'float32') {
      return new ConstantFloat(this, value.constant)
    }
    throw node.error(
      'unsupported-type',
      `Input ${input} is ${value.kind === 'constant' ? value.constant.type : value.type} where float is expected`,
      'Give it float32.',
    )
  }

  /** Value of an input known at compile time, or undefined. */
  constant(node: OnnxNode, input: number): Constant | undefined {
    if (!node.has(input)) return undefined
    const value = this.value(node.node.inputs[input]!)
    return value.kind === 'constant' ? value.constant : undefined
  }

  requiredConstant(node: OnnxNode, input: number, what: string): Constant {
    const constant = this.constant(node, input)
    if (constant) return constant
    throw node.error(
      'not-constant',
      `${what} (input ${input}) is computed at run time`,
      `Make ${what} an initializer: weights, scales and zero points must be known at compile time.`,
    )
  }

  /** DQ of a tensor, or any other function of each of its elements. */
  grid(shape: readonly number[], grid: Grid): FloatValue {
    return new GridFloat(this, shape, grid)
  }

  stored(shape: readonly number[], tensor: string): FloatValue {
    return new StoredFloat(this, shape, tensor)
  }

  /** DQ of 16-bit quanta. */
  wide(shape: readonly number[], wide: WideQuanta): FloatValue {
    const { tensor, scale, zeroPoint } = wide
    const attributes = { scales: Float32Array.of(scale), zeroPoints: [zeroPoint], axis: null }
    const real = this.emit('dequantize', [tensor], { type: 'float32', shape }, attributes)
    return new StoredFloat(this, shape, real, wide)
  }
}

export type { Quantization }
