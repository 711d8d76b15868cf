// SPDX-License-Identifier: Apache-2.0
// Step 4 for TensorFlow Lite: from the file's operators to Caplet's (operators/<folder>/tflite.ts). Nothing is fused
// before: the file's operators are the ones that TFLite Micro runs, one by one.

import { isExactGrid } from '../../arithmetic/half-away.js'
import { CapletError } from '../../errors.js'
import type { TfliteModel } from '../../import/tflite.js'
import type { Node, Tensor } from '../../ir/graph.js'
import { isQuantumType, type Quantization, type QuantumType } from '../../ir/types.js'
import { TfliteNode, type TfliteOperator } from '../../operators/tflite.js'
import { tfliteOperators } from '../../operators/tflite-list.js'
import { type EdgeIo, type NormalizedGraph, reachable, renameOutputs } from '../normalize.js'
import { TfliteConversion, type TfliteMultipliers } from './conversion.js'

/** Throws CapletError with every node that has no exact form. */
export function normalizeTflite(
  model: TfliteModel,
  io: EdgeIo,
  multipliers: TfliteMultipliers,
): NormalizedGraph {
  const conversion = new TfliteConversion(model, multipliers)
  const { builder } = conversion
  const edges: Edges = { quantization: new Map(), notes: [] }
  for (const name of model.inputs) defineInput(conversion, name, io, edges)
  for (const node of model.nodes) convertNode(conversion, node)
  if (builder.problems.length > 0) throw new CapletError(builder.problems)
  conversion.variables.finish()
  const outputs = model.outputs.map((name) => defineOutput(conversion, name, io, edges))
  const { nodes, states } = reachable(builder.nodes, outputs, builder.states)
  return {
    name: model.name,
    inputs: model.inputs,
    outputs: model.outputs,
    states,
    ...renameOutputs(builder, nodes, outputs, { ...model, states }),
    ...edges,
  }
}

interface Edges {
  readonly quantization: Map<string, Quantization>
  readonly notes: string[]
}

function convertNode(conversion: TfliteConversion, node: Node): void {
  const { builder } = conversion
  if (builder.isPoisoned(node)) {
    builder.poisonOutputs(node)
    return
  }
  builder.current = node.name
  try {
    const view = new TfliteNode(node, conversion.model)
    const operator = tfliteOperators.get(node.operator)
    if (!operator) throw unsupported(view)
    const [least, most] = operator.inputs
    if (node.inputs.length < least || node.inputs.length > most) {
      throw view.malformed(`It has ${node.inputs.length} inputs, but takes ${least} to ${most}`)
    }
    requireInt8Storage(view, operator)
    operator.convert(view, conversion)
  } catch (error) {
    builder.poison(node, error)
  }
  builder.current = ''
}

function requireInt8Storage(node: TfliteNode, { int4 }: TfliteOperator): void {
  const wrong = node.node.inputs.findIndex((_, input) => node.isInt4(input) && input !== int4)
  if (wrong < 0 && !(int4 !== undefined && node.isInt4(int4) && node.input(0).type !== 'int8')) return
  throw node.refused(
    'TFLite Micro does not load it: it takes no int4 there',
    'Convert the model with int8 weights.',
  )
}

const unsupported = (node: TfliteNode): CapletError =>
  node.error(
    'unsupported-operator',
    `Operator ${node.node.operator} is not supported`,
    'See `caplet operators` for the supported ones; replace it or cut the model in front of it.',
  )

function defineInput(conversion: TfliteConversion, name: string, io: EdgeIo, edges: Edges): void {
  const { model, builder } = conversion
  const tensor = model.tensors.get(name)!
  if (model.handles.has(name)) return
  const quantized = tensor.type === 'float32' && io === 'quantized' ? quantizedBy(model, name) : null
  if (quantized) {
    const { type, ...quantization } = quantized
    builder.addInput(name, type, tensor.shape)
    edges.quantization.set(name, quantization)
    conversion.defineDequantized(name, { type, tensor: name, quantization })
    return
  }
  if (tensor.type === 'float32' && io === 'quantized') {
    edges.notes.push(`Input "${name}" stays float32: no single QUANTIZE reads it`)
  }
  conversion.define(name, builder.addInput(name, tensor.type, tensor.shape))
  const own = edgeQuantization(model, tensor)
  if (own) edges.quantization.set(name, own)
}

/** Of a float32 tensor that only QUANTIZE nodes of one kind read, if quantizing its own grid gives the same quanta. */
function quantizedBy(model: TfliteModel, name: string): (Quantization & { type: QuantumType }) | null {
  const readers = model.nodes.filter(({ inputs }) => inputs.includes(name))
  const found = readers.map(({ operator, outputs }) => {
    const output = model.tensors.get(outputs[0] ?? '')
    const quantization = output && edgeQuantization(model, output)
    if (operator !== 'QUANTIZE' || !quantization || !isQuantumType(output.type)) return null
    return { ...quantization, type: output.type }
  })
  const [first] = found
  if (!first || model.outputs.includes(name)) return null
  const isSame = found.every(
    (one) => one?.scale === first.scale && one.zeroPoint === first.zeroPoint && one.type === first.type,
  )
  if (!isSame) return null
  return isExactGrid(first.type, first) ? first : null
}

function edgeQuantization({ quantization }: TfliteModel, { name, type }: Tensor): Quantization | null {
  const found = quantization.get(name)
  if (found?.scales.length !== 1 || !/^u?int(8|16|32)$/.test(type)) return null
  const [scale, zeroPoint] = [found.scales[0]!, found.zeroPoints[0]!]
  return scale > 0 && Number.isFinite(scale) ? { scale, zeroPoint } : null
}

function defineOutput(conversion: TfliteConversion, name: string, io: EdgeIo, edges: Edges): string {
  const tensor = conversion.model.tensors.get(name)!
  const value = conversion.dequantized(name)
  if (value && io === 'quantized') {
    edges.quantization.set(name, value.quantization)
    return value.tensor
  }
  if (tensor.type === 'float32' && io === 'quantized') {
    edges.notes.push(`Output "${name}" stays float32: it is not the result of a DEQUANTIZE`)
  }
  const own = edgeQuantization(conversion.model, tensor)
  if (own) edges.quantization.set(name, own)
  return conversion.stored(name)
}
