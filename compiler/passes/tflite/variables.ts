// SPDX-License-Identifier: Apache-2.0
// Variables of a TensorFlow Lite model (VAR_HANDLE and its relatives) as states. Within a run the value is followed from node
// to node: a read behind an assignment reads what was assigned.
//
//   READ -> a -> f -> b -> ASSIGN     =>     a = state.before,  b = state.after
import type { Tensor } from '../../ir/graph.js'
import { allocate, type Constant, type ElementType, type Quantization, sizeOf } from '../../ir/types.js'
import type { TfliteNode } from '../../operators/tflite.js'
import type { Conversion } from '../convert/conversion.js'

interface Form {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly quantization: Quantization | null
}

interface Variable {
  readonly key: string
  /** As the first node that reads or writes it has it; the others must have the same bytes and quantization. */
  form: Form | null
  /** What a node of CALL_ONCE's graph assigns. */
  initial: Constant | null
  /** Zero point of the first tensor that the model assigns: TFLite Micro fills the bytes with it. */
  filling: number | null
  before: string | null
  /** Caplet's tensor that holds the value at this point of the run; null: nothing has touched it yet. */
  current: string | null
}

export class Variables {
  readonly #builder: Conversion
  readonly #byKey = new Map<string, Variable>()
  readonly #byHandle = new Map<string, Variable>()

  constructor(builder: Conversion) {
    this.#builder = builder
  }

  /** Whether a node has read or assigned one. */
  get isTouched(): boolean {
    return [...this.#byKey.values()].some(({ form }) => form !== null)
  }

  /** Handles of one graph have names of their own: `scope` keeps those of different graphs apart. */
  open(node: TfliteNode, scope: string): void {
    const key = `${node.text('container')}/${node.text('sharedName')}`
    const known = this.#byKey.get(key)
    const variable = known ?? { key, form: null, initial: null, filling: null, before: null, current: null }
    this.#byKey.set(key, variable)
    this.#byHandle.set(`${scope}${node.output().name}`, variable)
  }

  /** In a graph that CALL_ONCE runs. */
  initialize(node: TfliteNode, scope: string): void {
    if (node.isInt4(1)) {
      throw node.refused(
        'TFLite Micro assigns int4 as it is packed',
        'Give the variable an initial value of its own type.',
      )
    }
    this.#of(node, scope).initial = node.constant(1, 'The initial value of a variable')
  }

  /** The tensor with the variable's value. */
  read(node: TfliteNode): string {
    const variable = this.#of(node, '')
    const output = node.output()
    const form = this.#formOf(node, variable, output)
    if (variable.current === null) {
      const { type, shape } = form
      variable.before = this.#builder.addState(output.name, type, shape)
      variable.current = variable.before
    }
    if (String(form.shape) === String(output.shape)) return variable.current
    const { type, shape, name } = output
    return this.#builder.emit('reshape', [variable.current], { type, shape, name }, {})
  }

  assign(node: TfliteNode, stored: (name: string) => string): void {
    const variable = this.#of(node, '')
    const input = node.input(1)
    const { shape, type } = this.#formOf(node, variable, input)
    variable.filling ??= node.quantizationOrNull(input)?.zeroPoint ?? 0
    const value = stored(input.name)
    variable.current =
      String(shape) === String(input.shape)
        ? value
        : this.#builder.emit('reshape', [value], { type, shape }, {})
  }

  /** Every variable that a run reads before it assigns it becomes a state. */
  finish(): void {
    for (const { form, before, current, initial, filling } of this.#byKey.values()) {
      if (!form || before === null) continue
      this.#builder.keep({ before, after: current!, initial: initialOf(form, initial, filling ?? 0) })
    }
  }

  /** Whether some node writes it: TFLite Micro stops at a read of another. */
  requireWritten(node: TfliteNode, isAssigned: (handle: string) => boolean): void {
    const variable = this.#of(node, '')
    const handles = [...this.#byHandle].filter(([, other]) => other === variable).map(([handle]) => handle)
    if (variable.initial !== null || handles.some(isAssigned)) return
    throw node.refused(
      `The variable "${variable.key}" is read, but never assigned`,
      'Convert the model again: nothing gives this variable a value.',
    )
  }

  #of(node: TfliteNode, scope: string): Variable {
    const variable = this.#byHandle.get(`${scope}${node.input(0).name}`)
    if (variable) return variable
    throw node.malformed(`"${node.input(0).name}" is not the result of a VAR_HANDLE`)
  }

  #formOf(node: TfliteNode, variable: Variable, tensor: Tensor): Form {
    const { name, type, shape } = tensor
    const quantization = node.quantizationOrNull(tensor)
    variable.form ??= { name, type, shape, quantization }
    const { form, initial } = variable
    const sizes = [shape, form.shape, initial?.shape ?? shape].map(sizeOf)
    const isSame = form.type === type && (initial?.type ?? type) === type && new Set(sizes).size === 1
    if (!isSame) {
      throw node.refused(
        `The variable "${variable.key}" is [${form.shape}] of ${form.type} elsewhere and [${shape}] of ${type} here; TFLite Micro copies bytes beyond its end`,
        'Convert the model again: a variable has one type and size.',
      )
    }
    const [own, other] = [quantization, form.quantization]
    if (own?.scale === other?.scale && own?.zeroPoint === other?.zeroPoint) return form
    throw node.error(
      'inconsistent-quantization',
      `"${name}" and "${form.name}" are one variable, but have different scales or zero points; TFLite Micro moves the quanta as they are`,
      'Convert the model so that both have the same quantization.',
    )
  }
}

const initialOf = ({ type, shape }: Form, initial: Constant | null, filling: number): Constant =>
  initial ? { ...initial, shape } : filled(type, shape, filling)

/** Every byte is the same. */
export function filled(type: ElementType, shape: readonly number[], byte: number): Constant {
  const data = allocate(type, sizeOf(shape))
  new Uint8Array(data.buffer).fill(byte)
  return { type, shape, data }
}
