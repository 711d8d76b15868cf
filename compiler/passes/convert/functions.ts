// SPDX-License-Identifier: Apache-2.0
// Elementwise float functions on described tensors: of one 8-bit tensor they become a table, of two a pair of
// tensors; anything wider is refused.
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { type Constant, sizeOf } from '../../ir/types.js'
import type { OnnxNode } from '../../operators/onnx.js'
import { ClampedFloat } from './clamped-float.js'
import type { Conversion } from './conversion.js'
import { ComputedFloat, ConstantFloat, GridFloat } from './floats.js'
import { quantizeTable } from './tables.js'
import type { FloatValue, Grid, Pair } from './values.js'

const f = Math.fround

/** One float32 rounding each, as the reference computes them. */
const operations: Record<FloatBinaryOperation, (a: number, b: number) => number> = {
  add: (a, b) => f(a + b),
  subtract: (a, b) => f(a - b),
  multiply: (a, b) => f(a * b),
  divide: (a, b) => f(a / b),
  // Of zeros of both signs the first; NaN wins.
  minimum: (a, b) => (a === b ? a : Math.min(a, b)),
  maximum: (a, b) => (a === b ? a : Math.max(a, b)),
  prelu: (a, b) => (a >= 0 ? a : f(a * b)),
}

/** value -> function(value), element by element. */
export function mapFloat(
  node: OnnxNode,
  conversion: Conversion,
  value: FloatValue,
  apply: (v: number) => number,
  label: string,
): FloatValue {
  if (value instanceof ConstantFloat) {
    const data = (value.constant.data as Float32Array).map(apply)
    return new ConstantFloat(conversion, { ...value.constant, data })
  }
  if (value.grid) return gridMapped(conversion, value.shape, value.grid, apply, label)
  if (value.pair) {
    const { pair } = value
    return pairFloat(
      node,
      conversion,
      value.shape,
      { ...pair, values: () => pair.values().map(apply) },
      label,
    )
  }
  throw node.error(
    'float-function',
    `${node.node.operator} is applied to a float tensor that is not a function of one or two quantized tensors`,
    'Quantize its input (QuantizeLinear in front of it).',
  )
}

const gridMapped = (
  c: Conversion,
  shape: readonly number[],
  grid: Grid,
  apply: (v: number) => number,
  label: string,
) =>
  new GridFloat(c, shape, {
    ...grid,
    values: grid.values.map(apply),
    quantization: null,
    label: grid.quantization ? label : `${grid.label}, ${label}`,
  })

/** Relu, Clip: also possible on float tensors that are not tables, since Q commutes with a clamp. */
export function clampFloat(
  node: OnnxNode,
  conversion: Conversion,
  value: FloatValue,
  low: number,
  high: number,
  label: string,
): FloatValue {
  if (value.grid || value instanceof ConstantFloat) {
    // Keeps -0 where a bound is 0, as the reference does.
    const clamp = (v: number) => operations.minimum(operations.maximum(v, low), high)
    return mapFloat(node, conversion, value, clamp, label)
  }
  return new ClampedFloat(conversion, value, low, high)
}

/** A function of two 8-bit tensors that is no single float operation: 65,536 entries. */
function pairFloat(
  node: OnnxNode,
  conversion: Conversion,
  shape: readonly number[],
  pair: Pair,
  label: string,
): FloatValue {
  return new ComputedFloat(
    conversion,
    shape,
    (target) => {
      if (!target) {
        throw node.error(
          'float-function',
          'A function of two quantized tensors is needed in float',
          'Quantize its result (QuantizeLinear behind it).',
        )
      }
      const table = quantizeTable(pair.values(), target)
      return conversion.emit(
        'pair_table',
        [pair.a.tensor, pair.b.tensor],
        { type: target.type, shape },
        { table, label },
      )
    },
    { pair, isNumber: () => !pair.values().some(Number.isNaN) },
  )
}

/** a op b with numpy broadcasting to `shape`. */
export function binaryFloat(
  node: OnnxNode,
  conversion: Conversion,
  operation: FloatBinaryOperation,
  a: FloatValue,
  b: FloatValue,
  shape: readonly number[],
): FloatValue {
  const merged = functionOfTwo(node, conversion, operations[operation], [a, b], shape)
  return merged ?? computedBinary(conversion, operation, a, b, shape)
}

/** apply(a, b) of two tensors, by table where no kernel has the function. Refuses what is neither constant nor quantized. */
export function pairFunction(
  node: OnnxNode,
  conversion: Conversion,
  apply: (a: number, b: number) => number,
  [a, b]: readonly [FloatValue, FloatValue],
  shape: readonly number[],
): FloatValue {
  const merged = functionOfTwo(node, conversion, apply, [a, b], shape)
  if (merged) return merged
  const pair = pairOf(a, b, apply)
  if (pair) return pairFloat(node, conversion, shape, pair, node.node.operator)
  throw node.error(
    'float-function',
    `${node.node.operator} is applied to a float tensor that is not quantized`,
    'Quantize both of its inputs (QuantizeLinear in front of it), or make one of them a constant of one element.',
  )
}

/** The function of one tensor, or of one pair, that apply(a, b) is; null where it is of another kind. */
function functionOfTwo(
  node: OnnxNode,
  conversion: Conversion,
  apply: (a: number, b: number) => number,
  [a, b]: readonly [FloatValue, FloatValue],
  shape: readonly number[],
): FloatValue | null {
  const label = node.node.operator
  if (a instanceof ConstantFloat && a.grid === null) {
    const mapped = withConstant(conversion, b, a.constant, shape, (v, c) => apply(c, v), label)
    if (mapped) return mapped
  }
  if (b instanceof ConstantFloat) {
    const mapped = withConstant(conversion, a, b.constant, shape, apply, label)
    if (mapped) return mapped
  }
  if (a.grid && b.grid && sameTensor(a, b)) {
    const [ga, gb] = [a.grid, b.grid]
    const values = ga.values.map((v, i) => apply(v, gb.values[i]!))
    return new GridFloat(conversion, shape, {
      ...ga,
      values,
      quantization: null,
      label: `${gb.label}, ${label}`,
    })
  }
  const merged = mergedPair(a, b, apply)
  return merged && pairFloat(node, conversion, shape, merged, label)
}

