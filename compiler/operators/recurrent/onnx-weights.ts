// SPDX-License-Identifier: Apache-2.0
// Weights of recurrent layers as the products read them: float32, or 8-bit with a scale and zero point per row.
import type { RecurrentWeight } from '../../ir/recurrent-operators.js'
import type { Constant } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { blockOf } from '../../passes/convert/float-sums.js'
import type { QuantizedConstant } from '../../passes/convert/values.js'
import type { OnnxNode } from '../onnx.js'

/** Terms per block where the reference has packed the matrix beforehand. */
const packedBlock = 256

/**
 * A constant [directions, rows, depth], float32 or behind one DequantizeLinear. The reference packs float constants, in
 * layers that do so; what is dequantized it multiplies as it comes.
 */
export function floatWeight(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  shape: readonly [number, number, number],
  packs: boolean,
): RecurrentWeight {
  const name = node.node.inputs[input]!
  const value = conversion.value(name)
  const what = input === 1 ? 'weight' : 'recurrence weight'
  if (value.kind !== 'constant') {
    const remedy = `Make its ${what} an initializer.`
    throw node.error('not-constant', `Its ${what} (input ${input}) is computed at run time`, remedy)
  }
  const { constant, quantized } = value
  if (constant.type !== 'float32' || `${constant.shape}` !== `${shape}`) {
    const remedy = `Give it float32 of shape [${shape}].`
    throw node.error('malformed-model', `Its ${what} is ${constant.type} [${constant.shape}]`, remedy)
  }
  if (!(constant.data as Float32Array).every(Number.isFinite)) {
    throw node.error('unsupported-feature', `Its ${what} is not finite`, 'Correct the weights.')
  }
  const isPacked = packs && conversion.graph.tensors.get(name)?.constant !== undefined
  const block = isPacked ? packedBlock : blockOf(shape[1])
  return (
    (quantized && byRows(quantized, block)) ?? { values: constant, scales: null, zeroPoints: null, block }
  )
}

/** 8-bit weights whose scales run along rows or directions, if at all. */
function byRows(
  { constant, scales, zeroPoints, axis }: QuantizedConstant,
  block: number,
): RecurrentWeight | null {
  const is8Bit = constant.type === 'int8' || constant.type === 'uint8'
  if (!is8Bit || (scales.length > 1 && axis === 2)) return null
  const [directions, rows] = constant.shape as [number, number, number]
  const of = (list: ArrayLike<number>, row: number) =>
    list.length === 1 ? list[0]! : list[axis === 0 ? Math.floor(row / rows) : row % rows]!
  const count = { length: directions * rows }
  return {
    values: constant,
    scales: Float32Array.from(count, (_, row) => of(scales, row)),
    zeroPoints: Array.from(count, (_, row) => of(zeroPoints, row)),
    block,
  }
}

/** The kernel reads both weights in one type: where they differ, as float32. */
export function sameStorage(a: RecurrentWeight, b: RecurrentWeight): [RecurrentWeight, RecurrentWeight] {
  if (a.values.type === b.values.type) return [a, b]
  return [asFloat(a), asFloat(b)]
}

function asFloat({ values, scales, zeroPoints, block }: RecurrentWeight): RecurrentWeight {
  if (!scales) return { values, scales, zeroPoints, block }
  const depth = values.shape[2]!
  const data = Float32Array.from(values.data as Int8Array, (q, at) => {
    const row = Math.floor(at / depth)
    return Math.fround(q - zeroPoints![row]!) * scales[row]!
  })
  const constant: Constant = { type: 'float32', shape: values.shape, data }
  return { values: constant, scales: null, zeroPoints: null, block }
}
