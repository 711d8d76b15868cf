// SPDX-License-Identifier: MIT-0
// recurrent: one direction of an LSTM, GRU or RNN, step after step; state [BATCH][HIDDEN] float32 in scratch.
//   Segment: [ values of input quanta or powers of e | biases, peepholes | rows of the products of X | rows of those of h ]
//   Each step reads all rows once, whatever the batch. Outputs are steps of OUTPUT_STEP bytes, and the last state.
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import { dynamicScale, dynamicZeroPoint, quantizeAll } from "../dynamic-range"
import { dequantize } from "../quantize"
import { resetGru, stepGru, stepLstm, stepRnn } from "./cells"
import { multiply } from "./products"
import {
  BATCH, BIASES, CELL, CELL_OUTPUT, CELL_STATE, FINAL_HIDDEN, GATE_BYTES, GATES, HAS_BIAS, HAS_CELL_OUTPUT, HAS_FINAL_HIDDEN,
  HAS_INITIAL_CELL, HAS_INITIAL_HIDDEN, HAS_SEQUENCE, HIDDEN, HIDDEN_STATE, INITIAL_CELL, INITIAL_HIDDEN, INPUT, INPUT_BLOCK,
  INPUT_ELEMENT, INPUT_KIND, INPUT_ROW_BYTES, INPUT_ROWS, INPUT_SCALE, INPUT_ZERO_POINT, INPUTS, IS_DYNAMIC, IS_LINEAR,
  IS_REVERSED, KEPT, OUTPUT, OUTPUT_STEP,
  QUANTA, SEGMENT, STATE_BLOCK, STATE_QUANTA, STATE_ROW_BYTES, STATE_ROWS, STEPS, TABLE, CONSTANT_BYTES, UNIT_GATES, VECTORS,
} from "./constants"

// CELL
const LSTM: i32 = 0
const GRU: i32 = 1

// INPUT_KIND
const FLOAT: i32 = 0
const AFFINE: i32 = 1

const STATE: usize = BATCH * HIDDEN
const STATE_BYTES: usize = STATE << 2
const STEP: usize = BATCH * INPUTS

export function run(): void {
  if (CONSTANT_BYTES > 0) copyWeights(TABLE, SEGMENT, CONSTANT_BYTES)
  start(HIDDEN_STATE, INITIAL_HIDDEN, HAS_INITIAL_HIDDEN)
  if (CELL == LSTM) start(CELL_STATE, INITIAL_CELL, HAS_INITIAL_CELL)
  let scale: f32 = 1
  let zero: i32 = 0
  if (IS_DYNAMIC) {
    scale = dynamicScale(INPUT, STEPS * STEP)
    zero = dynamicZeroPoint(INPUT, STEPS * STEP, scale)
    quantizeAll(INPUT, STEPS * STEP, scale, zero, QUANTA)
  }
  for (let step: usize = 0; step < STEPS; step++) {
    const time = IS_REVERSED ? STEPS - 1 - step : step
    if (CELL > GRU) fillBias(GATES, GATE_BYTES, BIASES)
    multiply(INPUT_ROWS, INPUT_ROW_BYTES, UNIT_GATES * HIDDEN, INPUTS, INPUT_BLOCK, vectorsOf(time), GATES, CELL > GRU, scale, zero)
    if (CELL == LSTM) lstm()
    else if (CELL == GRU) gru()
    else rnn()
    if (HAS_SEQUENCE) write(OUTPUT + time * OUTPUT_STEP, HIDDEN_STATE)
  }
  if (HAS_FINAL_HIDDEN) write(FINAL_HIDDEN, HIDDEN_STATE)
  if (HAS_CELL_OUTPUT) write(CELL_OUTPUT, CELL_STATE)
}

function lstm(): void {
  if (IS_DYNAMIC) {
    const scale = dynamicScale(HIDDEN_STATE, STATE)
    const zero = dynamicZeroPoint(HIDDEN_STATE, STATE, scale)
    quantizeAll(HIDDEN_STATE, STATE, scale, zero, STATE_QUANTA)
    multiply(STATE_ROWS, STATE_ROW_BYTES, 4 * HIDDEN, HIDDEN, STATE_BLOCK, STATE_QUANTA, GATES, true, scale, zero)
  } else {
    multiply(STATE_ROWS, STATE_ROW_BYTES, 4 * HIDDEN, HIDDEN, STATE_BLOCK, HIDDEN_STATE, GATES, true, 1, 0)
  }
  for (let b: usize = 0; b < BATCH; b++) {
    const row = b * (HIDDEN << 2)
    stepLstm(GATES + b * GATE_BYTES, HIDDEN_STATE + row, CELL_STATE + row)
  }
}

