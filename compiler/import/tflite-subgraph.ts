// SPDX-License-Identifier: Apache-2.0
// One subgraph of a TensorFlow Lite file: its tensors and nodes. Types, shapes and quantization stand in the file; operators
// keep their names there (CONV_2D) and their options, those of them that are known (tflite-schema.ts).
import { CapletError } from '../errors.js'
import type { Attributes, Graph, Node, Tensor } from '../ir/graph.js'
import { type Constant, sizeOf } from '../ir/types.js'
import { type FlatTable, malformedFile } from './flat-table.js'
import {
  customCode,
  modelFields,
  type OptionField,
  operatorCodeFields,
  operatorFields,
  operatorNames,
  optionFields,
  optionTypes,
  placeholderCode,
  subgraphFields,
} from './tflite-schema.js'
import { readTensor, type TensorQuantization } from './tflite-tensor.js'

/** As written. '' marks an absent optional input. */
export interface TfliteGraph extends Graph {
  readonly quantization: ReadonlyMap<string, TensorQuantization>
  /** Constants that the file stores as int4; here they are int8. */
  readonly int4: ReadonlySet<string>
  /** Tensors that a node reads and updates: they keep their value from one run to the next. */
  readonly variables: ReadonlySet<string>
  /** Tensors that hold no value but name a variable of the model; their element type means nothing. */
  readonly handles: ReadonlySet<string>
}

/** An activation of more elements fits no device, and its compilation would not end. */
const mostElements = 1 << 24

/** `edgeNames` by the tensor's place: the names that a signature gives. */
export function readSubgraph(
  model: FlatTable,
  subgraph: FlatTable,
  file: Uint8Array,
  edgeNames: ReadonlyMap<number, string>,
): TfliteGraph {
  const buffers = model.tables(modelFields.buffers)
  const inputs = subgraph.int32s(subgraphFields.inputs)
  const outputs = subgraph.int32s(subgraphFields.outputs)
  const read = subgraph.tables(subgraphFields.tensors).map((table) => readTensor(table, buffers, file))
  for (const index of [...inputs, ...outputs]) requireIndex(index, read.length, 'An edge of the graph')
  const names = nameTensors(
    read.map(({ name }) => name),
    new Map([...edgeNames].filter(([index]) => inputs.includes(index) || outputs.includes(index))),
  )
  const tensors = new Map<string, Tensor>()
  const quantization = new Map<string, TensorQuantization>()
  read.forEach((tensor, index) => {
    const name = names[index]!
    const constant: Constant | undefined = tensor.data
      ? { type: tensor.type, shape: tensor.shape, data: tensor.data }
      : undefined
    if (!constant && sizeOf(tensor.shape) > mostElements) throw tooLarge(name, tensor.shape)
    tensors.set(name, { name, type: tensor.type, shape: tensor.shape, constant })
    if (tensor.quantization) quantization.set(name, tensor.quantization)
  })
  const named = (kind: 'variable' | 'handle') =>
    new Set(names.filter((_, index) => read[index]!.role === kind))
  const graph = {
    name: subgraph.text(subgraphFields.name),
    inputs: inputs.map((index) => names[index]!),
    outputs: outputs.map((index) => names[index]!),
    tensors,
    nodes: readNodes(model, subgraph, names),
    quantization,
    int4: new Set(names.filter((_, index) => read[index]!.isInt4)),
    variables: named('variable'),
    handles: named('handle'),
  }
  checkOrder(graph)
  return graph
}

function requireIndex(index: number, count: number, what: string): void {
  if (index < 0 || index >= count) throw malformedFile(`${what} is tensor ${index} of ${count}`)
}

const tooLarge = (name: string, shape: readonly number[]): CapletError =>
  new CapletError({
    code: 'arena-too-large',
    message: `Tensor "${name}" has ${sizeOf(shape)} elements: [${shape}]; at most ${mostElements} are supported`,
    remedy: 'Use a smaller input shape or batch.',
  })

