// SPDX-License-Identifier: Apache-2.0
// The workbench of step 4 for TensorFlow Lite: nodes of the file in, Caplet's own operators out. The file's images are
// [N, H, W, C], Caplet's convolutions and pools take [N, C, ...]: a transpose stands between, which is a view, since
// both lie in memory channels last.
import { CapletError } from '../../errors.js'
import type { TfliteModel } from '../../import/tflite.js'
import type { Tensor } from '../../ir/graph.js'
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import { type ElementType, isQuantizedType, type Quantization, type QuantumType } from '../../ir/types.js'
import type { TfliteNode } from '../../operators/tflite.js'
import { Conversion } from '../convert/conversion.js'
import { dequantizeTable } from '../convert/tables.js'
import { filled, Variables } from './variables.js'

/** Until October 2026 TFLite Micro formed ten operators' multipliers in float32. */
export type TfliteMultipliers = 'float64' | 'float32'

/** A float32 tensor of the model that is DQ of an integer tensor. */
export interface Dequantized {
  readonly type: QuantumType
  readonly tensor: string
  readonly quantization: Quantization
}

interface Output {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly name?: string
}

export class TfliteConversion {
  readonly builder: Conversion
  readonly variables: Variables
  readonly model: TfliteModel
  readonly multipliers: TfliteMultipliers
  /** Caplet's tensors, in the file's order of dimensions and with channels first. */
  readonly #stored = new Map<string, string>()
  readonly #channelsFirst = new Map<string, string>()
  readonly #dequantized = new Map<string, Dequantized>()
  readonly #opened = new Set<string>()

  constructor(model: TfliteModel, multipliers: TfliteMultipliers) {
    this.model = model
    this.multipliers = multipliers
    this.builder = new Conversion({ ...model, opset: 0 })
    this.variables = new Variables(this.builder)
  }

  emit<Name extends OperatorName>(
    operator: Name,
    inputs: readonly string[],
    output: Output,
    attributes: OperatorAttributes[Name],
  ): string {
    return this.builder.emit(operator, inputs, output, attributes)
  }

  /** The node whose only result is this tensor of the model. */
  emitOutput<Name extends OperatorName>(
    operator: Name,
    inputs: readonly string[],
    { name, type, shape }: Tensor,
    attributes: OperatorAttributes[Name],
  ): void {
    this.define(name, this.emit(operator, inputs, { type, shape, name }, attributes))
  }

  /** A function of each element: where the input stands channels first, so does the output, and nothing is between. */
  emitElementwise(
    input: Tensor,
    { name, type, shape }: Tensor,
    emit: (tensor: string, output: Output) => string,
  ): void {
    const first = this.#channelsFirst.get(input.name)
    if (first === undefined || this.#stored.has(input.name)) {
      this.define(name, emit(this.stored(input.name), { type, shape, name }))
      return
    }
    this.defineChannelsFirst(name, emit(first, { type, shape: this.builder.tensors.get(first)!.shape }))
  }

  define(name: string, tensor: string): void {
    this.#stored.set(name, tensor)
  }

  defineChannelsFirst(name: string, tensor: string): void {
    this.#channelsFirst.set(name, tensor)
  }

  /** A float32 tensor that need not be computed where its reader takes the quanta. */
  defineDequantized(name: string, value: Dequantized): void {
    this.#dequantized.set(name, value)
  }

  dequantized(name: string): Dequantized | undefined {
    return this.#dequantized.get(name)
  }

  /** What the run before left in a tensor of the file that is a variable. Throws CapletError where it is none. */
  openState(node: TfliteNode, { name, type, shape }: Tensor): string {
    if (!this.model.variables.has(name)) {
      throw node.refused(
        `TFLite Micro does not load it: "${name}" keeps the operator's state, but is not a variable`,
        'Convert the model again.',
      )
    }
    if (this.#opened.has(name)) throw node.malformed(`The state "${name}" belongs to another node, too`)
    this.#opened.add(name)
    return this.builder.addState(name, type, shape)
  }

  /** TFLite Micro fills the bytes of such a tensor with its zero point. */
  keepState(node: TfliteNode, { name, type, shape }: Tensor, before: string, after: string): void {
    const { zeroPoint } = node.quantization({ name, type, shape })
    this.builder.keep({ before, after, initial: filled(type, shape, zeroPoint) })
  }

  /** Caplet's tensor for one of the model, in the model's order of dimensions. */
  stored(name: string): string {
    const known = this.#stored.get(name)
    if (known !== undefined) return known
    const tensor = this.model.tensors.get(name)!
    const made = this.#make(tensor)
    this.#stored.set(name, made)
    return made
  }

  #make({ name, type, shape, constant }: Tensor): string {
    if (constant) return this.emit('constant', [], { type, shape }, { value: constant })
    const first = this.#channelsFirst.get(name)
    if (first !== undefined) {
      return this.emit(
        'transpose',
        [first],
        { type, shape, name },
        { permutation: channelsLastAgain(shape.length) },
      )
    }
    const value = this.#dequantized.get(name)
    if (value && !isQuantizedType(value.type)) {
      const { scale, zeroPoint } = value.quantization
      const attributes = { scales: Float32Array.of(scale), zeroPoints: [zeroPoint], axis: null }
      return this.emit('dequantize', [value.tensor], { type, shape, name }, attributes)
    }
    if (value && isQuantizedType(value.type)) {
      const table = dequantizeTable(value.type, value.quantization)
      return this.emit(
        'table',
        [value.tensor],
        { type, shape, name },
        { table, axis: null, label: 'dequantize' },
      )
    }
    if (this.model.handles.has(name) || this.model.variables.has(name)) throw misused(name)
    throw new Error(`tensor ${name} has no value yet`)
  }

  /** The same as [N, C, ...]. Pre: rank 3 or 4. */
  channelsFirst(name: string): string {
    const known = this.#channelsFirst.get(name)
    if (known !== undefined) return known
    const { type, shape } = this.model.tensors.get(name)!
    const permutation = [0, shape.length - 1, ...shape.slice(1, -1).map((_, axis) => axis + 1)]
    const made = this.emit(
      'transpose',
      [this.stored(name)],
      { type, shape: permutation.map((axis) => shape[axis]!) },
      { permutation },
    )
    this.#channelsFirst.set(name, made)
    return made
  }
}

const misused = (name: string): CapletError =>
  new CapletError({
    code: 'unsupported-feature',
    message: `Tensor "${name}" stands for a variable, but is read as if it held a value`,
    remedy:
      'Only recurrent operators, READ_VARIABLE and ASSIGN_VARIABLE may read such a tensor: convert the model again.',
  })

/** [N, C, ...] -> [N, ..., C] */
const channelsLastAgain = (rank: number): number[] => [
  0,
  ...Array.from({ length: rank - 2 }, (_, axis) => axis + 2),
  1,
]