/** KEPT: rows GATE_BYTES apart, as the products leave them; plain cells pack them, since they are multiplied. */
function gru(): void {
  const rowsOfH = STATE_ROWS + 2 * HIDDEN * STATE_ROW_BYTES
  const keptStep: usize = IS_LINEAR ? GATE_BYTES : HIDDEN << 2
  multiply(STATE_ROWS, STATE_ROW_BYTES, 2 * HIDDEN, HIDDEN, STATE_BLOCK, HIDDEN_STATE, GATES, true, 1, 0)
  if (IS_LINEAR) {
    if (HAS_BIAS) fillBias(KEPT, GATE_BYTES, BIASES + 3 * (HIDDEN << 2))
    multiply(rowsOfH, STATE_ROW_BYTES, HIDDEN, HIDDEN, STATE_BLOCK, HIDDEN_STATE, KEPT, HAS_BIAS, 1, 0)
  }
  for (let b: usize = 0; b < BATCH; b++) {
    resetGru(GATES + b * GATE_BYTES, HIDDEN_STATE + b * (HIDDEN << 2), KEPT + b * keptStep)
  }
  if (IS_LINEAR) addKept()
  else multiply(rowsOfH, STATE_ROW_BYTES, HIDDEN, HIDDEN, STATE_BLOCK, KEPT, GATES + 2 * (HIDDEN << 2), true, 1, 0)
  for (let b: usize = 0; b < BATCH; b++) stepGru(GATES + b * GATE_BYTES, HIDDEN_STATE + b * (HIDDEN << 2))
}

function addKept(): void {
  for (let b: usize = 0; b < BATCH; b++) {
    const row = b * GATE_BYTES
    for (let unit: usize = 0; unit < HIDDEN << 2; unit += 4) {
      const at = GATES + row + 2 * (HIDDEN << 2) + unit
      store<f32>(at, load<f32>(at) + load<f32>(KEPT + row + unit))
    }
  }
}

function rnn(): void {
  multiply(STATE_ROWS, STATE_ROW_BYTES, HIDDEN, HIDDEN, STATE_BLOCK, HIDDEN_STATE, KEPT, false, 1, 0)
  for (let b: usize = 0; b < BATCH; b++) {
    const row = b * GATE_BYTES
    stepRnn(KEPT + row, GATES + row, HIDDEN_STATE + b * (HIDDEN << 2))
  }
}

/** `biases` (or zeros) for each batch row. */
function fillBias(at: usize, step: usize, biases: usize): void {
  for (let b: usize = 0; b < BATCH; b++) {
    if (HAS_BIAS) memory.copy(at + b * step, biases, HIDDEN << 2)
    else memory.fill(at + b * step, 0, HIDDEN << 2)
  }
}

function start(state: usize, initial: usize, isGiven: bool): void {
  if (isGiven) memory.copy(state, initial, STATE_BYTES)
  else memory.fill(state, 0, STATE_BYTES)
}

function write(output: usize, state: usize): void {
  for (let i: usize = 0; i < STATE_BYTES; i += 4) storeFloat(output + i, load<f32>(state + i))
}

/** Address of the step's input as the products take it. */
function vectorsOf(time: usize): usize {
  if (IS_DYNAMIC) return QUANTA + time * STEP
  const input = INPUT + time * (STEP * sizeof<INPUT_ELEMENT>())
  if (INPUT_KIND == FLOAT) return input
  for (let i: usize = 0; i < STEP; i++) {
    const value =
      INPUT_KIND == AFFINE
        ? dequantize(<i32>load<INPUT_ELEMENT>(input + i), INPUT_ZERO_POINT, INPUT_SCALE)
        : load<f32>(TABLE + (<usize>load<u8>(input + i) << 2))
    store<f32>(VECTORS + (i << 2), value)
  }
  return VECTORS
}
