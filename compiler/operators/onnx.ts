// SPDX-License-Identifier: Apache-2.0
// What an ONNX operator is to the front end: which attributes it takes, its type rule, its value on constants,
// how the reference fuses it, and how it becomes Caplet's own operators. One object per ONNX operator, in the
// folder of the Caplet operator that it turns into (operators/<folder>/onnx.ts).
import type { ErrorName } from '../errors/catalogue.js'
import { CapletError } from '../errors.js'
import type { Node } from '../ir/graph.js'
import type { Constant, ElementType, Quantization } from '../ir/types.js'
import type { Conversion } from '../passes/convert/conversion.js'

export interface TensorType {
  readonly type: ElementType
  readonly shape: readonly number[]
}

export type AttributeKind = 'int' | 'ints' | 'float' | 'floats' | 'string' | 'strings' | 'tensor'

/** A node with its input types and constants at hand; typed access to attributes. */
export class OnnxNode {
  readonly node: Node
  readonly opset: number
  readonly #types: (name: string) => TensorType | undefined
  readonly #constants: (name: string) => Constant | undefined

  constructor(
    node: Node,
    opset: number,
    types: (name: string) => TensorType | undefined,
    constants: (name: string) => Constant | undefined,
  ) {
    this.node = node
    this.opset = opset
    this.#types = types
    this.#constants = constants
  }

  has(input: number): boolean {
    return (this.node.inputs[input] ?? '') !== ''
  }

  type(input: number): TensorType {
    const type = this.has(input) ? this.#types(this.node.inputs[input]!) : undefined
    if (!type)
      throw this.error('malformed-model', `Input ${input} is missing`, 'Check the model with onnx.checker.')
    return type
  }

  shape(input: number): readonly number[] {
    return this.type(input).shape
  }

  constant(input: number): Constant | undefined {
    return this.has(input) ? this.#constants(this.node.inputs[input]!) : undefined
  }

  /** The constant behind an input that must be known at compile time. */
  required(input: number, what: string): Constant {
    const constant = this.constant(input)
    if (constant) return constant
    throw this.error(
      'not-constant',
      `${what} (input ${input}) is computed at run time`,
      `Make ${what} an initializer or a Constant: shapes, axes, scales, zero points and weights must be known at compile time.`,
    )
  }

  /** A constant list of integers, e.g. axes or a shape. */
  integers(input: number, what: string): number[] {
    return Array.from(this.required(input, what).data as ArrayLike<number | bigint>, Number)
  }

  int(name: string, fallback: number): number {
    const value = this.node.attributes[name]
    return value === undefined ? fallback : (value as number)
  }

  ints(name: string): number[] | undefined {
    return this.node.attributes[name] as number[] | undefined
  }

  float(name: string, fallback: number): number {
    const value = this.node.attributes[name]
    return Math.fround(value === undefined ? fallback : (value as number))
  }

  string(name: string, fallback: string): string {
    const value = this.node.attributes[name]
    return value === undefined ? fallback : (value as string)
  }

