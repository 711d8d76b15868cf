// SPDX-License-Identifier: MIT-0
// weighted_sum: a convolution (a matrix product is one of 1 x 1) whose sums stay as they are, int32 or float32.
//   output[n][o][y][x] = sum over k = (channel, ky, kx), in this order, of value(input) * weight[o][k], plus bias
// Any storage orders: input and output have a step in bytes along each axis. Float sums are added up as the reference does it:
//   IS_BLOCKED: terms CHUNK by CHUNK, each chunk from 0, times ALPHA, to the total, which starts with the bias if BIAS_FIRST;
//   else every term to the total, which starts with the bias or the first term. A bias that is not first comes last.
//   HAS_TAIL: from pixel TAIL_PIXEL or channel TAIL_CHANNEL on, the bias or the first term, then within each TAIL_BLOCK terms
//   f32(f32(f32(p + q) + r) + s) of four at a time, then the rest of the block.  Pre of it: LANES is 1, CHUNK is DEPTH.
// Weight segment, per block of up to LANES channels of a group: [ records | chunk of CHUNK terms | ... | last chunk ]
//   record [ bias f32 | weight zero point i32 | weight scale f32 ], one per lane;  chunk [k][lane] of WEIGHT
import { storeFloat } from "../primitives"
import { copyWeights } from "../weights"
import {
  ADDS_BIAS_LAST, ALPHA, BATCHES, BIAS_FIRST, CHUNK, DEPTH, ELEMENT, GROUP_CHANNELS, GROUP_OUTPUTS, GROUPS, HAS_TAIL, INPUT,
  INPUT_BATCH, INPUT_CHANNEL, INPUT_HEIGHT, INPUT_WIDTH, INPUT_X, INPUT_Y, INPUT_ZERO_POINT, IS_BLOCKED, KERNEL_HEIGHT,
  KERNEL_WIDTH, LANES, OUTPUT, OUTPUT_BATCH, OUTPUT_CHANNEL, OUTPUT_HEIGHT, OUTPUT_IS_FLOAT, OUTPUT_WIDTH, OUTPUT_X, OUTPUT_Y,
  PAD_LEFT, PAD_TOP, PRODUCTS, RECORDS, STEP_X, STEP_Y, STRIDE_X, STRIDE_Y, SUM, TABLE, TABLE_BYTES, TAIL_BLOCK, TAIL_CHANNEL, TAIL_PIXEL, TILE, USES_TABLE, WEIGHT, WEIGHTS,
  ZERO_ADDRESS, ZERO_IS_STORED
} from "./constants"

const WEIGHT_BYTES: usize = sizeof<WEIGHT>()
const RECORD_BYTES: usize = 12
const SUM_IS_FLOAT: bool = isFloat<SUM>()

export function run(): void {
  if (USES_TABLE) copyWeights(TABLE, WEIGHTS, TABLE_BYTES)
  const zero: i32 = ZERO_IS_STORED ? <i32>load<ELEMENT>(ZERO_ADDRESS) : INPUT_ZERO_POINT
  let source: usize = WEIGHTS + TABLE_BYTES
  for (let group: usize = 0; group < GROUPS; group++) {
    const input = INPUT + group * (GROUP_CHANNELS * INPUT_CHANNEL)
    for (let first: usize = 0; first < GROUP_OUTPUTS; first += LANES) {
      const count = min<usize>(GROUP_OUTPUTS - first, LANES)
      copyWeights(RECORDS, source, LANES * RECORD_BYTES)
      source += LANES * RECORD_BYTES
      const output = OUTPUT + (group * GROUP_OUTPUTS + first) * OUTPUT_CHANNEL
      for (let from: usize = 0; from < DEPTH; from += CHUNK) {
        const terms = min<usize>(DEPTH - from, CHUNK)
        loadTile(source, terms)
        source += terms * (LANES * WEIGHT_BYTES)
        addChunk(input, output, from, terms, count, zero, first >= TAIL_CHANNEL)
      }
    }
  }
}

