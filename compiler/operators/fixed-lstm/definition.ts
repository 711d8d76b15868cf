// SPDX-License-Identifier: Apache-2.0
// fixed_lstm: an LSTM of int8 or int16 in fixed point, as TFLite Micro computes it. Its two states are written in place.
import { sigmoidTable } from '../../arithmetic/fixed-curves.js'
import { encodeDoubleRecord, type FixedMultiplier } from '../../arithmetic/fixed-point.js'
import { encodeWideRecord } from '../../arithmetic/wide-fixed-point.js'
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import type { FixedLstmAttributes, GateProduct } from '../../ir/fixed-recurrent-operators.js'
import { bytesPerElement } from '../../ir/types.js'
import { alignUp } from '../../memory/plan.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
const address = ({ name }: ProgramTensor): KernelConstant => ({ kind: 'address', tensor: name })

export const fixedLstm = defineOperator({
  name: 'fixed_lstm',
  summary: 'LSTM layer of int8 or int16 in fixed point',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const [input, before, cellBefore] = node.inputs.map((name) => context.tensor(name))
    const [output, after, cellAfter] = node.outputs.map((name) => context.tensor(name))
    const { attributes } = node
    const [outer, inner, depth] = input!.shape as [number, number, number]
    const [steps, batch] = attributes.timeMajor ? [outer, inner] : [inner, outer]
    const hidden = attributes.input.ofState.weight.shape[0]!
    const units = encodeUnits(attributes, hidden)
    const curve = bytesOf(sigmoidTable)
    const tile = alignUp(units.length / hidden, 8)
    const products = gatesOf(attributes).flatMap(({ ofInput, ofState }) => [ofInput, ofState])
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'fixed-lstm',
        constants: {
          ELEMENT: { kind: 'type', value: nativeType(node, input!) },
          ...{ INPUT: address(input!), OUTPUT: address(output!) },
          ...{ HIDDEN_BEFORE: address(before!), HIDDEN_AFTER: address(after!) },
          ...{ CELL_BEFORE: address(cellBefore!), CELL_AFTER: address(cellAfter!) },
          ...{ SEGMENT: { kind: 'segment', offset: 0 }, CURVE: { kind: 'scratch', offset: 0 } },
          TILE: { kind: 'scratch', offset: curve.length },
          NEXT: { kind: 'scratch', offset: curve.length + tile },
          ...{ STEPS: usize(steps), BATCH: usize(batch), DEPTH: usize(depth), HIDDEN: usize(hidden) },
          STEP_ROWS: usize(attributes.timeMajor ? batch : 1),
          BATCH_ROWS: usize(attributes.timeMajor ? 1 : steps),
          ...finishConstants(attributes),
        },
        inputs: [...node.inputs],
        outputs: [...node.outputs],
        inPlace: [
          { input: 1, output: 1 },
          { input: 2, output: 2 },
        ],
        scratchBytes: curve.length + tile + batch * hidden * bytesPerElement(input!.type),
        segment: joinBytes([curve, units]),
        macs: steps * batch * hidden * 4 * (depth + hidden),
        weightBytes: products.reduce(
          (sum, { weight, bias }) =>
            sum + weight.data.length + (bias.length * attributes.accumulatorBits) / 8,
          0,
        ),
        requantizer: attributes.accumulatorBits === 32 ? 'double' : 'wide',
      },
    ]
  },
})

/** In the order in which the kernel reads them. */
const gatesOf = ({ input, forget, cell, output }: FixedLstmAttributes) => [input, forget, cell, output]

function finishConstants(attributes: FixedLstmAttributes): Record<string, KernelConstant> {
  const { accumulatorBits, keep, add, show, cellCurve, cellLimit, stateZeroPoint } = attributes
  const [type, symbol, record] =
    accumulatorBits === 32
      ? (['i32', 'requantizeDouble', 'DOUBLE_RECORD_BYTES'] as const)
      : (['i64', 'requantizeWide', 'WIDE_RECORD_BYTES'] as const)
  const multiplier = (prefix: string, by: FixedMultiplier) => ({
    [prefix]: i32(by.multiplier),
    [`${prefix}_LEFT`]: i32(Math.max(by.shift, 0)),
    [`${prefix}_RIGHT`]: i32(Math.max(-by.shift, 0)),
  })
  return {
    ACCUMULATOR: { kind: 'type', value: type },
    requantize: { kind: 'code', symbol, from: '../requantize' },
    RECORD_BYTES: { kind: 'code', symbol: record, from: '../requantize' },
    ...multiplier('KEEP', keep),
    ...multiplier('ADD', add),
    ...multiplier('SHOW', show),
    CELL_MULTIPLIER: i32(cellCurve.multiplier),
    CELL_SHIFT: i32(cellCurve.shift),
    CELL_MIN: i32(cellLimit === null ? -32768 : -cellLimit),
    CELL_MAX: i32(cellLimit ?? 32767),
    STATE_ZERO_POINT: i32(stateZeroPoint),
  }
}

/** Per unit and gate: the records of both products, the weights of the input, those of the state. */
function encodeUnits(attributes: FixedLstmAttributes, hidden: number): Uint8Array {
  const { inputZeroPoint, stateZeroPoint } = attributes
  const pieces: Uint8Array[] = []
  for (let unit = 0; unit < hidden; unit++) {
    for (const { ofInput, ofState } of gatesOf(attributes)) {
      pieces.push(
        recordOf(attributes, ofInput, inputZeroPoint, unit),
        recordOf(attributes, ofState, stateZeroPoint, unit),
      )
      pieces.push(bytesOf(rowOf(ofInput, unit)), bytesOf(rowOf(ofState, unit)))
    }
  }
  return joinBytes(pieces)
}

const rowOf = ({ weight }: GateProduct, unit: number): Int8Array => {
  const depth = weight.shape[1]!
  return (weight.data as Int8Array).slice(unit * depth, (unit + 1) * depth)
}

/** The zero point of what the weights multiply goes into the bias. */
function recordOf(
  { accumulatorBits }: FixedLstmAttributes,
  product: GateProduct,
  zeroPoint: number,
  unit: number,
): Uint8Array {
  const bias = product.bias[unit]! - zeroPoint * rowOf(product, unit).reduce((sum, w) => sum + w, 0)
  return accumulatorBits === 32
    ? encodeDoubleRecord(bias | 0, product.by)
    : encodeWideRecord(bias, product.by)
}