  /** An axis attribute as 0..rank-1. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw this.error(
        'malformed-model',
        `Axis ${value} is outside a tensor of rank ${rank}`,
        'Correct the axis.',
      )
    }
    return axis
  }

  error(code: ErrorName, message: string, remedy: string, attribute?: string): CapletError {
    const { name, operator } = this.node
    return new CapletError({ code, message, remedy, node: name, operator, attribute })
  }
}

/** Quantization of one end of a group: constant scalar parameters and the 8-bit type. */
export interface GroupEnd {
  readonly quantization: Quantization
  readonly type: ElementType
  readonly hasZeroPoint: boolean
  /** Names of the scale and zero point tensors, '' where absent. */
  readonly scaleName: string
  readonly zeroPointName: string
  /** The quantized tensor. */
  readonly tensor: string
}

/** One DequantizeLinear in front of a node; scale and zero point may be per axis. */
export interface DequantizedInput {
  readonly tensor: string
  readonly scaleName: string
  readonly zeroPointName: string
  readonly type: ElementType
  readonly axis: number
  readonly isPerAxis: boolean
  /** Its scales, where they are constant float32. */
  readonly scales: Float32Array | null
}

/** DQ* -> node -> Q, as the reference's selectors see it. */
export interface QuantizedGroup {
  /** One per input of the node: what it is dequantized from, undefined for an input that no DQ feeds. */
  readonly inputs: readonly (DequantizedInput | undefined)[]
  /** The QuantizeLinear behind the node; null where the node's result stays float. */
  readonly output: {
    readonly type: ElementType
    readonly scaleName: string
    readonly zeroPointName: string
  } | null
}

export interface FusedNode {
  readonly operator: string
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, unknown>>
}

/** What an operator took in earlier operator sets. */
export interface EarlierForm {
  /** The last operator set with this form. */
  readonly until: number
  readonly inputs: readonly [minimum: number, maximum: number]
  readonly attributes: Readonly<Record<string, AttributeKind>>
  /** Inputs and attributes of the newest form; a constant stands for an input. Absent: the same. */
  upgrade?(node: OnnxNode): {
    readonly inputs: readonly (string | Constant)[]
    readonly attributes: Node['attributes']
  }
}

export interface OnnxOperator {
  /** With its domain where that is not the default one: "com.microsoft.QLinearAdd". */
  readonly name: string
  readonly inputs: readonly [minimum: number, maximum: number]
  readonly attributes: Readonly<Record<string, AttributeKind>>
  readonly earlier?: readonly EarlierForm[]
  infer(node: OnnxNode): TensorType[]
  /** Value on constants. Absent: never computed at compile time on its own. */
  evaluate?(node: OnnxNode, inputs: readonly Constant[]): Constant[]
  /** Value that depends on the inputs' types alone (Shape). */
  evaluateFromTypes?(node: OnnxNode): Constant[]
  /** Emits Caplet's operators for it. Absent: only ever a constant. */
  convert?(node: OnnxNode, conversion: Conversion): void
  /** The reference copies Q/DQ pairs past it (QDQ propagation). */
  readonly propagatesQuantization?: boolean
  /** Between DQ and Q of equal parameters the reference runs it on the quanta. */
  readonly runsOnQuanta?: boolean
  /** The first operator set in which the reference does these two; default: all. */
  readonly onQuantaSince?: number
  /** From this operator set on it exists for 8-bit integers; below, the reference makes a node that it does not load. */
  readonly quantaKernelSince?: number
  /** Same elements in another arrangement: a quantized edge is seen through it. */
  readonly isCopy?: boolean
  /** Relu and Clip: the range it clamps to; null where it is not constant. */
  clamp?(node: OnnxNode): { readonly min: number; readonly max: number } | null
  /** The quantized operator that the reference makes of the group, or null where it leaves it in float. */
  fuse?(node: OnnxNode, group: QuantizedGroup): FusedNode | null
}

export const int64s = (values: readonly number[]): Constant => ({
  type: 'int64',
  shape: [values.length],
  data: BigInt64Array.from(values, BigInt),
})

export const float32Scalar = (value: number): Constant => ({
  type: 'float32',
  shape: [],
  data: Float32Array.of(value),
})

/** numpy broadcasting. */
export function broadcast(a: readonly number[], b: readonly number[], node: OnnxNode): number[] {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let i = 0; i < rank; i++) {
    const da = a[a.length - rank + i] ?? 1
    const db = b[b.length - rank + i] ?? 1
    if (da !== db && da !== 1 && db !== 1) {
      throw node.error(
        'malformed-model',
        `Shapes [${a}] and [${b}] do not broadcast`,
        'Correct the shapes: dimensions must be equal or 1.',
      )
    }
    shape.push(da === 1 ? db : da)
  }
  return shape
}
