// SPDX-License-Identifier: MIT-0
// dynamic_quantize: uint8 quanta of a float32 tensor, with the scale and zero point that its own range gives:
//   low = min(0, least), high = max(0, greatest), s = f32(f32(high - low) / 255) or 1 where low = high,
//   z = clamp(rne(f32(0 - f32(low / s))), 0, 255) or 255 where that is no number, y = Q(x).
// NaN among the first COUNT - COUNT mod 4 elements makes s NaN; the remaining elements do not touch the range where they are NaN.
import { storeFloat } from "../primitives"
import { quantize, roundWithin } from "../quantize"
import { COUNT, INPUT, OUTPUT, SCALE, ZERO_POINT } from "./constants"

const WHOLE: usize = COUNT & ~3

export function run(): void {
  const low = min<f32>(leastOf(), <f32>0)
  const high = max<f32>(greatestOf(), <f32>0)
  const scale = select<f32>(<f32>1, (high - low) / <f32>255, low == high)
  const shifted = <f32>0 - low / scale
  const zeroPoint = select<i32>(roundWithin(shifted, 0, 255), 255, shifted == shifted)
  for (let i: usize = 0; i < COUNT; i++) {
    store<u8>(OUTPUT + i, <u8>quantize(load<f32>(INPUT + (i << 2)), scale, zeroPoint, 0, 255))
  }
  storeFloat(SCALE, scale)
  store<u8>(ZERO_POINT, <u8>zeroPoint)
}

function leastOf(): f32 {
  let least = f32.MAX_VALUE
  let at: usize = INPUT
  while (at != INPUT + (WHOLE << 2)) {
    least = min<f32>(least, load<f32>(at))
    at += 4
  }
  while (at != INPUT + (COUNT << 2)) {
    const value = load<f32>(at)
    least = select<f32>(value, least, value < least)
    at += 4
  }
  return least
}

function greatestOf(): f32 {
  let greatest = -f32.MAX_VALUE
  let at: usize = INPUT
  while (at != INPUT + (WHOLE << 2)) {
    greatest = max<f32>(greatest, load<f32>(at))
    at += 4
  }
  while (at != INPUT + (COUNT << 2)) {
    const value = load<f32>(at)
    greatest = select<f32>(value, greatest, value > greatest)
    at += 4
  }
  return greatest
}
