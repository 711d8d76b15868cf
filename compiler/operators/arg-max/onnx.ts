// SPDX-License-Identifier: Apache-2.0
// ONNX ArgMax and ArgMin. On a table whose order is not that of the quanta, the quanta are first replaced by the ranks of
// their values, so that equal values tie as they do in float.
import type { Conversion } from '../../passes/convert/conversion.js'
import { dequantizeTable, isMonotone } from '../../passes/convert/tables.js'
import type { Grid } from '../../passes/convert/values.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

const axisOf = (node: OnnxNode) => node.axis(node.int('axis', 0), node.shape(0).length)

/**
 * The tensor itself where its quanta order as its values do and differ where they do, else a tensor of ranks. For the
 * least element the ranks run the other way.
 */
function ranked(
  conversion: Conversion,
  grid: Pick<Grid, 'values' | 'type' | 'tensor'>,
  shape: readonly number[],
  isMinimum: boolean,
): string {
  const distinct = [...new Set(grid.values)].sort((a, b) => (isMinimum ? b - a : a - b))
  if (!isMinimum && distinct.length === 256 && isMonotone(grid.values, grid.type)) return grid.tensor
  const table = Uint8Array.from(grid.values, (v) => distinct.indexOf(v))
  return conversion.emit(
    'table',
    [grid.tensor],
    { type: 'uint8', shape },
    { table, axis: null, label: 'rank' },
  )
}

/** What is ranked: a quantized tensor, or a function of one; ranks of integers are those of their values. */
function rankedInput(node: OnnxNode, conversion: Conversion, isMinimum: boolean): string {
  if (conversion.value(node.node.inputs[0]!).kind === 'integer') {
    const { type, tensor, shape } = conversion.quantizedInput(node, 0)
    const values = dequantizeTable(type, { scale: 1, zeroPoint: 0 })
    return ranked(conversion, { values, type, tensor }, shape, isMinimum)
  }
  const { grid, isNumber, shape } = conversion.float(node, 0)
  if (grid?.axis !== null) {
    throw node.error(
      'float-function',
      `It takes the ${isMinimum ? 'minimum' : 'maximum'} of a float tensor that is not a function of one quantized tensor`,
      'Quantize its input.',
    )
  }
  if (!isNumber) {
    throw node.error(
      'float-function',
      'Its input may be NaN, which has no place in the order of numbers',
      'Keep the input of the function in front of it where the function has a value.',
    )
  }
  return ranked(conversion, grid, shape, isMinimum)
}

const extremum = (name: string, isMinimum: boolean): OnnxOperator => ({
  name,
  inputs: [1, 1],
  attributes: { axis: 'int', keepdims: 'int', select_last_index: 'int' },
  earlier: [{ until: 11, inputs: [1, 1], attributes: { axis: 'int', keepdims: 'int' } }],
  infer: (node) => {
    const axis = axisOf(node)
    const keeps = node.int('keepdims', 1) !== 0
    const shape = node.shape(0).flatMap((d, i) => (i === axis ? (keeps ? [1] : []) : [d]))
    return [{ type: 'int64', shape }]
  },
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(output)!
    const tensor = rankedInput(node, conversion, isMinimum)
    const attributes = { axis: axisOf(node), selectLast: node.int('select_last_index', 0) !== 0 }
    const result = conversion.emit('arg_max', [tensor], { type: 'int64', shape, name: output }, attributes)
    conversion.define(output, { kind: 'integer', type: 'int64', shape, tensor: result })
  },
})

export const argMax = extremum('ArgMax', false)
export const argMin = extremum('ArgMin', true)
