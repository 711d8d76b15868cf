// SPDX-License-Identifier: Apache-2.0
// Sums of products that the reference leaves in float, compiled to float32 operations in the reference's own order where the
// user asks for it (--float-islands), else refused. The orders are those of its matrix kernels (MLAS, WebAssembly SIMD, one
// thread), measured against it: docs/arithmetic.md, "Float islands".

import type { Node } from '../../ir/graph.js'
import type { SumOrder, WeightedSumAttributes } from '../../ir/sum-operators.js'
import { type Constant, sizeOf } from '../../ir/types.js'
import type { OnnxNode } from '../../operators/onnx.js'
import { GraphEditor } from '../reference/editor.js'
import { groupEnd } from '../reference/fuse-quantized-groups.js'
import type { Conversion } from './conversion.js'
import { unfusedSum } from './unfused.js'

export interface FloatSum {
  readonly shape: readonly number[]
  /** Axis of the weight along which its scales may run: the output channel's. */
  readonly channelAxis: number
  /** The weight as [O, C / group, ...kernel] or [O, K]. */
  arrange(weight: Constant): Constant
  readonly window: Pick<WeightedSumAttributes, 'kernel' | 'strides' | 'pads' | 'dilations' | 'group'>
  /** Given whether the weight is a float constant: then the reference has packed it beforehand. */
  order(isPacked: boolean): SumOrder
  /** One entry per output channel. */
  readonly bias: Float32Array | null
}

/** First of all: is it wanted, and is it what was measured? */
export function requireFloatIsland(node: OnnxNode, conversion: Conversion): void {
  if (!conversion.sums.floatIslands) throw unfusedSum(node, conversion)
  refuseRewritten(node, conversion)
}

export function defineFloatSum(node: OnnxNode, conversion: Conversion, sum: FloatSum): void {
  const weight = weightOf(node, conversion, sum)
  const input = conversion.float(node, 0)
  const grid = input.grid?.axis === null ? input.grid : null
  const name = node.node.outputs[0]!
  const attributes: WeightedSumAttributes = {
    ...sum.window,
    arithmetic: 'float',
    weight: weight.rows,
    weightZeroPoints: weight.zeroPoints,
    weightScales: weight.scales,
    inputZeroPoint: 0,
    inputValues: grid ? grid.values : null,
    order: sum.order(weight.isPacked),
    bias: sum.bias,
  }
  const tensor = conversion.emit(
    'weighted_sum',
    [grid ? grid.tensor : input.stored()],
    { type: 'float32', shape: sum.shape, name },
    attributes,
  )
  conversion.define(name, conversion.stored(sum.shape, tensor))
  const [units] = weight.rows.shape as [number]
  const products = (sizeOf(sum.shape) / units) * sizeOf(weight.rows.shape)
  conversion.notes.push(
    `"${node.node.name}" stays float32 (--float-islands): ${products} float32 multiplications and additions`,
  )
}

interface Weight {
  readonly rows: Constant
  readonly zeroPoints: readonly number[]
  readonly scales: Float32Array | null
  readonly isPacked: boolean
}

function weightOf(node: OnnxNode, conversion: Conversion, { channelAxis, arrange }: FloatSum): Weight {
  const name = node.node.inputs[1]!
  const value = conversion.value(name)
  const refuse = (message: string, remedy: string) => node.error('float-sum', message, remedy)
  if (value.kind !== 'constant') {
    throw refuse(
      'It computes in float, and its weight is computed at run time',
      'Quantize both of its inputs and its output.',
    )
  }
  if (!(value.constant.data as Float32Array).every(Number.isFinite)) {
    throw refuse('It computes in float, with weights that are not finite', 'Correct the weights.')
  }
  if (conversion.graph.tensors.get(name)?.constant) {
    return { rows: arrange(value.constant), zeroPoints: [0], scales: null, isPacked: true }
  }
  const { quantized } = value
  if (quantized?.constant.type !== 'int8' && quantized?.constant.type !== 'uint8') {
    throw refuse(
      'It computes in float, and its weight is neither a float constant nor 8-bit behind one DequantizeLinear',
      'Store the weight as it is multiplied.',
    )
  }
  if (quantized.scales.length > 1 && quantized.axis !== channelAxis) {
    return { rows: arrange(value.constant), zeroPoints: [0], scales: null, isPacked: false }
  }
  const { zeroPoints, scales } = quantized
  return { rows: arrange(quantized.constant), zeroPoints, scales, isPacked: false }
}

