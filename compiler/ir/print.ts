// SPDX-License-Identifier: Apache-2.0
// Graphs and programs as text, one line per node, for `inspect --after` and bug reports: same graph, same text.
import type { KernelConstant, Program, Step } from '../codegen/program.js'
import type { SourceModel } from '../import/onnx.js'
import { type Graph, type Node, statesOf } from './graph.js'
import type { Constant, ElementType } from './types.js'

/** Longer lists are cut; their length is shown. */
const shownElements = 8

/** conv_1: convolution(x) -> y int8 [1, 16, 94] {kernel: [7], ...} */
export function printGraph(graph: Graph): string {
  const typeOf = (name: string) => {
    const tensor = graph.tensors.get(name)
    return tensor ? ` ${typeText(tensor.type, tensor.shape)}` : ''
  }
  return [
    ...graph.inputs.map((name) => `input ${name}${typeOf(name)}`),
    ...constantsOf(graph.tensors),
    ...statesOf(graph).map(({ before, after, initial }) => {
      return `state ${before}${typeOf(before)} = ${constantText(initial)}, then ${after}`
    }),
    ...graph.nodes.map((node) => nodeText(node, typeOf)),
    ...graph.outputs.map((name) => `output ${name}${typeOf(name)}`),
  ].join('\n')
}

/** The model as written: types of the inputs and constants only. */
export function printSource(model: SourceModel): string {
  return [
    `opset ${model.opset}`,
    ...model.inputs.map(({ name, type, shape }) => `input ${name} ${typeText(type, shape ?? ['?'])}`),
    ...[...model.constants].map(([name, constant]) => `constant ${name} ${constantText(constant)}`),
    ...model.nodes.map((node) => nodeText(node, () => '')),
    ...model.outputs.map((name) => `output ${name}`),
  ].join('\n')
}

/** Steps, each with its kernel's constants below it; tensors with their storage orders. */
export function printProgram(program: Program): string {
  return [
    ...program.inputs.map(({ name, type, shape }) => `input ${name} ${typeText(type, shape)}`),
    ...[...program.tensors.values()].map(({ name, type, shape, layout }) => {
      return `tensor ${name} ${typeText(type, shape)} order [${layout.order.join(', ')}]`
    }),
    ...(program.states ?? []).map(({ before, after }) => `state ${before}, then ${after}`),
    ...program.steps.flatMap(stepLines),
    ...program.outputs.map(({ name, tensor, type, shape }) => {
      return `output ${name} = ${tensor} ${typeText(type, shape)}`
    }),
  ].join('\n')
}

function stepLines(step: Step): string[] {
  const { name, operator, kernel, inputs, outputs, scratchBytes, segment, macs, requantizer, proof } = step
  return [
    `${name}: ${operator}(${inputs.join(', ')}) -> ${outputs.join(', ')} by ${kernel ?? 'view'}`,
    `  scratch ${scratchBytes} bytes, segment ${segment.length} bytes, ${macs} multiply-accumulates`,
    ...(requantizer === null ? [] : [`  requantizer ${requantizer}, ${proof} values proven`]),
    ...Object.entries(step.constants).map(([key, constant]) => `  ${key} = ${kernelConstantText(constant)}`),
  ]
}

function kernelConstantText(constant: KernelConstant): string {
  switch (constant.kind) {
    case 'code':
      return `${constant.symbol} from ${constant.from}`
    case 'address':
      return `address of ${constant.tensor}${constant.offset ? ` + ${constant.offset}` : ''}`
    case 'scratch':
    case 'segment':
      return `${constant.kind} + ${constant.offset}`
    default:
      return `${constant.kind} ${valueText(constant.value)}`
  }
}

const constantsOf = (tensors: Graph['tensors']): string[] =>
  [...tensors.values()].flatMap(({ name, constant }) =>
    constant ? [`constant ${name} ${constantText(constant)}`] : [],
  )

function nodeText(node: Node, typeOf: (name: string) => string): string {
  const outputs = node.outputs.map((name) => `${name}${typeOf(name)}`).join(', ')
  const attributes = Object.keys(node.attributes).length > 0 ? ` ${valueText(node.attributes)}` : ''
  return `${node.name}: ${node.operator}(${node.inputs.join(', ')}) -> ${outputs}${attributes}`
}

export const typeText = (type: ElementType, shape: readonly (number | string)[]): string =>
  `${type} [${shape.map((dimension) => dimension || '?').join(', ')}]`

const constantText = ({ type, shape, data }: Constant): string => `${typeText(type, shape)} ${listText(data)}`

function valueText(value: unknown): string {
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return listText(value as ArrayLike<unknown>)
  if (typeof value !== 'object' || value === null) return Object.is(value, -0) ? '-0' : String(value)
  if (isConstant(value)) return constantText(value)
  const entries = Object.entries(value).map(([key, entry]) => `${key}: ${valueText(entry)}`)
  return `{${entries.join(', ')}}`
}

const isConstant = (value: object): value is Constant =>
  'data' in value && 'shape' in value && 'type' in value

function listText(list: ArrayLike<unknown>): string {
  const shown = Array.from({ length: Math.min(list.length, shownElements) }, (_, index) =>
    valueText(list[index]),
  )
  return `[${shown.join(', ')}${list.length > shownElements ? `, ... ${list.length} in all` : ''}]`
}
