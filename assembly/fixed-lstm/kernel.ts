// SPDX-License-Identifier: MIT-0
// fixed_lstm: an LSTM of ELEMENT (int8, int16) with int8 weights and an int16 cell, as TFLite Micro computes it. Per step, unit:
//   gate = clamp16(requantize(bias + W x) + requantize(R h))   in 1/4096, for input i, forget f, candidate g, output o
//   c = clamp(clamp16(clamp16(KEEP * (logistic f * c)) + clamp16(ADD * (logistic i * tanh g))))
//   h = clamp(SHOW * (tanh c * logistic o) + STATE_ZERO_POINT)
//   Segment: [ curve 512 | per unit, per gate i f g o: record of W, record of R, row of W, row of R ]; zero points are in the
//   biases. All units read the old h: the new one is gathered in NEXT. Rows of x and y: step * STEP_ROWS + batch * BATCH_ROWS.
import { logistic16, tanh16 } from "../curves"
import { clamp } from "../primitives"
import { multiplyFixed } from "../requantize"
import { copyWeights } from "../weights"
import {
  ACCUMULATOR, ADD, ADD_LEFT, ADD_RIGHT, BATCH, BATCH_ROWS, CELL_AFTER, CELL_BEFORE, CELL_MAX, CELL_MIN, CELL_MULTIPLIER,
  CELL_SHIFT, CURVE, DEPTH, ELEMENT, HIDDEN, HIDDEN_AFTER, HIDDEN_BEFORE, INPUT, KEEP, KEEP_LEFT, KEEP_RIGHT, NEXT, OUTPUT,
  RECORD_BYTES, SEGMENT, SHOW, SHOW_LEFT, SHOW_RIGHT, STATE_ZERO_POINT, STEPS, STEP_ROWS, TILE, requantize,
} from "./constants"

const WIDTH: usize = sizeof<ELEMENT>()
const STATE_BYTES: usize = HIDDEN * WIDTH
const GATE_BYTES: usize = 2 * RECORD_BYTES + DEPTH + HIDDEN
const UNITS: usize = SEGMENT + 512
/** Greatest value of an ELEMENT. */
const LIMIT: i32 = (1 << ((<i32>WIDTH << 3) - 1)) - 1
const CELL_HALF: i32 = CELL_SHIFT > 0 ? 1 << (CELL_SHIFT - 1) : 0

export function run(): void {
  copyWeights(CURVE, SEGMENT, 512)
  if (HIDDEN_AFTER != HIDDEN_BEFORE) memory.copy(HIDDEN_AFTER, HIDDEN_BEFORE, BATCH * STATE_BYTES)
  if (CELL_AFTER != CELL_BEFORE) memory.copy(CELL_AFTER, CELL_BEFORE, BATCH * HIDDEN * 2)
  for (let step: usize = 0; step < STEPS; step++) {
    for (let unit: usize = 0; unit < HIDDEN; unit++) {
      copyWeights(TILE, UNITS + unit * (4 * GATE_BYTES), 4 * GATE_BYTES)
      for (let batch: usize = 0; batch < BATCH; batch++) {
        stepOfUnit(INPUT + (step * STEP_ROWS + batch * BATCH_ROWS) * (DEPTH * WIDTH), batch, unit)
      }
    }
    memory.copy(HIDDEN_AFTER, NEXT, BATCH * STATE_BYTES)
    for (let batch: usize = 0; batch < BATCH; batch++) {
      const row = step * STEP_ROWS + batch * BATCH_ROWS
      memory.copy(OUTPUT + row * STATE_BYTES, NEXT + batch * STATE_BYTES, STATE_BYTES)
    }
  }
}

function stepOfUnit(x: usize, batch: usize, unit: usize): void {
  const h = HIDDEN_AFTER + batch * STATE_BYTES
  const place = CELL_AFTER + ((batch * HIDDEN + unit) << 1)
  const take = logistic16(gate(TILE, x, h) * 3, CURVE)
  const forget = logistic16(gate(TILE + GATE_BYTES, x, h) * 3, CURVE)
  const candidate = tanh16(gate(TILE + 2 * GATE_BYTES, x, h) * 3, CURVE)
  const show = logistic16(gate(TILE + 3 * GATE_BYTES, x, h) * 3, CURVE)
  const kept = clamp16(multiplyFixed((forget * <i32>load<i16>(place)) << KEEP_LEFT, KEEP, KEEP_RIGHT))
  const added = clamp16(multiplyFixed((take * candidate) << ADD_LEFT, ADD, ADD_RIGHT))
  const cell = clamp(clamp16(kept + added), CELL_MIN, CELL_MAX)
  store<i16>(place, <i16>cell)
  const curve = tanh16((cell * CELL_MULTIPLIER + CELL_HALF) >> CELL_SHIFT, CURVE)
  const shown = multiplyFixed((curve * show) << SHOW_LEFT, SHOW, SHOW_RIGHT) + STATE_ZERO_POINT
  store<ELEMENT>(NEXT + batch * STATE_BYTES + unit * WIDTH, <ELEMENT>clamp(shown, -LIMIT - 1, LIMIT))
}

/** Both products of a gate, in 1/4096. */
function gate(tile: usize, x: usize, h: usize): i32 {
  const weights = tile + 2 * RECORD_BYTES
  return clamp16(product(tile, weights, x, DEPTH) + product(tile + RECORD_BYTES, weights + DEPTH, h, HIDDEN))
}

function product(record: usize, weight: usize, values: usize, count: usize): i32 {
  let sum = load<ACCUMULATOR>(record, 0, 1)
  for (const end = weight + count; weight != end; weight++) {
    sum += <ACCUMULATOR>(<i32>load<ELEMENT>(values) * <i32>load<i8>(weight))
    values += WIDTH
  }
  return requantize(sum, record, 0, -32768, 32767)
}

// @ts-ignore: decorator
@inline function clamp16(value: i32): i32 {
  return clamp(value, -32768, 32767)
}
