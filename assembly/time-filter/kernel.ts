// SPDX-License-Identifier: MIT-0
// time_filter: AFTER[b][f] = BEFORE[b][f] less its first run, then NEWEST[b][f] + STATE_ZERO_POINT (wrapping), and
//   OUTPUT[b][u] = clamp(OUTPUT_ZERO_POINT + requantize(bias[u] + sum over the unit's filters and runs of AFTER * weight)).
//   State [BATCH][FILTERS][RUNS] of ELEMENT, in place where BEFORE == AFTER. Weights [unit]: record, [filter][run] of ELEMENT.
//   The state's zero point is inside the bias already. int32 sums wrap, as in the reference.
import { requantizeDouble } from "../requantize"
import { copyWeights } from "../weights"
import {
  AFTER, BATCH, BEFORE, ELEMENT, FILTERS, NEWEST, OUTPUT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_ZERO_POINT, RUNS, STATE_ZERO_POINT,
  TILE, UNITS, UNIT_BYTES, WEIGHTS,
} from "./constants"

const WIDTH: usize = sizeof<ELEMENT>()
const RECORD: usize = 12
const UNIT_STATE: usize = (FILTERS / UNITS) * RUNS * WIDTH

export function run(): void {
  shift()
  for (let unit: usize = 0; unit < UNITS; unit++) {
    copyWeights(TILE, WEIGHTS + unit * UNIT_BYTES, UNIT_BYTES)
    for (let batch: usize = 0; batch < BATCH; batch++) {
      const sum = weighted(AFTER + (batch * UNITS + unit) * UNIT_STATE)
      const scaled = requantizeDouble(load<i32>(TILE) + sum, TILE, OUTPUT_ZERO_POINT, OUTPUT_MIN, OUTPUT_MAX)
      store<i8>(OUTPUT + batch * UNITS + unit, <i8>scaled)
    }
  }
}

function shift(): void {
  memory.copy(AFTER, BEFORE + WIDTH, (BATCH * FILTERS * RUNS - 1) * WIDTH)
  let slot: usize = AFTER + (RUNS - 1) * WIDTH
  for (let newest: usize = NEWEST; newest != NEWEST + BATCH * FILTERS * WIDTH; newest += WIDTH) {
    store<ELEMENT>(slot, <ELEMENT>(<i32>load<ELEMENT>(newest) + STATE_ZERO_POINT))
    slot += RUNS * WIDTH
  }
}

function weighted(state: usize): i32 {
  let sum: i32 = 0
  let weight: usize = TILE + RECORD
  for (const end = state + UNIT_STATE; state != end; state += WIDTH) {
    sum += <i32>load<ELEMENT>(state) * <i32>load<ELEMENT>(weight)
    weight += WIDTH
  }
  return sum
}