/** Every tensor's own name; edges keep the signature's, others give way where a name is taken. */
function nameTensors(own: readonly string[], edges: ReadonlyMap<number, string>): string[] {
  const taken = new Set<string>()
  const names = new Array<string>(own.length)
  const give = (index: number, wanted: string) => {
    let name = wanted
    for (let count = 2; taken.has(name); count++) name = `${wanted}#${count}`
    taken.add(name)
    names[index] = name
  }
  for (const [index, name] of edges) give(index, name)
  own.forEach((name, index) => {
    if (!edges.has(index)) give(index, name || `tensor_${index}`)
  })
  return names
}

function readNodes(model: FlatTable, subgraph: FlatTable, names: readonly string[]): Node[] {
  const operators = model.tables(modelFields.operatorCodes).map(operatorName)
  return subgraph.tables(subgraphFields.operators).map((table, index) => {
    const code = table.uint32(operatorFields.code, 0)
    const operator = operators[code]
    if (operator === undefined)
      throw malformedFile(`A node has operator ${code} of a list of ${operators.length}`)
    const tensor = (place: number): string => {
      if (place === -1) return ''
      requireIndex(place, names.length, `A tensor of ${operator}`)
      return names[place]!
    }
    return {
      name: `${operator}_${index}`,
      operator,
      inputs: table.int32s(operatorFields.inputs).map(tensor),
      outputs: table.int32s(operatorFields.outputs).map(tensor),
      attributes: readOptions(table, operator),
    }
  })
}

function operatorName(table: FlatTable): string {
  const old = table.int8(operatorCodeFields.deprecatedCode, 0)
  const code = Math.max(old, table.int32(operatorCodeFields.code, 0))
  if (code === customCode) return `CUSTOM:${table.text(operatorCodeFields.customCode)}`
  const name = operatorNames[code]
  if (name === undefined || code === placeholderCode) {
    throw new CapletError({
      code: 'unsupported-operator',
      message: `The model uses builtin operator number ${code}, which the known schema does not have`,
      remedy: 'Convert the model with the converter of an older TensorFlow Lite.',
    })
  }
  return name
}

function readOptions(table: FlatTable, operator: string): Attributes {
  const fields = optionFields[operator]
  if (!fields) return {}
  const options = table.table(operatorFields.options)
  const type = table.uint8(operatorFields.optionsType, 0)
  if (options && type !== optionTypes[operator]) {
    throw malformedFile(`A node of ${operator} has options of type ${type}`)
  }
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, options ? readOption(options, field) : field[2]]),
  )
}

function readOption(options: FlatTable, [field, kind, fallback]: OptionField): unknown {
  switch (kind) {
    case 'int8':
      return options.int8(field, fallback as number)
    case 'int32':
      return options.int32(field, fallback as number)
    case 'float32':
      return options.float32(field, fallback as number)
    case 'bool':
      return options.bool(field, fallback as boolean)
    case 'text':
      return options.text(field)
    case 'int32s':
      return options.int32s(field)
  }
}

/** The file lists nodes in execution order: every input is a constant, a variable, an input of the graph, or written before. */
function checkOrder(graph: TfliteGraph): void {
  const known = new Set([...graph.inputs, ...graph.variables])
  for (const { name, constant } of graph.tensors.values()) if (constant) known.add(name)
  for (const node of graph.nodes) {
    const at = { node: node.name, operator: node.operator }
    for (const input of node.inputs) {
      if (input === '' || known.has(input)) continue
      throw new CapletError({
        ...malformedFile(`Tensor "${input}" is read before it is written`).problems[0]!,
        ...at,
      })
    }
    for (const output of node.outputs) {
      if (output !== '' && known.has(output))
        throw new CapletError({
          ...malformedFile(`Tensor "${output}" is written more than once`).problems[0]!,
          ...at,
        })
      known.add(output)
    }
  }
  const missing = graph.outputs.find((name) => !known.has(name))
  if (missing !== undefined) throw malformedFile(`Output "${missing}" is written by no node`)
}
