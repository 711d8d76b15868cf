// SPDX-License-Identifier: Apache-2.0
// ONNX models as text, one line per node with small constants in place: reports of failures, and tests of passes.
//
//     opset 17
//     input x: float32[1,4]
//     q: int8[1,4] = QuantizeLinear(x, float32 0.5, int8 -3)
//     y: float32[1,4] = com.microsoft.DequantizeLinear(q, float32[1] {0.5}, int8[1] {-3})
//     s: float32[1,4] = Softmax(y) {axis=1}
//     output s
import type { Graph } from '../../compiler/ir/graph.js'
import { allocate, type Constant, type Data, type ElementType, sizeOf } from '../../compiler/ir/types.js'
import type { Attribute, Initializer, ModelNode } from '../../runtime/oracle/write-model.js'
import type { RandomModel, TensorType } from './model.js'

/** Longer constants are cut where they are printed; reading them back repeats what is shown. */
const shownElements = 10

export function printModel(model: RandomModel): string {
  const constants = new Map<string, Initializer>((model.initializers ?? []).map((c) => [c.name, c]))
  for (const { outputs, attributes } of model.nodes) {
    const value = attributes?.value as { readonly tensor: Initializer } | undefined
    if (value) constants.set(outputs[0]!, value.tensor)
  }
  return printLines({
    head: [`opset ${model.opset}, IR ${model.irVersion ?? 8}`],
    inputs: model.inputs.map((input) => input.name),
    outputs: model.outputs.map((output) => output.name),
    typeOf: (name) => model.tensors.get(name)!,
    constantOf: (name) => constants.get(name) as Constant | undefined,
    nodes: model.nodes
      .filter((node) => node.operator !== 'Constant')
      .map((node) => ({
        ...node,
        operator: node.domain ? `${node.domain}.${node.operator}` : node.operator,
      })),
  })
}

/** A graph between the reference's passes, in the same form; names of nodes are left out. */
export const printOnnxGraph = (graph: Graph): string =>
  printLines({
    head: [],
    inputs: graph.inputs,
    outputs: graph.outputs,
    typeOf: (name) => graph.tensors.get(name)!,
    constantOf: (name) => graph.tensors.get(name)?.constant,
    nodes: graph.nodes as readonly ModelNode[],
  })

interface Printable {
  readonly head: readonly string[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly nodes: readonly ModelNode[]
  typeOf(name: string): TensorType
  constantOf(name: string): Constant | undefined
}

function printLines({ head, inputs, outputs, nodes, typeOf, constantOf }: Printable): string {
  const typed = (name: string) => `${name}: ${typeOf(name).type}[${typeOf(name).shape}]`
  const inputText = (name: string) => {
    const constant = constantOf(name)
    return constant ? constantText(constant) : name || '_'
  }
  return [
    ...head,
    ...inputs.map((name) => `input ${typed(name)}`),
    ...nodes.map(({ operator, inputs, outputs, attributes }) => {
      const results = outputs.map(typed).join(', ')
      return `${results} = ${operator}(${inputs.map(inputText).join(', ')})${attributesText(attributes ?? {})}`
    }),
    ...outputs.map((name) => `output ${name}`),
  ].join('\n')
}

/** The shortest decimal that is this float32. */
function numberText(value: number | bigint, type: ElementType): string {
  if (Object.is(value, -0)) return '-0'
  if (type !== 'float32' || !Number.isFinite(value)) return String(value)
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(Number(value).toPrecision(digits))
    if (Math.fround(text) === value) return String(text)
  }
  return String(value)
}

function constantText({ type, shape, data }: Constant): string {
  const values = Array.from(data as ArrayLike<number | bigint>, (value) => numberText(value, type))
  const shown = values.length > shownElements ? [...values.slice(0, shownElements), '...'] : values
  return shape.length === 0 ? `${type} ${shown[0]}` : `${type}[${shape}] {${shown.join(' ')}}`
}

