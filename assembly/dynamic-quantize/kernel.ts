// SPDX-License-Identifier: MIT-0
// dynamic_quantize: uint8 quanta of a float32 tensor, with the scale and zero point that its own range gives. Scale and
// zero point are written last: the quanta may take over the input's bytes, these may not.
import { dynamicScale, dynamicZeroPoint, quantizeAll } from "../dynamic-range"
import { storeFloat } from "../primitives"
import { COUNT, INPUT, OUTPUT, SCALE, ZERO_POINT } from "./constants"

export function run(): void {
  const scale = dynamicScale(INPUT, COUNT)
  const zeroPoint = dynamicZeroPoint(INPUT, COUNT, scale)
  quantizeAll(INPUT, COUNT, scale, zeroPoint, OUTPUT)
  storeFloat(SCALE, scale)
  store<u8>(ZERO_POINT, <u8>zeroPoint)
}