/** Weights of one chunk as SUM, their zero points and scales applied, in TILE: [k][lane]. */
function loadTile(source: usize, terms: usize): void {
  const elements = terms * LANES
  if (SUM_IS_FLOAT && WEIGHT_BYTES == 4) {
    copyWeights(TILE, source, elements << 2)
    return
  }
  // The bytes stand at the end of the tile's own room: each is read before the word above it is written.
  let from = TILE + (CHUNK * LANES << 2) - elements
  copyWeights(from, source, elements)
  let to: usize = TILE
  for (let k: usize = 0; k < terms; k++) {
    for (let lane: usize = 0; lane < LANES; lane++) {
      const record = RECORDS + lane * RECORD_BYTES
      const weight = <i32>load<WEIGHT>(from) - load<i32>(record, 4)
      if (SUM_IS_FLOAT) store<f32>(to, <f32>weight * load<f32>(record, 8))
      else store<i32>(to, weight)
      from++
      to += 4
    }
  }
}

function addChunk(
  input: usize, output: usize, from: usize, terms: usize, count: usize, zero: i32, isTail: bool
): void {
  const channel = from / (KERNEL_HEIGHT * KERNEL_WIDTH)
  const rest = from % (KERNEL_HEIGHT * KERNEL_WIDTH)
  const isFirst = from == 0
  const isLast = from + terms == DEPTH
  for (let batch: usize = 0; batch < BATCHES; batch++) {
    const plane = input + batch * INPUT_BATCH + channel * INPUT_CHANNEL
    for (let y: usize = 0; y < OUTPUT_HEIGHT; y++) {
      for (let x: usize = 0; x < OUTPUT_WIDTH; x++) {
        const at = output + batch * OUTPUT_BATCH + y * OUTPUT_Y + x * OUTPUT_X
        const top = <i32>(y * STRIDE_Y) - PAD_TOP
        const left = <i32>(x * STRIDE_X) - PAD_LEFT
        if (HAS_TAIL && (isTail || y * OUTPUT_WIDTH + x >= TAIL_PIXEL)) addGroups(plane, at, top, left)
        else if (LANES == 4) addFour(plane, at, rest, terms, top, left, zero, count, isFirst, isLast)
        else addOne(plane, at, rest, terms, top, left, zero, isFirst, isLast)
      }
    }
  }
}

/** The input at one tap as SUM; 0 in the padding. */
// @ts-ignore: decorator
@inline
function valueAt(plane: usize, y: i32, x: i32, zero: i32): SUM {
  const isInside = <u32>y < <u32>INPUT_HEIGHT && <u32>x < <u32>INPUT_WIDTH
  if (!isInside) return <SUM>0
  const at = plane + <usize>y * INPUT_Y + <usize>x * INPUT_X
  if (USES_TABLE) return <SUM>load<f32>(TABLE + (<usize>load<u8>(at) << 2))
  if (SUM_IS_FLOAT) return <SUM>load<ELEMENT>(at)
  return <SUM>(<i32>load<ELEMENT>(at) - zero)
}

function addFour(
  plane: usize, at: usize, rest: usize, terms: usize, top: i32, left: i32, zero: i32, count: usize, isFirst: bool, isLast: bool
): void {
  let sum0: SUM = startOf(at, 0, count, isFirst)
  let sum1: SUM = startOf(at, 1, count, isFirst)
  let sum2: SUM = startOf(at, 2, count, isFirst)
  let sum3: SUM = startOf(at, 3, count, isFirst)
  let ky = rest / KERNEL_WIDTH
  let kx = rest % KERNEL_WIDTH
  let tile: usize = TILE
  const end = TILE + (terms << 4)
  while (tile != end) {
    const value = valueAt(plane, top + <i32>(ky * STEP_Y), left + <i32>(kx * STEP_X), zero)
    sum0 += value * load<SUM>(tile)
    sum1 += value * load<SUM>(tile, 4)
    sum2 += value * load<SUM>(tile, 8)
    sum3 += value * load<SUM>(tile, 12)
    tile += 16
    kx++
    if (kx == KERNEL_WIDTH) {
      kx = 0
      ky++
      if (ky == KERNEL_HEIGHT) {
        ky = 0
        plane += INPUT_CHANNEL
      }
    }
  }
  finish(at, 0, sum0, isFirst, isLast)
  if (count > 1) finish(at, 1, sum1, isFirst, isLast)
  if (count > 2) finish(at, 2, sum2, isFirst, isLast)
  if (count > 3) finish(at, 3, sum3, isFirst, isLast)
}

