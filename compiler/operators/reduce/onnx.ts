// SPDX-License-Identifier: Apache-2.0
// ONNX ReduceMax, ReduceMin, ReduceSum, ReduceMean, ReduceL1, ReduceL2, ReduceSumSquare, ReduceProd and GlobalMaxPool.
import type { ReduceAttributes } from '../../ir/float-operators.js'
import { computedFloat } from '../../passes/convert/computed.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { asFloat } from '../../passes/convert/copies.js'
import { ComputedFloat } from '../../passes/convert/floats.js'
import { isMonotone } from '../../passes/convert/tables.js'
import type { FloatValue, Target } from '../../passes/convert/values.js'
import { convertMaximum, isOrdered } from '../max-pool/convert.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { heldOrders } from './held-orders.js'
import { sumOrder } from './order.js'

type Operation = ReduceAttributes['operation']

/** Without axes, or with none: all of them. */
function axesOf(node: OnnxNode): number[] {
  const rank = node.shape(0).length
  const given = node.has(1) ? node.integers(1, 'the axes') : (node.ints('axes') ?? [])
  if (given.length === 0 && node.int('noop_with_empty_axes', 0) !== 0) {
    throw node.error(
      'unsupported-attribute',
      'It reduces nothing',
      'Remove the node.',
      'noop_with_empty_axes',
    )
  }
  const axes = given.length === 0 ? Array.from({ length: rank }, (_, i) => i) : given
  return [...new Set(axes.map((axis) => node.axis(axis, rank)))].sort((a, b) => a - b)
}

const reducedShape = (node: OnnxNode, axes: readonly number[], keeps: boolean): number[] =>
  node.shape(0).flatMap((d, axis) => (axes.includes(axis) ? (keeps ? [1] : []) : [d]))

/**
 * What S starts from, where every order of axes that the reference may have gives the same sum; refused otherwise.
 * `isSameZero`: they also agree about the sign of a sum of nothing but -0.
 */
function startOf(
  node: OnnxNode,
  conversion: Conversion,
  value: FloatValue,
  operation: Operation,
  axes: readonly number[],
): { start: number; isSameZero: boolean } {
  const { shape } = value
  const isPlain = operation === 'sum' || operation === 'mean'
  const orders = heldOrders(conversion.graph, node.node.inputs[0]!).map((order) => {
    const found = sumOrder(shape, axes, order)
    return isPlain || found
      ? found
      : { axes: order.filter((a) => axes.includes(a) && shape[a]! > 1), start: 0 }
  })
  const own = orders[0]
  const hasNegativeZero = value.grid ? value.grid.values.some((v) => Object.is(v, -0)) : true
  if (own && orders.every((o) => `${o?.axes}` === `${own.axes}`)) {
    const isSameStart = orders.every((o) => Object.is(o!.start, own.start))
    return { start: own.start, isSameZero: isSameStart || !isPlain || !hasNegativeZero }
  }
  throw orderError(
    node,
    shape,
    axes,
    own
      ? 'Take it over the spatial dimensions only with a batch of 1, or use GlobalAveragePool.'
      : 'Move the reduced axes to the end (Transpose or Reshape before it), or use GlobalAveragePool.',
  )
}

const orderError = (node: OnnxNode, shape: readonly number[], axes: readonly number[], remedy: string) =>
  node.error(
    'float-order',
    `The reference adds up [${shape}] over the axes [${axes}] in an order that depends on how it stores the tensor`,
    remedy,
  )

function convertSum(node: OnnxNode, conversion: Conversion, operation: Operation): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const value = conversion.float(node, 0)
  const axes = axesOf(node)
  const { start, isSameZero } = startOf(node, conversion, value, operation, axes)
  const keepsNumbers = operation !== 'product'
  const attributes = { operation, axes, start }
  const computed = computedFloat(conversion, 'reduce', value, shape, attributes, keepsNumbers)
  const isNumber = () => computed.isNumber
  const emit = (target: Target | null) => {
    if (target) return computed.quantized(target)
    throw orderError(node, value.shape, axes, 'Quantize its output: then the sign of a zero is no matter.')
  }
  conversion.define(output, isSameZero ? computed : new ComputedFloat(conversion, shape, emit, { isNumber }))
}

