// SPDX-License-Identifier: Apache-2.0
// What a TensorFlow Lite operator is to the front end: how it becomes Caplet's own operators. One object per operator,
// in the folder of the Caplet operator that it turns into (operators/<folder>/tflite.ts), listed in tflite-list.ts.
import type { ErrorName } from '../errors/catalogue.js'
import { CapletError } from '../errors.js'
import type { TensorQuantization, TfliteModel } from '../import/tflite.js'
import type { Node, Tensor } from '../ir/graph.js'
import type { Constant, ElementType, Quantization } from '../ir/types.js'
import type { TfliteConversion } from '../passes/tflite/conversion.js'

export interface TfliteOperator {
  /** As the schema spells it: CONV_2D. */
  readonly name: string
  readonly inputs: readonly [minimum: number, maximum: number]
  /** The input that may be stored as int4, where input 0 is int8. */
  readonly int4?: number
  convert(node: TfliteNode, conversion: TfliteConversion): void
}

const converted = 'Convert the model again with the TensorFlow Lite converter.'
const integers = 'Convert the model with full integer quantization: int8 activations and weights.'

/** A node with its tensors and their quantization at hand. */
export class TfliteNode {
  readonly node: Node
  readonly #model: TfliteModel
  readonly #named: Node

  /** Problems name the node itself, or the one that it belongs to. */
  constructor(node: Node, model: TfliteModel, named = node) {
    this.node = node
    this.#model = model
    this.#named = named
  }

  has(input: number): boolean {
    return (this.node.inputs[input] ?? '') !== ''
  }

  input(index: number): Tensor {
    const tensor = this.has(index) ? this.#model.tensors.get(this.node.inputs[index]!) : undefined
    if (!tensor) throw this.malformed(`Input ${index} is missing`)
    return tensor
  }

  output(index = 0): Tensor {
    const tensor = this.#model.tensors.get(this.node.outputs[index] ?? '')
    if (!tensor) throw this.malformed(`Output ${index} is missing`)
    return tensor
  }

  isInt4(input: number): boolean {
    return this.#model.int4.has(this.node.inputs[input] ?? '')
  }

  int(option: string): number {
    return this.node.attributes[option] as number
  }

  flag(option: string): boolean {
    return this.node.attributes[option] as boolean
  }

  text(option: string): string {
    return this.node.attributes[option] as string
  }

  /** Scales as they stand in the file, checked. */
  scales(tensor: Tensor): TensorQuantization {
    const quantization = this.#model.quantization.get(tensor.name)
    if (!quantization) {
      throw this.error(
        'unsupported-type',
        `Tensor "${tensor.name}" is ${tensor.type}, but not quantized`,
        integers,
      )
    }
    const wrong = quantization.scales.find((scale) => !(scale > 0 && Number.isFinite(scale)))
    if (wrong === undefined) return quantization
    throw this.error(
      'invalid-scale',
      `Tensor "${tensor.name}" has the scale ${wrong}; a scale must be a positive finite number`,
      'Calibrate and convert the model again.',
    )
  }

  /** The one scale and zero point of an activation; its zero point is a value of its type. */
  quantization(tensor: Tensor): Quantization {
    const { scales, zeroPoints } = this.scales(tensor)
    if (scales.length !== 1) {
      throw this.error(
        'per-axis-activation',
        `Tensor "${tensor.name}" has ${scales.length} scales`,
        'Quantize activations per tensor.',
      )
    }
    const limit = { int8: 128, uint8: 256, int16: 32768, int32: 2 ** 31 }[tensor.type as string]
    const zeroPoint = zeroPoints[0]!
    const least = tensor.type === 'uint8' ? 0 : -(limit ?? 0)
    if (limit !== undefined && (zeroPoint < least || zeroPoint >= limit)) {
      throw this.malformed(`Tensor "${tensor.name}" has the zero point ${zeroPoint}`)
    }
    return { scale: scales[0]!, zeroPoint }
  }

  quantizationOrNull(tensor: Tensor): Quantization | null {
    return this.#model.quantization.has(tensor.name) ? this.quantization(tensor) : null
  }

  /** Whether two tensors have the same quanta for the same values. */
  requireEqualQuantization(a: Tensor, b: Tensor): void {
    const [left, right] = [this.quantization(a), this.quantization(b)]
    if (left.scale === right.scale && left.zeroPoint === right.zeroPoint) return
    throw this.error(
      'inconsistent-quantization',
      `"${a.name}" has scale ${left.scale} and zero point ${left.zeroPoint}, but "${b.name}" ${right.scale} and ${right.zeroPoint}; TFLite Micro moves or compares the quanta as they are`,
      'Convert the model so that both have the same quantization.',
    )
  }

  /** Refuses other types by name. */
  requireType(tensor: Tensor, ...types: readonly ElementType[]): void {
    if (types.includes(tensor.type)) return
    const remedy =
      tensor.type === 'uint8'
        ? 'TFLite Micro has no kernels for uint8 networks of TensorFlow 1: convert the original model anew, to int8.'
        : integers
    throw this.error(
      'unsupported-type',
      `Tensor "${tensor.name}" has type ${tensor.type}; this operator takes ${types.join(', ')}`,
      remedy,
    )
  }

  requireShape(tensor: Tensor, expected: readonly number[]): void {
    const { shape } = tensor
    if (shape.length === expected.length && shape.every((length, axis) => length === expected[axis])) return
    throw this.malformed(
      `Tensor "${tensor.name}" has the shape [${shape}], but the operator gives [${expected}]`,
    )
  }

  requireRank(tensor: Tensor, rank: number): void {
    if (tensor.shape.length === rank) return
    throw this.malformed(
      `Tensor "${tensor.name}" has the shape [${tensor.shape}] instead of ${rank} dimensions`,
    )
  }

  constant(input: number, what: string): Constant {
    const { constant } = this.input(input)
    if (constant) return constant
    throw this.error(
      'not-constant',
      `${what} (input ${input}) is computed at run time`,
      `${what} must be known at compile time: make it a constant of the model.`,
    )
  }

  /** A constant list of integers, such as axes. */
  integers(input: number, what: string): number[] {
    const { type, data } = this.constant(input, what)
    if (type !== 'int32' && type !== 'int64') {
      throw this.error('unsupported-type', `${what} has type ${type} instead of int32`, converted)
    }
    return Array.from(data as ArrayLike<number | bigint>, Number)
  }

  /** An axis as 0..rank-1. */
  axis(value: number, rank: number): number {
    const axis = value < 0 ? value + rank : value
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw this.malformed(`Axis ${value} is outside a tensor of ${rank} dimensions`)
    }
    return axis
  }

  malformed(message: string): CapletError {
    return this.error('malformed-model', message, converted)
  }

  refused(message: string, remedy: string): CapletError {
    return this.error('reference-refuses', message, remedy)
  }

  error(code: ErrorName, message: string, remedy: string, attribute?: string): CapletError {
    const { name, operator } = this.#named
    return new CapletError({ code, message, remedy, node: name, operator, attribute })
  }
}
