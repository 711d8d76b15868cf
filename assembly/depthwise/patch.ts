// SPDX-License-Identifier: MIT-0
// PATCH [PATCH_HEIGHT][PATCH_WIDTH] of i64: one channel of the input under two tiles, the first tile's element in the
// lower word, the second's in the upper. Elements are unsigned: int8 ones moved up by 128, as INPUT_ZERO_POINT is here.
import {
  CHANNELS, ELEMENT, IN_HEIGHT, IN_WIDTH, INPUT_ZERO_POINT, IS_PADDED, PATCH, PATCH_HEIGHT, PATCH_WIDTH
} from "./constants"

const LIFT: i32 = isSigned<ELEMENT>() ? 0x80 : 0
const PADDING: i64 = (<i64>(INPUT_ZERO_POINT + LIFT) << 32) + <i64>(INPUT_ZERO_POINT + LIFT)

/** Padding everywhere; filling then leaves alone what lies outside the input, whatever the channel. */
export function clearPatch(): void {
  if (!IS_PADDED) return
  let patch: usize = PATCH
  do {
    store<i64>(patch, PADDING)
    patch += 8
  } while (patch != PATCH + PATCH_HEIGHT * PATCH_WIDTH * 8)
}

/** Writes every second word from `half` on, with the input whose row `y` and column `x` (negative in the padding) come first. */
export function fillHalf(image: usize, y: i32, x: i32, half: usize): void {
  let top: i32 = 0, bottom = PATCH_HEIGHT, left: i32 = 0, right = PATCH_WIDTH
  if (IS_PADDED) {
    top = max(-y, 0)
    bottom = min(IN_HEIGHT - y, PATCH_HEIGHT)
    left = max(-x, 0)
    right = min(IN_WIDTH - x, PATCH_WIDTH)
    if (right <= left) return
  }
  let source = image + <usize>((y + top) * IN_WIDTH + x + left) * CHANNELS
  const bytes = <usize>(right - left) << 3
  half += <usize>(top * PATCH_WIDTH + left) << 3
  for (let row = top; row < bottom; row++) {
    fillRow(source, half, bytes)
    source += IN_WIDTH * CHANNELS
    half += PATCH_WIDTH * 8
  }
}

function fillRow(source: usize, word: usize, bytes: usize): void {
  const end = word + bytes
  const unrolledEnd = word + (bytes & ~31)
  while (word != unrolledEnd) {
    store<i32>(word, <i32>load<u8>(source) ^ LIFT)
    store<i32>(word, <i32>load<u8>(source, CHANNELS) ^ LIFT, 8)
    store<i32>(word, <i32>load<u8>(source, 2 * CHANNELS) ^ LIFT, 16)
    store<i32>(word, <i32>load<u8>(source, 3 * CHANNELS) ^ LIFT, 24)
    source += 4 * CHANNELS
    word += 32
  }
  while (word != end) {
    store<i32>(word, <i32>load<u8>(source) ^ LIFT)
    source += CHANNELS
    word += 8
  }
}
