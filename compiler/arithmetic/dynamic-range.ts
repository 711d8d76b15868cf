// SPDX-License-Identifier: Apache-2.0
// uint8 scale and zero point from a tensor's own values, as the reference finds them at run time:
//     low = min(0, x), high = max(0, x), s = f(f(high - low) / 255) or 1, z = sat(rne(f(0 - f(low / s))))
// It looks at four elements at a time, where NaN wins, then at the rest one by one, where NaN is passed over.
import type { Quantization } from '../ir/types.js'
import { clamp, f32, roundHalfEven } from './float32.js'

export function dynamicRange(values: readonly number[]): Quantization {
  const whole = values.length - (values.length % 4)
  const counted = values.filter((value, index) => index < whole || !Number.isNaN(value))
  const low = counted.reduce((least, value) => Math.min(least, value), 0)
  const high = counted.reduce((greatest, value) => Math.max(greatest, value), 0)
  const scale = low === high ? 1 : f32(f32(high - low) / 255)
  const shifted = f32(0 - f32(low / scale))
  const zeroPoint = Number.isNaN(shifted) ? 255 : roundHalfEven(clamp(shifted, { min: 0, max: 255 }))
  return { scale, zeroPoint }
}
