// SPDX-License-Identifier: Apache-2.0
// ONNX AveragePool, GlobalAveragePool and their quantized forms. A pool over the whole image without padding takes
// the global pool's rule in the reference (research rule 2.4).

import type { Summation } from '../../ir/operators.js'
import { type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { ComputedFloat } from '../../passes/convert/floats.js'
import { dequantizeTable } from '../../passes/convert/tables.js'
import type { Target } from '../../passes/convert/values.js'
import { defaultZeroPoint } from '../fused.js'
import type { FusedNode, OnnxNode, OnnxOperator, QuantizedGroup, TensorType } from '../onnx.js'
import { requireScalars, scalarQuantization } from '../scales.js'
import { type PlacedWindow, placePool, refuseNegativePads, windowAttributes } from '../window.js'
import { floatSummation, globalSummation } from './summation.js'

const poolAttributes = { ...windowAttributes, ceil_mode: 'int', count_include_pad: 'int' } as const

const { dilations: _, ...earliest } = windowAttributes

/** Reference rule for operators of one input: dequantized, one Q behind, one 8-bit type. */
export function fuseUnary(operator: string, extra: (node: OnnxNode) => Readonly<Record<string, unknown>>) {
  return (node: OnnxNode, group: QuantizedGroup): FusedNode | null => {
    const [x] = group.inputs
    const { output } = group
    if (!x || !output || x.type !== output.type || (x.type !== 'int8' && x.type !== 'uint8')) return null
    const inputs = [x.tensor, x.scaleName, x.zeroPointName, output.scaleName, output.zeroPointName]
    return { operator, inputs, attributes: { ...node.node.attributes, ...extra(node) } }
  }
}

const poolType = (node: OnnxNode, zeroPoint: number | null): TensorType => ({
  type: zeroPoint !== null && node.has(zeroPoint) ? node.type(zeroPoint).type : node.type(0).type,
  shape: [...node.shape(0).slice(0, 2), ...placePool(node).output],
})

const globalType = (node: OnnxNode, zeroPoint: number | null): TensorType => ({
  type: zeroPoint !== null && node.has(zeroPoint) ? node.type(zeroPoint).type : node.type(0).type,
  shape: [
    ...node.shape(0).slice(0, 2),
    ...node
      .shape(0)
      .slice(2)
      .map(() => 1),
  ],
})

const wholeImage = (spatial: readonly number[]): PlacedWindow => ({
  kernel: spatial,
  strides: spatial.map(() => 1),
  pads: [...spatial, ...spatial].map(() => 0),
  dilations: spatial.map(() => 1),
  output: spatial.map(() => 1),
})

/** A pool that the reference runs in float: the sum of table values, or of float32 elements. */
function convertFloatPool(
  node: OnnxNode,
  conversion: Conversion,
  placed: PlacedWindow,
  summation: Summation,
): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const value = conversion.float(node, 0)
  const { output: _, ...window } = placed
  const isTable = value.grid !== null && value.grid.axis === null
  const emit = (target: Target | null) =>
    conversion.emit(
      'average_pool',
      [isTable ? value.grid!.tensor : value.stored()],
      { type: target ? target.type : 'float32', shape },
      {
        ...window,
        countIncludePad: node.int('count_include_pad', 0) !== 0,
        inputValues: isTable ? value.grid!.values : null,
        output: target ? { scale: target.scale, zeroPoint: target.zeroPoint } : null,
        summation,
        zeroPointAdded: 'after',
      },
    )
  const isNumber = () => isTable && value.grid!.values.every(Number.isFinite)
  conversion.define(output, new ComputedFloat(conversion, shape, emit, { isNumber }))
}

export const averagePool: OnnxOperator = {
  name: 'AveragePool',
  inputs: [1, 1],
  attributes: poolAttributes,
  earlier: [
    { until: 9, inputs: [1, 1], attributes: { ...earliest, count_include_pad: 'int' } },
    { until: 18, inputs: [1, 1], attributes: { ...earliest, ceil_mode: 'int', count_include_pad: 'int' } },
  ],
  infer: (node) => [poolType(node, null)],
  fuse: (node, group) => {
    const fused = fuseUnary('com.microsoft.QLinearAveragePool', () => ({}))(node, group)
    if (!fused || node.ints('dilations') === undefined) return fused
    throw node.error(
      'reference-refuses',
      'The reference does not load the model: its quantized AveragePool has no dilations, not even of 1',
      'Remove the attribute.',
      'dilations',
    )
  },
  convert: (node, conversion) => {
    const placed = placePool(node)
    refuseNegativePads(node, placed)
    const pool = {
      ...placed,
      opset: node.opset,
      ceilMode: node.int('ceil_mode', 0) !== 0,
      countIncludePad: node.int('count_include_pad', 0) !== 0,
      spatial: node.shape(0).slice(2),
    }
    convertFloatPool(node, conversion, placed, floatSummation(pool))
  },
}