/** Of quanta where the values rise with them; else of what they are quantized to, since Q commutes with it. */
function convertExtreme(
  node: OnnxNode,
  conversion: Conversion,
  operation: Operation,
  axes: readonly number[],
): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const attributes = { operation, axes, start: 0, inputValues: null, output: null }
  const value = conversion.value(node.node.inputs[0]!)
  if (value.kind === 'integer') {
    const { type, tensor: input } = conversion.quantizedInput(node, 0)
    const tensor = conversion.emit('reduce', [input], { type, shape }, attributes)
    conversion.define(output, { kind: 'integer', type, shape, tensor })
    return
  }
  const float = asFloat(conversion, value)
  const { grid } = float
  if (grid?.axis === null && isMonotone(grid.values, grid.type)) {
    const tensor = conversion.emit('reduce', [grid.tensor], { type: grid.type, shape }, attributes)
    conversion.define(output, conversion.grid(shape, { ...grid, tensor }))
    return
  }
  const refuse = (what: string) =>
    node.error(
      'float-function',
      `${what} of float values that do not rise with a quantum`,
      'Quantize its input.',
    )
  if (!float.isNumber) throw refuse('It is the extreme, which NaN would change,')
  const emit = (target: Target | null) => {
    if (!target) throw refuse('Its float result is needed: the extreme')
    return conversion.emit('reduce', [float.quantized(target)], { type: target.type, shape }, attributes)
  }
  conversion.define(output, new ComputedFloat(conversion, shape, emit, { isNumber: () => true }))
}

function reduction(name: string, operation: Operation): OnnxOperator {
  const isExtreme = operation === 'maximum' || operation === 'minimum'
  return {
    name,
    inputs: [1, 2],
    attributes: { keepdims: 'int', noop_with_empty_axes: 'int' },
    earlier: [
      {
        until: name === 'ReduceSum' ? 12 : 17,
        inputs: [1, 1],
        attributes: { axes: 'ints', keepdims: 'int' },
      },
    ],
    runsOnQuanta: isExtreme,
    ...(isExtreme && { quantaKernelSince: 12 }),
    infer: (node) => [
      { type: node.type(0).type, shape: reducedShape(node, axesOf(node), node.int('keepdims', 1) !== 0) },
    ],
    convert: (node, conversion) =>
      isExtreme
        ? convertExtreme(node, conversion, operation, axesOf(node))
        : convertSum(node, conversion, operation),
  }
}

export const reduceMax = reduction('ReduceMax', 'maximum')
export const reduceMin = reduction('ReduceMin', 'minimum')
export const reduceSum = reduction('ReduceSum', 'sum')
export const reduceMean = reduction('ReduceMean', 'mean')
export const reduceL1 = reduction('ReduceL1', 'absolute_sum')
export const reduceL2 = reduction('ReduceL2', 'root_square_sum')
export const reduceSumSquare = reduction('ReduceSumSquare', 'square_sum')
export const reduceProd = reduction('ReduceProd', 'product')

const spatialAxes = (node: OnnxNode): number[] => node.shape(0).flatMap((_, axis) => (axis < 2 ? [] : [axis]))

export const globalMaxPool: OnnxOperator = {
  name: 'GlobalMaxPool',
  inputs: [1, 1],
  attributes: {},
  infer: (node) => [{ type: node.type(0).type, shape: reducedShape(node, spatialAxes(node), true) }],
  // A pool with one window, but where the order of quanta decides and on shapes that no pool has.
  convert: (node, conversion) => {
    const value = conversion.value(node.node.inputs[0]!)
    const { shape } = value
    const isOnQuanta =
      value.kind === 'integer' || (value.kind === 'float' && value.grid && isOrdered(value.grid))
    if (isOnQuanta || shape.length < 3 || shape.length > 4) {
      return convertExtreme(node, conversion, 'maximum', spatialAxes(node))
    }
    const kernel = shape.slice(2)
    const ones = kernel.map(() => 1)
    const pads = [...kernel, ...kernel].map(() => 0)
    convertMaximum(node, conversion, { kernel, strides: ones, pads, dilations: ones, ceilMode: false })
  },
}
