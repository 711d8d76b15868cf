// SPDX-License-Identifier: MIT-0
// Rows of weights times the batch's vectors, float32: out[b][row] += ..., or = where `adds` is false.
//   float: blocks of `block` terms, each from 0, added one after the other.
//   IS_DYNAMIC: f32(f32(accumulator) * f32(scale of the vectors * scale of the row)), vectors of uint8 with one scale.
// A row in the segment: [ scale f32 | zero point i32 ] of 8-bit weights, its terms, zeros up to a multiple of 4 bytes.
import { copyWeights } from "../weights"
import { BATCH, GATE_BYTES, IS_DYNAMIC, TILE, TILE_BYTES, WEIGHT } from "./constants"

const WEIGHT_BYTES: usize = sizeof<WEIGHT>()
const RECORD_BYTES: usize = WEIGHT_BYTES == 1 ? 8 : 0

/** `rows` rows of `bytes` bytes. `out`: BATCH rows, GATE_BYTES apart. `scale` and `zero` of the vectors: dynamic products only. */
export function multiply(
  segment: usize, bytes: usize, rows: usize, depth: usize, block: usize, vectors: usize, out: usize, adds: bool, scale: f32, zero: i32
): void {
  const tileRows = max<usize>(1, TILE_BYTES / bytes)
  for (let first: usize = 0; first < rows; first += tileRows) {
    const count = min<usize>(tileRows, rows - first)
    copyWeights(TILE, segment + first * bytes, count * bytes)
    for (let row: usize = 0; row < count; row++) {
      const terms = TILE + row * bytes
      let vector = vectors
      let at = out + ((first + row) << 2)
      for (let b: usize = 0; b < BATCH; b++) {
        if (IS_DYNAMIC) addQuantized(terms, depth, vector, at, adds, scale, zero)
        else addBlocks(terms, depth, block, vector, at, adds)
        vector += IS_DYNAMIC ? depth : depth << 2
        at += GATE_BYTES
      }
    }
  }
}

function addBlocks(terms: usize, depth: usize, block: usize, vector: usize, out: usize, adds: bool): void {
  const scale: f32 = WEIGHT_BYTES == 1 ? load<f32>(terms) : 1
  const zero: i32 = WEIGHT_BYTES == 1 ? load<i32>(terms, 4) : 0
  let weight = terms + RECORD_BYTES
  let isFirst = !adds
  const end = vector + (depth << 2)
  while (vector != end) {
    const blockEnd = min<usize>(end, vector + (block << 2))
    let sum: f32 = 0
    while (vector != blockEnd) {
      if (WEIGHT_BYTES == 1) sum += load<f32>(vector) * (<f32>(<i32>load<WEIGHT>(weight) - zero) * scale)
      else sum += load<f32>(vector) * <f32>load<WEIGHT>(weight)
      vector += 4
      weight += WEIGHT_BYTES
    }
    store<f32>(out, isFirst ? sum : load<f32>(out) + sum)
    isFirst = false
  }
}

function addQuantized(terms: usize, depth: usize, vector: usize, out: usize, adds: bool, scale: f32, zero: i32): void {
  const weightZero = load<i32>(terms, 4)
  let weight = terms + RECORD_BYTES
  let accumulator: i32 = 0
  const end = vector + depth
  while (vector != end) {
    accumulator += (<i32>load<u8>(vector) - zero) * (<i32>load<WEIGHT>(weight) - weightZero)
    vector++
    weight += WEIGHT_BYTES
  }
  const product = <f32>accumulator * (scale * load<f32>(terms))
  store<f32>(out, adds ? load<f32>(out) + product : product)
}