function addOne(
  plane: usize, at: usize, rest: usize, terms: usize, top: i32, left: i32, zero: i32, isFirst: bool, isLast: bool
): void {
  let sum: SUM = startOf(at, 0, 1, isFirst)
  let ky = rest / KERNEL_WIDTH
  let kx = rest % KERNEL_WIDTH
  let tile: usize = TILE
  const end = TILE + (terms << 2)
  while (tile != end) {
    sum += valueAt(plane, top + <i32>(ky * STEP_Y), left + <i32>(kx * STEP_X), zero) * load<SUM>(tile)
    tile += 4
    kx++
    if (kx == KERNEL_WIDTH) {
      kx = 0
      ky++
      if (ky == KERNEL_HEIGHT) {
        ky = 0
        plane += INPUT_CHANNEL
      }
    }
  }
  finish(at, 0, sum, isFirst, isLast)
}

/** A pixel of the tail: its products first, then their sum. */
function addGroups(plane: usize, at: usize, top: i32, left: i32): void {
  let product: usize = PRODUCTS
  let tile: usize = TILE
  for (let channel: usize = 0; channel < GROUP_CHANNELS; channel++) {
    for (let ky: usize = 0; ky < KERNEL_HEIGHT; ky++) {
      for (let kx: usize = 0; kx < KERNEL_WIDTH; kx++) {
        const value = <f32>valueAt(plane, top + <i32>(ky * STEP_Y), left + <i32>(kx * STEP_X), 0)
        store<f32>(product, value * load<f32>(tile))
        product += 4
        tile += 4
      }
    }
    plane += INPUT_CHANNEL
  }
  let total = BIAS_FIRST ? load<f32>(RECORDS) : load<f32>(PRODUCTS)
  product = BIAS_FIRST ? PRODUCTS : PRODUCTS + 4
  const end = PRODUCTS + (DEPTH << 2)
  let blockEnd: usize = PRODUCTS
  while (blockEnd != end) {
    blockEnd = min<usize>(end, blockEnd + (TAIL_BLOCK << 2))
    while (product + 16 <= blockEnd) {
      total += load<f32>(product) + load<f32>(product, 4) + load<f32>(product, 8) + load<f32>(product, 12)
      product += 16
    }
    while (product != blockEnd) {
      total += load<f32>(product)
      product += 4
    }
  }
  if (ADDS_BIAS_LAST) total += load<f32>(RECORDS)
  storeFloat(at, total)
}

/** What the first term of a chunk is added to. */
// @ts-ignore: decorator
@inline
function startOf(at: usize, lane: usize, count: usize, isFirst: bool): SUM {
  if (!IS_BLOCKED && BIAS_FIRST && isFirst) return <SUM>load<f32>(RECORDS + lane * RECORD_BYTES)
  if (SUM_IS_FLOAT && !IS_BLOCKED && isFirst) return <SUM>-0.0 // leaves the first term as it is
  if (IS_BLOCKED || isFirst || lane >= count) return <SUM>0
  return load<SUM>(at + lane * OUTPUT_CHANNEL)
}

// @ts-ignore: decorator
@inline
function finish(at: usize, lane: usize, sum: SUM, isFirst: bool, isLast: bool): void {
  const output = at + lane * OUTPUT_CHANNEL
  if (!SUM_IS_FLOAT) {
    if (OUTPUT_IS_FLOAT && isLast) store<f32>(output, <f32>sum)
    else store<i32>(output, <i32>sum)
    return
  }
  const bias = load<f32>(RECORDS + lane * RECORD_BYTES)
  let total = <f32>sum * ALPHA
  if (IS_BLOCKED && !isFirst) total = load<f32>(output) + total
  else if (IS_BLOCKED && BIAS_FIRST && isFirst) total = bias + total
  if (ADDS_BIAS_LAST && isLast) total += bias
  if (isLast) storeFloat(output, total)
  else store<f32>(output, total)
}