/** The reference begins the sums of a 2-D convolution with a bias with what is added to its result, if that is of the same shape. */
function beginsWithAddend(node: OnnxNode, { graph }: Conversion, consumer: Node): boolean {
  if (node.node.operator !== 'Conv' || !node.has(2) || consumer.operator !== 'Add') return false
  const shapes = consumer.inputs.map((name) => graph.tensors.get(name)!.shape)
  return shapes[0]!.length === 4 && `${shapes[0]}` === `${shapes[1]}`
}

/** Neighbours with which the reference makes another sum of it. */
function refuseRewritten(node: OnnxNode, conversion: Conversion): void {
  const { graph } = conversion
  const [x, w] = node.node.inputs as [string, string]
  const isConstant = (name: string) => graph.tensors.get(name)?.constant !== undefined
  const producer = graph.nodes.find((n) => n.outputs.includes(x))
  const consumers = graph.nodes.filter((n) => n.inputs.includes(node.node.outputs[0]!))
  const isConv = node.node.operator === 'Conv'
  const scales = (n: { operator: string; inputs: readonly string[] }) =>
    ['Mul', 'Div', ...(isConv ? ['Add', 'Sub'] : [])].includes(n.operator) && n.inputs.some(isConstant)
  const before =
    producer && !isConv && (producer.operator === 'Transpose' || scales(producer)) ? producer : null
  const changesWeights = !isConv || isConstant(w)
  const behind = consumers.find(
    (n) =>
      n.operator === 'BatchNormalization' ||
      beginsWithAddend(node, conversion, n) ||
      (!isConv && n.operator === 'Transpose') ||
      (changesWeights && scales(n)),
  )
  const neighbour = before ?? behind
  if (!neighbour) return
  throw node.error(
    'float-sum',
    `It computes in float, and the reference merges it with the ${neighbour.operator} ${before ? 'before' : 'behind'} it: the order of that sum is not established`,
    'Quantize its inputs and its output, or fold the constants of that operator into its weights before the export.',
  )
}

/**
 * The reference has a kernel of its own for a row times a matrix that it has not packed. Float constants it packs, and it
 * multiplies otherwise where only the weight is dequantized, a bias has one entry per column, and no Q follows (it keeps such weights quantized).
 */
export function isRowTimesMatrix(node: OnnxNode, conversion: Conversion): boolean {
  const { graph } = conversion
  const isDequantized = (name: string) =>
    graph.nodes.find((n) => n.outputs.includes(name))?.operator === 'DequantizeLinear'
  const dequantized = node.node.inputs.filter(isDequantized)
  const end = groupEnd(new GraphEditor(graph), node.node)
  const columns = graph.tensors.get(node.node.outputs[0]!)!.shape.at(-1)!
  const hasPlainBias = !node.has(2) || `${node.shape(2)}` === `${columns}`
  const keepsQuanta = dequantized.length === 1 && hasPlainBias && end !== undefined && end.quantize === null
  return sizeOf(node.shape(0).slice(0, -1)) === 1 && !keepsQuanta
}

/** Terms per block of a matrix product with `columns` columns whose right side the reference has not packed. */
export function blockOf(columns: number): number {
  let [block, width] = [128, 128]
  while (width > 16 && width / 2 >= columns) {
    width /= 2
    block *= 2
  }
  return block
}

/** A bias that is known, spread over the output channels; null where the node has none. */
export function constantBias(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  units: number,
): Float32Array | null {
  if (!node.has(input)) return null
  const constant = conversion.constant(node, input)
  const shape = constant?.shape ?? []
  const fits = shape.slice(0, -1).every((d) => d === 1) && [undefined, 1, units].includes(shape.at(-1))
  if (constant?.type === 'float32' && fits) {
    const data = constant.data as Float32Array
    return Float32Array.from({ length: units }, (_, unit) => data[unit % data.length]!)
  }
  throw node.error(
    'float-sum',
    'It computes in float, with a bias that is computed at run time or differs from row to row',
    'Use a constant bias of one entry per output channel.',
  )
}
