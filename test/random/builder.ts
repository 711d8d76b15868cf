// SPDX-License-Identifier: Apache-2.0
// The workbench of the generator: appends nodes and constants to a model, knows each tensor's type, shape and rough
// range of real values (so that the next scale fits), and quantizes and dequantizes in the model's style.
import { allocate, type ElementType, rangeOf, sizeOf } from '../../compiler/ir/types.js'
import type { Random } from '../../compiler/operators/random.js'
import type { Attribute, Initializer, ModelNode } from '../../runtime/oracle/write-model.js'
import type { RandomModel, TensorType } from './model.js'
import type { Style } from './style.js'

const f = Math.fround

export interface Parameters {
  readonly type: 'int8' | 'uint8'
  readonly scale: number
  readonly zeroPoint: number
}

/** A tensor that later layers may read. */
export interface Value {
  readonly name: string
  readonly shape: readonly number[]
  /** Real values lie about here. */
  readonly low: number
  readonly high: number
  /** Of a quantized tensor; null: float32. */
  readonly parameters: Parameters | null
}

export type FloatValue = Value & { readonly parameters: null }
export type QuantizedValue = Value & { readonly parameters: Parameters }

export const isQuantized = (value: Value): value is QuantizedValue => value.parameters !== null

export class Builder {
  readonly random: Random
  readonly style: Style
  readonly nodes: ModelNode[] = []
  readonly initializers: Initializer[] = []
  readonly inputs: string[] = []
  readonly outputs: string[] = []
  readonly tensors = new Map<string, TensorType>()
  /** What layers may read. */
  readonly values: Value[] = []
  readonly #constants = new Map<string, string>()
  readonly #dequantized = new Map<string, FloatValue>()
  readonly #scales: number[] = []

  constructor(random: Random, style: Style) {
    this.random = random
    this.style = style
  }

  chance(probability: number): boolean {
    return this.random.integer(0, 9999) < probability * 10000
  }

  /** An unusual choice, now and then. */
  odd(): boolean {
    return this.chance(this.style.oddity)
  }

  input(type: ElementType, shape: readonly number[]): string {
    const name = this.#fresh('x', type, shape)
    this.inputs.push(name)
    return name
  }

  constant(type: ElementType, shape: readonly number[], numbers: readonly number[]): string {
    const key = `${type} [${shape}] ${numbers.map((n) => (Object.is(n, -0) ? '-0' : n))}`
    const known = this.style.sharedConstants ? this.#constants.get(key) : undefined
    if (known) return known
    const data = allocate(type, sizeOf(shape))
    numbers.forEach((n, i) => {
      data[i] = (data instanceof BigInt64Array ? BigInt(n) : n) as never
    })
    const name = this.#fresh('c', type, shape)
    const tensor = { name, type, shape, data, typed: this.style.typed }
    if (this.style.constantNodes) {
      this.nodes.push({
        operator: 'Constant',
        inputs: [],
        outputs: [name],
        attributes: { value: { tensor } },
      })
    } else this.initializers.push(tensor)
    this.#constants.set(key, name)
    return name
  }