function attributesText(attributes: Readonly<Record<string, Attribute>>): string {
  const texts = Object.entries(attributes).map(([name, value]) => {
    const isFloat = typeof value === 'object' && 'float' in value
    return `${name}=${isFloat ? `float ${value.float}` : JSON.stringify(value)}`
  })
  return texts.length === 0 ? '' : ` {${texts.join(', ')}}`
}

/** Inverse of printModel. Types of tensors that are no outputs may be left out. */
export function parseModel(text: string): RandomModel {
  const parser = new Parser()
  for (const line of text.split('\n')) if (line.trim() !== '') parser.line(line.trim())
  return parser.model()
}

class Parser {
  readonly #nodes: ModelNode[] = []
  readonly #initializers: Initializer[] = []
  readonly #inputs: string[] = []
  readonly #outputs: string[] = []
  readonly #tensors = new Map<string, TensorType>()
  #opset = 17
  #irVersion = 8

  line(line: string): void {
    const head = /^opset (\d+)(?:, IR (\d+))?$/.exec(line)
    if (head) {
      this.#opset = Number(head[1])
      this.#irVersion = Number(head[2] ?? 8)
    } else if (line.startsWith('input ')) this.#inputs.push(this.#declare(line.slice(6)))
    else if (line.startsWith('output ')) this.#outputs.push(line.slice(7))
    else this.#node(line)
  }

  model(): RandomModel {
    const edge = (name: string) => {
      const type = this.#tensors.get(name)
      if (!type) throw new Error(`the type of "${name}" is not given`)
      return { name, ...type }
    }
    return {
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: this.#inputs.map(edge),
      outputs: this.#outputs.map(edge),
      opset: this.#opset,
      irVersion: this.#irVersion,
      tensors: this.#tensors,
    }
  }

  /** "name: type[shape]" or "name". */
  #declare(text: string): string {
    const [, name, type, shape] = /^(\S+?)(?:: (\w+)\[([\d,]*)\])?$/.exec(text) ?? []
    if (!name) throw new Error(`not a tensor: ${text}`)
    if (type) this.#tensors.set(name, { type: type as ElementType, shape: numbers(shape!) })
    return name
  }

  #node(line: string): void {
    const match = /^(.+?) = ([\w.]+)\((.*)\)(?: \{(.*)\})?$/.exec(line)
    if (!match) throw new Error(`not a node: ${line}`)
    const path = match[2]!.split('.')
    this.#nodes.push({
      operator: path.at(-1)!,
      domain: path.slice(0, -1).join('.'),
      outputs: match[1]!.split(/, (?=[^\]]*(?:\[|$))/).map((text) => this.#declare(text)),
      inputs: match[3] === '' ? [] : match[3]!.split(', ').map((text) => this.#input(text)),
      attributes: parseAttributes(match[4] ?? ''),
    })
  }

  #input(text: string): string {
    if (text === '_') return ''
    const scalar = /^(\w+) (\S+)$/.exec(text)
    const array = /^(\w+)\[([\d,]*)\] \{(.*)\}$/.exec(text)
    if (!scalar && !array) return text
    const type = (scalar ?? array)![1] as ElementType
    const shape = array ? numbers(array[2]!) : []
    const shown = array ? array[3]!.split(' ').filter((v) => v !== '...') : [scalar![2]!]
    const data: Data = allocate(type, sizeOf(shape))
    for (let i = 0; i < data.length; i++) {
      const value = shown[i % shown.length]!
      data[i] = (data instanceof BigInt64Array ? BigInt(value) : Number(value)) as never
    }
    const name = `c${this.#initializers.length}`
    this.#tensors.set(name, { type, shape })
    this.#initializers.push({ name, type, shape, data })
    return name
  }
}

const numbers = (text: string): number[] => (text === '' ? [] : text.split(',').map(Number))

function parseAttributes(text: string): Record<string, Attribute> {
  const attributes: Record<string, Attribute> = {}
  for (const part of text === '' ? [] : text.split(/, (?=\w+=)/)) {
    const [, name, value] = /^(\w+)=(.*)$/.exec(part)!
    attributes[name!] = value!.startsWith('float ') ? { float: Number(value!.slice(6)) } : JSON.parse(value!)
  }
  return attributes
}
