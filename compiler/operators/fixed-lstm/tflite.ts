// SPDX-License-Identifier: Apache-2.0
// UNIDIRECTIONAL_SEQUENCE_LSTM of int8 or int16 with int8 weights and a cell of int16, in the form that Keras exports: no
// peepholes, projection, coupled gates or layer normalization, which TFLite Micro does not have either.

import { fixedMultiplier } from '../../arithmetic/fixed-point.js'
import { f32 } from '../../arithmetic/float32.js'
import type { FixedLstmAttributes, GateProduct, LstmGate } from '../../ir/fixed-recurrent-operators.js'
import type { Tensor } from '../../ir/graph.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier } from '../tflite-rules.js'
import { requireWideShifts } from '../tflite-sums.js'

/** Places of a gate's weights and bias among the inputs: of the input, of the state, bias. */
const gates = { input: [1, 5, 12], forget: [2, 6, 13], cell: [3, 7, 14], output: [4, 8, 15] } as const
const [statePlace, cellPlace] = [18, 19]
/** Gates are in 1/4096, what a curve gives in 1/32768. */
const [gateScale, curveScale] = [2 ** -12, 2 ** -15]
const tanh = 4
/** Sums below it keep within what the reference documents for int64. */
const largestBias = 2 ** 45

export const lstm: TfliteOperator = {
  name: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
  inputs: [20, 24],
  convert(node, conversion) {
    requireForms(node)
    const [input, state, cell, output] = [
      node.input(0),
      node.input(statePlace),
      node.input(cellPlace),
      node.output(),
    ]
    const attributes = attributesOf(node, conversion)
    const [before, cellBefore] = [conversion.openState(node, state), conversion.openState(node, cell)]
    const [y, after, cellAfter] = conversion.builder.emitAll(
      'fixed_lstm',
      [conversion.stored(input.name), before, cellBefore],
      [
        { type: output.type, shape: output.shape, name: output.name },
        { type: state.type, shape: state.shape },
        { type: cell.type, shape: cell.shape },
      ],
      attributes,
    )
    conversion.keepState(node, state, before, after!)
    conversion.keepState(node, cell, cellBefore, cellAfter!)
    conversion.define(output.name, y!)
  },
}

function attributesOf(node: TfliteNode, conversion: TfliteConversion): FixedLstmAttributes {
  const { scale: cellScale } = node.quantization(node.input(cellPlace))
  const { scale: stateScale, zeroPoint } = node.quantization(node.input(statePlace))
  const gate = (name: keyof typeof gates): LstmGate => ({
    ofInput: productOf(node, conversion, 0, gates[name][0], gates[name][2]),
    ofState: productOf(node, conversion, statePlace, gates[name][1], null),
  })
  const accumulatorBits = node.input(0).type === 'int8' ? 32 : 64
  return {
    timeMajor: node.flag('timeMajor'),
    accumulatorBits,
    inputZeroPoint: node.quantization(node.input(0)).zeroPoint,
    stateZeroPoint: zeroPoint,
    ...{ input: gate('input'), forget: gate('forget'), cell: gate('cell'), output: gate('output') },
    keep: fixedMultiplier(curveScale),
    add: checkedMultiplier(node, (curveScale * curveScale) / cellScale),
    show: checkedMultiplier(node, (curveScale * curveScale) / stateScale),
    cellCurve: cellCurve(node, cellScale),
    cellLimit: cellLimit(node, cellScale),
  }
}

/** The reference takes the cell's scale for the nearest power of two; its products overflow for a large one. */
function cellCurve(node: TfliteNode, scale: number) {
  const left = 12 + Math.round(Math.log2(scale))
  if (left > 14 || left < -30) {
    throw node.refused(
      `TFLite Micro's arithmetic is undefined for a cell of scale ${scale}`,
      'Convert the model again.',
    )
  }
  return left >= 0 ? { multiplier: 3 * 2 ** left, shift: 0 } : { multiplier: 3, shift: -left }
}

function cellLimit(node: TfliteNode, scale: number): number | null {
  const clip = node.int('cellClip')
  return clip > 0 ? Math.min(32767, Math.trunc(clip / scale)) : null
}