  /** Appends a node with one output and returns the output's name. */
  node(
    operator: string,
    inputs: readonly string[],
    type: ElementType,
    shape: readonly number[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string {
    const name = this.#fresh('t', type, shape)
    this.nodes.push({ operator, inputs, outputs: [name], attributes, domain })
    return name
  }

  /** Appends a node with several outputs of one type and returns their names. */
  splitNode(
    operator: string,
    inputs: readonly string[],
    type: ElementType,
    shapes: readonly (readonly number[])[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain = '',
  ): string[] {
    const names = shapes.map((shape) => this.#fresh('t', type, shape))
    this.nodes.push({ operator, inputs, outputs: names, attributes, domain })
    return names
  }

  /** The same for a node with several outputs, all in the default domain. */
  nodeOf(
    operator: string,
    inputs: readonly string[],
    outputs: readonly TensorType[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string[] {
    const names = outputs.map(({ type, shape }) => this.#fresh('t', type, shape))
    this.nodes.push({ operator, inputs, outputs: names, attributes, domain: '' })
    return names
  }

  float(
    operator: string,
    inputs: readonly string[],
    shape: readonly number[],
    [low, high]: readonly [number, number],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): FloatValue {
    const name = this.node(operator, inputs, 'float32', shape, attributes)
    return { name, shape, low, high, parameters: null }
  }

  /** Scale and zero point for real values in low..high, in the model's style. */
  parameters(low: number, high: number): Parameters {
    const { random, style } = this
    const type = this.odd() ? random.pick(['int8', 'uint8'] as const) : style.activation
    const { min, max } = rangeOf(type)
    const [bottom, top] = [Math.min(low, 0), Math.max(high, 0, low + 1e-6)]
    const isSymmetric = style.zeroPoints === 'symmetric' && !this.odd()
    const width = isSymmetric ? 2 * Math.max(-bottom, top) : top - bottom
    const scale = this.#roundScale(Math.max(width, 1e-4) / 255)
    if (isSymmetric) return { type, scale, zeroPoint: type === 'int8' ? 0 : 128 }
    const fitted = Math.min(max, Math.max(min, Math.round(min - bottom / scale)))
    const isAny = style.zeroPoints === 'any' && random.boolean()
    const zeroPoint = isAny || this.odd() ? random.integer(min, max) : fitted
    return { type, scale, zeroPoint }
  }

  /** For values from 0 on: the zero point is the type's least quantum, so that a Relu in front changes nothing. */
  rectifiedParameters(high: number): Parameters {
    const type = this.style.activation
    return { type, scale: this.#roundScale(Math.max(high, 1e-4) / 255), zeroPoint: rangeOf(type).min }
  }

  #roundScale(wanted: number): number {
    const { random } = this
    const style = this.odd() ? random.pick(['arbitrary', 'power', 'nice'] as const) : this.style.scales
    const power = 2 ** Math.round(Math.log2(wanted))
    let scale = f(wanted * random.float(0.8, 1.25))
    if (style === 'power') scale = power
    if (style === 'nice') scale = f(power * random.pick([1, 1.25, 0.75, 1.5, 0.875]))
    const near = this.#scales.filter((s) => s > wanted / 2 && s < wanted * 2)
    if (style === 'repeated' && near.length > 0) scale = f(random.pick(near) * random.pick([1, 1, 1, 0.5, 2]))
    this.#scales.push(scale)
    return scale
  }

  /** Names of a scale and a zero point constant; '' where the zero point is left out. */
  parameterNames({ type, scale, zeroPoint }: Parameters, mayOmit: boolean): [string, string] {
    const { scaleShape, omitsZeroPoints } = this.style
    const isOne = scaleShape === 'one' || (scaleShape === 'mixed' && this.random.boolean())
    const shape = isOne ? [1] : []
    const scaleName = this.constant('float32', shape, [scale])
    if (mayOmit && zeroPoint === 0 && (omitsZeroPoints || this.odd())) return [scaleName, '']
    return [scaleName, this.constant(type, shape, [zeroPoint])]
  }

  quantize(value: FloatValue, given?: Parameters): QuantizedValue {
    const parameters = given ?? this.parameters(value.low, value.high)
    const { type, scale, zeroPoint } = parameters
    const canName = this.style.opset >= 21 && this.style.domain === ''
    const [scaleName, zeroName] = this.parameterNames(parameters, type === 'uint8' || canName)
    const inputs = [value.name, scaleName, ...(zeroName === '' ? [] : [zeroName])]
    const attributes = zeroName === '' && type === 'int8' ? { output_dtype: 3 } : {}
    const name = this.node('QuantizeLinear', inputs, type, value.shape, attributes, this.style.domain)
    const { min, max } = rangeOf(type)
    const low = Math.max(value.low, (min - zeroPoint) * scale)
    const high = Math.min(value.high, (max - zeroPoint) * scale)
    return { name, shape: value.shape, parameters, low: Math.min(low, high), high: Math.max(low, high) }
  }

  dequantize(value: QuantizedValue): FloatValue {
    const known = this.#dequantized.get(value.name)
    if (known && this.style.sharedDequantize !== this.odd()) return known
    const isWrong = this.style.oddity > 0.1 && this.chance(0.02)
    const parameters = isWrong ? this.parameters(value.low, value.high) : value.parameters
    const matching = { ...parameters, type: value.parameters.type }
    const zero = rangeOf(matching.type)
    const zeroPoint = Math.min(zero.max, Math.max(zero.min, matching.zeroPoint))
    const [scaleName, zeroName] = this.parameterNames({ ...matching, zeroPoint }, true)
    const inputs = [value.name, scaleName, ...(zeroName === '' ? [] : [zeroName])]
    const name = this.node('DequantizeLinear', inputs, 'float32', value.shape, {}, this.style.domain)
    const result = { ...value, name, parameters: null }
    this.#dequantized.set(value.name, result)
    return result
  }

  /** The value as float: dequantized where it is quantized. */
  asFloat(value: Value): FloatValue {
    return isQuantized(value) ? this.dequantize(value) : { ...value, parameters: null }
  }

  /** The value as quanta: quantized where it is float. */
  asQuantized(value: Value): QuantizedValue {
    return isQuantized(value) ? value : this.quantize({ ...value, parameters: null })
  }

  finish(): RandomModel {
    const edge = (name: string) => ({ name, ...this.tensors.get(name)! })
    const { nodes, needed } = this.chance(0.9) ? neededNodes(this.nodes, this.outputs) : { nodes: this.nodes }
    return {
      nodes,
      initializers: this.initializers.filter(({ name }) => needed?.has(name) ?? true),
      inputs: this.inputs.map(edge),
      outputs: this.outputs.map(edge),
      opset: this.style.opset,
      irVersion: this.style.irVersion,
      tensors: this.tensors,
    }
  }

  #fresh(base: string, type: ElementType, shape: readonly number[]): string {
    const name = `${base}${this.tensors.size}`
    this.tensors.set(name, { type, shape })
    return name
  }
}

/** Layers that came to nothing have left nodes behind that nobody reads. */
function neededNodes(nodes: readonly ModelNode[], outputs: readonly string[]) {
  const needed = new Set(outputs)
  const kept: ModelNode[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    for (const name of node.inputs) needed.add(name)
    kept.push(node)
  }
  return { nodes: kept.reverse(), needed }
}
