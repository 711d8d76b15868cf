// SPDX-License-Identifier: MIT-0
// depthwise: output[pixel][c * MULTIPLIER + m] = requantize(bias + sum over taps of window(pixel, c)[tap] * weight[c * MULTIPLIER + m][tap])
//   input [IMAGES][height][width][CHANNELS] of ELEMENT    output [IMAGES][height][width][CHANNELS * MULTIPLIER]
//   `along` is the plane's longer axis, `across` the other one; either may be height. The output is cut into tiles, and two
//   neighbours along are computed together: an i64 of PATCH serves a pixel of either (../pixel-pairs). The last tile of a
//   line begins earlier rather than reach beyond the output; a line of one tile computes it twice.
// Weight segment, per output channel: [ what ../requantize reads (bias first) | weights, see ./taps ]
// Range: |sum| < 2^31, proven by lowering; zero points are inside the bias.
import { copyWeights } from "../weights"
import { clearPatch, fillPatch } from "./patch"
import { convolveChannel } from "./taps"
import {
  BUFFER, CHANNELS, IMAGES, IN_ACROSS, IN_ACROSS_BYTES, IN_ALONG, IN_ALONG_BYTES, INPUT, MULTIPLIER, OUT_ACROSS, OUT_ACROSS_BYTES,
  OUT_ALONG, OUT_ALONG_BYTES, OUTPUT, PAD_ACROSS, PAD_ALONG, RECORD_BYTES, ROWS, RUNS, STRIDE_ACROSS, STRIDE_ALONG, TILE_ACROSS,
  TILE_ALONG, UNROLLED, WEIGHT, WEIGHTS
} from "./constants"

const CHANNEL_BYTES: usize = RECORD_BYTES + ROWS * RUNS * UNROLLED * sizeof<WEIGHT>()
const IN_IMAGE_BYTES: usize = <usize>(IN_ALONG * IN_ACROSS) * CHANNELS
const OUT_IMAGE_BYTES: usize = <usize>(OUT_ALONG * OUT_ACROSS) * CHANNELS * MULTIPLIER

export function run(): void {
  for (let image: usize = 0; image < IMAGES; image++) {
    const input = INPUT + image * IN_IMAGE_BYTES
    const output = OUTPUT + image * OUT_IMAGE_BYTES
    for (let across: i32 = 0; across < OUT_ACROSS; across += TILE_ACROSS) {
      for (let along: i32 = 0; along < OUT_ALONG; along += 2 * TILE_ALONG) {
        const first = min(along, OUT_ALONG - TILE_ALONG)
        const second = min(along + TILE_ALONG, OUT_ALONG - TILE_ALONG)
        convolveTiles(input, output, first, second, min(across, OUT_ACROSS - TILE_ACROSS))
      }
    }
  }
}

/** Every channel of the tiles whose first pixels are (first, across) and (second, across). */
function convolveTiles(input: usize, output: usize, first: i32, second: i32, across: i32): void {
  clearPatch()
  const inFirst = first * STRIDE_ALONG - PAD_ALONG
  const inSecond = second * STRIDE_ALONG - PAD_ALONG
  const inAcross = across * STRIDE_ACROSS - PAD_ACROSS
  const secondOffset = (second - first) * OUT_ALONG_BYTES
  let source: usize = WEIGHTS
  let pixel = output + first * OUT_ALONG_BYTES + across * OUT_ACROSS_BYTES
  const inputEnd = input + CHANNELS
  do {
    const origin = input + inAcross * IN_ACROSS_BYTES
    fillPatch(origin + inFirst * IN_ALONG_BYTES, origin + inSecond * IN_ALONG_BYTES, inFirst, inSecond, inAcross)
    const pixelEnd = pixel + MULTIPLIER
    do {
      copyWeights(BUFFER, source, CHANNEL_BYTES)
      convolveChannel(pixel, secondOffset)
      source += CHANNEL_BYTES
      pixel++
    } while (pixel != pixelEnd)
    input++
  } while (input != inputEnd)
}