function computedBinary(
  conversion: Conversion,
  operation: FloatBinaryOperation,
  a: FloatValue,
  b: FloatValue,
  shape: readonly number[],
): FloatValue {
  const side = (value: FloatValue) =>
    value.grid && value.grid.axis === null
      ? { tensor: () => value.grid!.tensor, table: value.grid.values }
      : { tensor: () => value.stored(), table: null }
  const [sideA, sideB] = [side(a), side(b)]
  const emit = (target: { type: 'int8' | 'uint8'; scale: number; zeroPoint: number } | null) =>
    conversion.emit(
      'float_binary',
      [sideA.tensor(), sideB.tensor()],
      { type: target ? target.type : 'float32', shape },
      {
        operation,
        tableA: sideA.table,
        tableB: sideB.table,
        output: target ? { scale: target.scale, zeroPoint: target.zeroPoint } : null,
      },
    )
  const pair = pairOf(a, b, operations[operation])
  const isNumber = () => isSafe(operation, a, b)
  return new ComputedFloat(conversion, shape, emit, { pair, isNumber })
}

/** Of two tensors of finite values no operation but a division by 0 makes NaN. */
function isSafe(operation: FloatBinaryOperation, a: FloatValue, b: FloatValue): boolean {
  if (operation === 'minimum' || operation === 'maximum') return a.isNumber && b.isNumber
  const isBounded = (value: FloatValue) => value.grid?.values.every(Number.isFinite) === true
  return isBounded(a) && isBounded(b) && !(operation === 'divide' && b.grid!.values.includes(0))
}

const sameTensor = (a: FloatValue, b: FloatValue): boolean =>
  a.grid!.tensor === b.grid!.tensor && a.grid!.axis === b.grid!.axis

/** The described function of two tables, where both are without an axis. */
function pairOf(a: FloatValue, b: FloatValue, apply: (x: number, y: number) => number): Pair | null {
  const [ga, gb] = [a.grid, b.grid]
  if (!ga || !gb || ga.axis !== null || gb.axis !== null) return null
  const values = () => {
    const table = new Float32Array(65536)
    for (let i = 0; i < 256; i++) {
      for (let j = 0; j < 256; j++) table[i * 256 + j] = apply(ga.values[i]!, gb.values[j]!)
    }
    return table
  }
  return { a: { ...ga, shape: a.shape }, b: { ...gb, shape: b.shape }, values }
}

/** Two functions of the same pair, or a function of a pair and of one of its two tensors, are one function of the pair. */
function mergedPair(a: FloatValue, b: FloatValue, apply: (x: number, y: number) => number): Pair | null {
  const pair = a.pair ?? b.pair
  if (!pair) return null
  const over = (value: FloatValue): ((i: number, j: number) => number) | null => {
    if (value.pair && value.pair.a.tensor === pair.a.tensor && value.pair.b.tensor === pair.b.tensor) {
      const table = value.pair.values()
      return (i, j) => table[i * 256 + j]!
    }
    const { grid } = value
    if (!grid || grid.axis !== null) return null
    if (grid.tensor === pair.a.tensor) return (i) => grid.values[i]!
    if (grid.tensor === pair.b.tensor) return (_, j) => grid.values[j]!
    return null
  }
  const [fa, fb] = [over(a), over(b)]
  if (!fa || !fb) return null
  const values = () =>
    Float32Array.from({ length: 65536 }, (_, k) => apply(fa(k >> 8, k & 255), fb(k >> 8, k & 255)))
  return { a: pair.a, b: pair.b, values }
}

/**
 * A table with a constant folded in: a constant with one element, or one element per coordinate of a single axis.
 * Null where the constant varies otherwise or the shape grows.
 */
function withConstant(
  conversion: Conversion,
  value: FloatValue,
  constant: Constant,
  shape: readonly number[],
  apply: (v: number, c: number) => number,
  label: string,
): FloatValue | null {
  const { grid } = value
  const data = constant.data as Float32Array
  if (value instanceof ConstantFloat) return null
  if (!grid || shape.length !== value.shape.length || sizeOf(shape) !== sizeOf(value.shape)) return null
  const labelled = grid.quantization ? label : `${grid.label}, ${label}`
  if (data.length === 1) {
    const values = grid.values.map((v) => apply(v, data[0]!))
    return new GridFloat(conversion, shape, { ...grid, values, quantization: null, label: labelled })
  }
  const axes = constant.shape.map((d, i) => (d === 1 ? -1 : i + shape.length - constant.shape.length))
  const varying = axes.filter((axis) => axis >= 0)
  if (varying.length !== 1) return null
  const axis = varying[0]!
  if (grid.axis !== null && grid.axis !== axis) return null
  const values = new Float32Array(data.length * 256)
  for (let channel = 0; channel < data.length; channel++) {
    for (let byte = 0; byte < 256; byte++) {
      const v = grid.axis === null ? grid.values[byte]! : grid.values[channel * 256 + byte]!
      values[channel * 256 + byte] = apply(v, data[channel]!)
    }
  }
  return new GridFloat(conversion, shape, { ...grid, values, axis, quantization: null, label: labelled })
}
