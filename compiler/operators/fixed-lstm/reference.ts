// SPDX-License-Identifier: Apache-2.0
// TFLite Micro's LSTM of quanta, step after step, in the order of its own roundings.

import { type CurveArgument, curveOf } from '../../arithmetic/fixed-curves.js'
import { applyFixed, requantizeFixed } from '../../arithmetic/fixed-point.js'
import { clamp } from '../../arithmetic/float32.js'
import { applyWide } from '../../arithmetic/wide-fixed-point.js'
import type { FixedLstmAttributes, GateProduct, LstmGate } from '../../ir/fixed-recurrent-operators.js'
import { allocate, type Data, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

const int16 = { min: -32768, max: 32767 }
/** Gates are in 1/4096. */
const gateCurve: CurveArgument = { multiplier: 3, shift: 0 }

export const reference: OperatorDefinition<'fixed_lstm'>['reference'] = (
  node,
  [x, before, cellBefore],
  outputs,
) => {
  const { attributes } = node
  const [outer, inner, depth] = x!.shape as [number, number, number]
  const [steps, batch] = attributes.timeMajor ? [outer, inner] : [inner, outer]
  const hidden = attributes.input.ofState.weight.shape[0]!
  const output = allocate(outputs[0]!.type, sizeOf(outputs[0]!.shape))
  const [state, cells] = [before!.data.slice(), cellBefore!.data.slice()]
  for (let step = 0; step < steps; step++) {
    for (let b = 0; b < batch; b++) {
      const row = attributes.timeMajor ? step * batch + b : b * steps + step
      const input = x!.data.slice(row * depth, (row + 1) * depth)
      const old = state.slice(b * hidden, (b + 1) * hidden)
      for (let unit = 0; unit < hidden; unit++) {
        const at = b * hidden + unit
        const { cell, shown } = stepOf(attributes, input, old, Number(cells[at]), unit)
        cells[at] = cell
        state[at] = shown
        output[row * hidden + unit] = shown
      }
    }
  }
  return [output, state, cells].map((data, i) => ({ shape: outputs[i]!.shape, data }))
}

function stepOf(attributes: FixedLstmAttributes, input: Data, old: Data, cellBefore: number, unit: number) {
  const gate = (one: LstmGate) =>
    clamp(
      product(attributes, one.ofInput, input, attributes.inputZeroPoint, unit) +
        product(attributes, one.ofState, old, attributes.stateZeroPoint, unit),
      int16,
    )
  const forget = curveOf('logistic', gate(attributes.forget), gateCurve)
  const take = curveOf('logistic', gate(attributes.input), gateCurve)
  const candidate = curveOf('tanh', gate(attributes.cell), gateCurve)
  const show = curveOf('logistic', gate(attributes.output), gateCurve)
  const kept = clamp(applyFixed(forget * cellBefore, attributes.keep), int16)
  const added = clamp(applyFixed(take * candidate, attributes.add), int16)
  const limit = attributes.cellLimit
  const sum = clamp(kept + added, int16)
  const cell = limit === null ? sum : clamp(sum, { min: -limit, max: limit })
  const curve = curveOf('tanh', cell, attributes.cellCurve)
  const range = old instanceof Int8Array ? { min: -128, max: 127 } : int16
  const shown = requantizeFixed(curve * show, attributes.show, {
    ...range,
    zeroPoint: attributes.stateZeroPoint,
  })
  return { cell, shown }
}

function product(
  { accumulatorBits }: FixedLstmAttributes,
  { weight, bias, by }: GateProduct,
  values: Data,
  zeroPoint: number,
  unit: number,
): number {
  let accumulator = bias[unit]!
  for (let i = 0; i < values.length; i++) {
    accumulator += (Number(values[i]) - zeroPoint) * Number(weight.data[unit * values.length + i])
    if (accumulatorBits === 32) accumulator |= 0
  }
  return clamp(accumulatorBits === 32 ? applyFixed(accumulator, by) : applyWide(accumulator, by), int16)
}
