// SPDX-License-Identifier: Apache-2.0
// Builds one model out of many small graphs, in one of the two forms that onnxruntime.quantization writes: QDQ (float
// operators between DequantizeLinear and QuantizeLinear) or QOperator (operators on 8-bit tensors).
import type { Random } from '../../compiler/operators/random.js'
import {
  type Attribute,
  type Initializer,
  type ModelNode,
  writeModel,
} from '../../runtime/oracle/write-model.js'

export type Form = 'qdq' | 'qoperator'
export type QuantizedType = 'int8' | 'uint8'
export type Attributes = Readonly<Record<string, Attribute>>

const microsoft = 'com.microsoft'

export interface Quantum {
  readonly scale: number
  readonly zeroPoint: number
}

/** A quantized activation: its 8-bit tensor, and the names of its parameters. */
export interface Activation extends Quantum {
  readonly tensor: string
  readonly scaleName: string
  readonly zeroPointName: string
}

/** A float or int64 result that no QuantizeLinear follows. */
export interface Plain {
  readonly plain: string
  readonly type: 'float32' | 'int64'
}

export interface ModelOutput {
  readonly name: string
  /** null: float or int64. */
  readonly quantum: Quantum | null
}

export interface Layer {
  readonly attributes?: Attributes
  /** Real values that the result's quanta cover. */
  readonly range?: readonly [number, number]
  /** In QOperator form: the name of the operator on quanta; none: dequantized, computed in float, quantized. */
  readonly linear?: string
  /** Of the operator on quanta alone. */
  readonly linearAttributes?: Attributes
  /** Further inputs that carry no quanta. */
  readonly parameters?: readonly string[]
}

export class ModelBuilder {
  readonly form: Form
  readonly type: QuantizedType
  readonly random: Random
  readonly outputs: ModelOutput[] = []
  readonly nodes: ModelNode[] = []
  readonly #initializers: Initializer[] = []
  readonly #edges: { name: string; type: string; shape: readonly number[] | null }[] = []
  #names = 0
  /** Domain of the Q and DQ written next. */
  domain = ''
  /** Shape of the activations' scales and zero points: [] or [1]. */
  scaleShape: readonly number[] = []

  constructor(form: Form, type: QuantizedType, random: Random) {
    this.form = form
    this.type = type
    this.random = random
  }

  model(): Uint8Array {
    const outputs = new Set(this.outputs.map(({ name }) => name))
    return writeModel({
      nodes: this.nodes,
      inputs: this.#edges.filter(({ name }) => !outputs.has(name)),
      outputs: this.#edges.filter(({ name }) => outputs.has(name)),
      initializers: this.#initializers,
    })
  }

  fresh(prefix: string): string {
    return `${prefix}_${this.#names++}`
  }

  initializer(type: string, shape: readonly number[], data: Initializer['data']): string {
    const name = this.fresh('constant')
    this.#initializers.push({ name, type, shape, data })
    return name
  }

  floats(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.initializer('float32', shape, Float32Array.from(values))
  }

  int64s(values: readonly number[], shape: readonly number[] = [values.length]): string {
    return this.initializer('int64', shape, BigInt64Array.from(values, BigInt))
  }

  quanta(values: readonly number[], shape: readonly number[], type: QuantizedType = this.type): string {
    return this.initializer(type, shape, type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values))
  }

  node(operator: string, inputs: readonly string[], attributes: Attributes = {}, domain = ''): string {
    const output = this.fresh(operator)
    this.nodes.push({ operator, domain, inputs, outputs: [output], attributes })
    return output
  }

  /** A float input and its QuantizeLinear. */
  input(shape: readonly number[], range: readonly [number, number] = [-2.1, 1.7]): Activation {
    const name = this.fresh('input')
    this.#edges.push({ name, type: 'float32', shape })
    return this.quantize(name, this.quantum(range))
  }

  /** Scale and zero point that cover about these values; scales are arbitrary, or short, so that ties occur. */
  quantum([low, high]: readonly [number, number]): Quantum {
    const exact = ((high - low) / 255) * this.random.float(0.9, 1.1)
    const scale = this.random.boolean() ? Math.fround(exact) : 2 ** Math.round(Math.log2(exact))
    const lowest = this.type === 'int8' ? -128 : 0
    const zeroPoint = Math.max(lowest, Math.min(lowest + 255, Math.round(lowest - low / scale)))
    return { scale, zeroPoint: zeroPoint + 0 } // never -0
  }

  parameters({ scale, zeroPoint }: Quantum): Pick<Activation, 'scaleName' | 'zeroPointName'> {
    const shape = this.scaleShape
    return { scaleName: this.floats([scale], shape), zeroPointName: this.quanta([zeroPoint], shape) }
  }

  quantize(float: string, quantum: Quantum): Activation {
    const names = this.parameters(quantum)
    const inputs = [float, names.scaleName, names.zeroPointName]
    return { tensor: this.node('QuantizeLinear', inputs, {}, this.domain), ...quantum, ...names }
  }

  dequantize({ tensor, scaleName, zeroPointName }: Activation): string {
    return this.node('DequantizeLinear', [tensor, scaleName, zeroPointName], {}, this.domain)
  }

  /** A layer whose result has a quantization of its own, of one or several activations. */
  layer(operator: string, inputs: readonly Activation[], layer: Layer = {}): Activation {
    const quantum = this.quantum(layer.range ?? [-2.3, 2.2])
    if (this.form === 'qdq' || layer.linear === undefined) {
      return this.quantize(this.floatLayer(operator, inputs, layer), quantum)
    }
    const names = this.parameters(quantum)
    const ends = inputs.flatMap((x) => [x.tensor, x.scaleName, x.zeroPointName])
    const own = [names.scaleName, names.zeroPointName]
    const ordered = layer.linear === 'QLinearConcat' ? [...own, ...ends] : [...ends, ...own]
    const attributes = { ...layer.attributes, ...layer.linearAttributes }
    return { tensor: this.node(layer.linear, ordered, attributes, microsoft), ...quantum, ...names }
  }

  /** The float operator on dequantized inputs; nothing behind it. */
  floatLayer(operator: string, inputs: readonly Activation[], layer: Layer = {}): string {
    const floats = inputs.map((x) => this.dequantize(x))
    return this.node(operator, [...floats, ...(layer.parameters ?? [])], layer.attributes ?? {})
  }

  /** A layer that keeps the quantization: on the 8-bit tensor itself in QOperator form. */
  copy(operator: string, x: Activation, layer: Pick<Layer, 'attributes' | 'parameters'> = {}): Activation {
    if (this.form === 'qoperator') {
      const inputs = [x.tensor, ...(layer.parameters ?? [])]
      return { ...x, tensor: this.node(operator, inputs, layer.attributes ?? {}) }
    }
    const float = this.floatLayer(operator, [x], layer)
    return {
      ...x,
      tensor: this.node('QuantizeLinear', [float, x.scaleName, x.zeroPointName], {}, this.domain),
    }
  }

  /** The graph's output: dequantized, as the quantizer leaves it. */
  output(result: Activation | Plain): void {
    const isPlain = 'plain' in result
    const name = isPlain ? result.plain : this.dequantize(result)
    this.#edges.push({ name, type: isPlain ? result.type : 'float32', shape: null })
    this.outputs.push({ name, quantum: isPlain ? null : result })
  }
}
