// SPDX-License-Identifier: MIT-0
// wide_sum: a convolution (a matrix product is one of 1 x 1) of quanta of which some have 16 bits, channel by channel.
//   accumulator = bias + sum over k = (channel, ky, kx) of (input - zero point) * (weight - its zero point), in 64 bits
//   output = clamp(rne(f32(f32(accumulator) * multiplier)) + zero point), or, where RESULT is float32, that product itself
// Any storage orders: input and output have a step in bytes along each axis.
// Weight segment, per output channel: [ bias i64 | multiplier f32 | weight zero point i32 | weights [k] ], CHANNEL_BYTES long.
import { copyWeights } from "../weights"
import { roundWithin } from "../quantize"
import {
  BATCHES, CHANNEL_BYTES, ELEMENT, GROUP_CHANNELS, GROUP_OUTPUTS, GROUPS, INPUT, INPUT_BATCH, INPUT_CHANNEL, INPUT_HEIGHT,
  INPUT_WIDTH, INPUT_X, INPUT_Y, INPUT_ZERO_POINT, KERNEL_HEIGHT, KERNEL_WIDTH, OUTPUT, OUTPUT_BATCH, OUTPUT_CHANNEL,
  OUTPUT_HEIGHT, OUTPUT_MAX, OUTPUT_MIN, OUTPUT_WIDTH, OUTPUT_X, OUTPUT_Y, OUTPUT_ZERO_POINT, PAD_LEFT, PAD_TOP, RESULT,
  SCRATCH, STEP_X, STEP_Y, STRIDE_X, STRIDE_Y, WEIGHT, WEIGHTS
} from "./constants"

const TERMS: usize = 16

export function run(): void {
  let source: usize = WEIGHTS
  for (let group: usize = 0; group < GROUPS; group++) {
    const input = INPUT + group * (GROUP_CHANNELS * INPUT_CHANNEL)
    for (let channel: usize = 0; channel < GROUP_OUTPUTS; channel++) {
      copyWeights(SCRATCH, source, CHANNEL_BYTES)
      source += CHANNEL_BYTES
      addChannel(input, OUTPUT + (group * GROUP_OUTPUTS + channel) * OUTPUT_CHANNEL)
    }
  }
}

function addChannel(input: usize, output: usize): void {
  for (let batch: usize = 0; batch < BATCHES; batch++) {
    for (let y: usize = 0; y < OUTPUT_HEIGHT; y++) {
      for (let x: usize = 0; x < OUTPUT_WIDTH; x++) {
        const at = output + batch * OUTPUT_BATCH + y * OUTPUT_Y + x * OUTPUT_X
        finish(at, sumOf(input + batch * INPUT_BATCH, <i32>(y * STRIDE_Y) - PAD_TOP, <i32>(x * STRIDE_X) - PAD_LEFT))
      }
    }
  }
}

function sumOf(plane: usize, top: i32, left: i32): i64 {
  let sum = load<i64>(SCRATCH)
  const zero = load<i32>(SCRATCH, 12)
  let weight: usize = SCRATCH + TERMS
  for (let channel: usize = 0; channel < GROUP_CHANNELS; channel++) {
    for (let ky: usize = 0; ky < KERNEL_HEIGHT; ky++) {
      for (let kx: usize = 0; kx < KERNEL_WIDTH; kx++) {
        const value = valueAt(plane, top + <i32>(ky * STEP_Y), left + <i32>(kx * STEP_X))
        sum += <i64>value * <i64>(<i32>load<WEIGHT>(weight) - zero)
        weight += sizeof<WEIGHT>()
      }
    }
    plane += INPUT_CHANNEL
  }
  return sum
}

/** 0 in the padding. */
// @ts-ignore: decorator
@inline
function valueAt(plane: usize, y: i32, x: i32): i32 {
  const isInside = <u32>y < <u32>INPUT_HEIGHT && <u32>x < <u32>INPUT_WIDTH
  return isInside ? <i32>load<ELEMENT>(plane + <usize>y * INPUT_Y + <usize>x * INPUT_X) - INPUT_ZERO_POINT : 0
}

// @ts-ignore: decorator
@inline
function finish(at: usize, sum: i64): void {
  const value = <f32>sum * load<f32>(SCRATCH, 8)
  if (isFloat<RESULT>()) store<f32>(at, value)
  else {
    const quantum = roundWithin(value, OUTPUT_MIN - OUTPUT_ZERO_POINT, OUTPUT_MAX - OUTPUT_ZERO_POINT)
    store<RESULT>(at, <RESULT>(quantum + OUTPUT_ZERO_POINT))
  }
}