export const globalAveragePool: OnnxOperator = {
  name: 'GlobalAveragePool',
  inputs: [1, 1],
  attributes: {},
  infer: (node) => [globalType(node, null)],
  fuse: fuseUnary('com.microsoft.QLinearGlobalAveragePool', () => ({})),
  convert: (node, conversion) =>
    convertFloatPool(node, conversion, wholeImage(node.shape(0).slice(2)), globalSummation),
}

/** Rule of QLinearGlobalAveragePool: m = f(s_x / f(s_y * f(n))). */
function emitGlobal(node: OnnxNode, conversion: Conversion): void {
  const x = conversion.quantizedInput(node, 0)
  const type: QuantizedType = defaultZeroPoint(node, 4, x.type)
  const input = scalarQuantization(node, conversion, 1, x.type, 'input')
  const output = scalarQuantization(node, conversion, 3, type, 'output')
  const count = sizeOf(x.shape.slice(2))
  const multiplier = Math.fround(input.scale / Math.fround(output.scale * Math.fround(count)))
  if (count >= 1 << 24 || multiplier < 2 ** -32 || multiplier >= 256) {
    throw node.error(
      'invalid-scale',
      `The reference refuses a global average over ${count} elements with multiplier ${multiplier}`,
      'Calibrate again: the output scale does not fit the input scale.',
    )
  }
  const name = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(name)!
  const requantization = {
    multipliers: Float32Array.of(multiplier),
    zeroPoint: output.zeroPoint,
    ...rangeOf(type),
  }
  const attributes = { inputZeroPoint: input.zeroPoint, requantization }
  const tensor = conversion.emit('global_average_pool', [x.tensor], { type, shape, name }, attributes)
  conversion.define(name, { kind: 'integer', type, shape, tensor })
}

function refuseChannelsLast(node: OnnxNode): void {
  if (node.int('channels_last', 0) === 0) return
  throw node.error('unsupported-attribute', 'channels_last is set', 'Export in NCHW order.', 'channels_last')
}

export const qLinearGlobalAveragePool: OnnxOperator = {
  name: 'com.microsoft.QLinearGlobalAveragePool',
  inputs: [4, 5],
  attributes: { channels_last: 'int' },
  infer: (node) => {
    refuseChannelsLast(node)
    return [globalType(node, 4)]
  },
  convert: emitGlobal,
}

export const qLinearAveragePool: OnnxOperator = {
  name: 'com.microsoft.QLinearAveragePool',
  inputs: [4, 5],
  attributes: { ...poolAttributes, channels_last: 'int' },
  infer: (node) => {
    refuseChannelsLast(node)
    requireScalars(node, [1, 2, 3, 4]) // of a node that nothing reads, too
    return [poolType(node, 4)]
  },
  convert: (node, conversion) => {
    const placed = placePool(node)
    refuseNegativePads(node, placed)
    const { output: spatial, ...window } = placed
    const image = node.shape(0).slice(2)
    const isWhole = window.kernel.every((k, i) => k === image[i]) && window.pads.every((p) => p === 0)
    if (isWhole && spatial.every((d) => d === 1)) return emitGlobal(node, conversion)
    const x = conversion.quantizedInput(node, 0)
    const type: QuantizedType = defaultZeroPoint(node, 4, x.type)
    const input = scalarQuantization(node, conversion, 1, x.type, 'input')
    const name = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(name)!
    const tensor = conversion.emit(
      'average_pool',
      [x.tensor],
      { type, shape, name },
      {
        ...window,
        countIncludePad: node.int('count_include_pad', 0) !== 0,
        inputValues: dequantizeTable(x.type, input),
        output: scalarQuantization(node, conversion, 3, type, 'output'),
        summation: 'rows',
        zeroPointAdded: 'before',
      },
    )
    conversion.define(name, { kind: 'integer', type, shape, tensor })
  },
}