function productOf(
  node: TfliteNode,
  conversion: TfliteConversion,
  values: number,
  place: number,
  biasPlace: number | null,
): GateProduct {
  const weight = node.input(place)
  const [of, { scale, zeroPoint }] = [node.quantization(node.input(values)), node.quantization(weight)]
  if (zeroPoint !== 0) {
    throw node.refused(
      'TFLite Micro takes the zero point of a weight for 0',
      'Convert the model again: weights are symmetric.',
    )
  }
  const real = conversion.multipliers === 'float32' ? f32(of.scale * scale) : of.scale * scale
  const by = checkedMultiplier(node, real / gateScale)
  const hidden = weight.shape[0]!
  const isNarrow = node.input(0).type === 'int8'
  if (!isNarrow) requireWideShifts(node, [by])
  const bias =
    biasPlace === null
      ? new Float64Array(hidden)
      : biasOf(node, biasPlace, hidden, isNarrow ? 'int32' : 'int64')
  return { weight: node.constant(place, 'A weight'), bias, by }
}

function biasOf(node: TfliteNode, place: number, hidden: number, type: 'int32' | 'int64'): Float64Array {
  node.requireType(node.input(place), type)
  const { data } = node.constant(place, 'A bias')
  const bias = Float64Array.from(data as ArrayLike<number | bigint>, Number)
  if (bias.length === hidden && bias.every((value) => Math.abs(value) < largestBias)) return bias
  throw node.malformed(`A bias has ${bias.length} entries instead of ${hidden}, or too large ones`)
}

function requireForms(node: TfliteNode): void {
  const [input, state, cell, output] = [
    node.input(0),
    node.input(statePlace),
    node.input(cellPlace),
    node.output(),
  ]
  node.requireType(input, 'int8', 'int16')
  node.requireType(state, input.type)
  node.requireType(output, input.type)
  node.requireType(cell, 'int16')
  node.requireRank(input, 3)
  const [outer, inner, depth] = input.shape as [number, number, number]
  const batch = node.flag('timeMajor') ? inner : outer
  const hidden = output.shape[2] ?? 0
  if (batch < 1 || depth < 1 || hidden < 1)
    throw node.malformed(`[${input.shape}] does not become [${output.shape}]`)
  node.requireShape(output, [outer, inner, hidden])
  node.requireShape(state, [batch, hidden])
  node.requireShape(cell, [batch, hidden])
  for (const [ofInput, ofState] of Object.values(gates)) {
    requireWeight(node, ofInput, [hidden, depth])
    requireWeight(node, ofState, [hidden, hidden])
  }
  const extra = [9, 10, 11, 16, 17, 20, 21, 22, 23].find((place) => node.has(place))
  if (extra !== undefined) {
    throw node.refused(
      `TFLite Micro does not have it: input ${extra} is a peephole, a projection or a layer normalization`,
      'Use a plain LSTM layer.',
    )
  }
  requireStates(node, state, cell, output)
}

function requireWeight(node: TfliteNode, place: number, shape: readonly number[]): void {
  if (!node.has(place)) {
    throw node.refused(
      `TFLite Micro does not have it: gates are coupled, input ${place} is absent`,
      'Use a plain LSTM layer.',
    )
  }
  node.requireType(node.input(place), 'int8')
  node.requireShape(node.input(place), shape)
}

function requireStates(node: TfliteNode, state: Tensor, cell: Tensor, output: Tensor): void {
  node.requireEqualQuantization(state, output)
  if (node.int('activation') !== tanh) {
    throw node.refused(
      `TFLite Micro computes TANH, but the activation has number ${node.int('activation')}`,
      'Use a plain LSTM layer with tanh.',
    )
  }
  const wide = state.type === 'int16' ? [state, cell] : [cell]
  for (const tensor of wide) {
    if (node.quantization(tensor).zeroPoint === 0) continue
    throw node.refused(
      `"${tensor.name}" of 16 bits has a zero point, which TFLite Micro starts it from byte by byte`,
      'Convert the model again.',
    )
  }
}
