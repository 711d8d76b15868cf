// SPDX-License-Identifier: Apache-2.0
// QUANTIZE of TFLite Micro: a float32 division, halves away from zero, then the zero point. Infinities saturate, NaN
// becomes the zero point: the reference leaves both to the processor's conversion.

import { type Quantization, type QuantumType, rangeOf } from '../ir/types.js'
import { roundHalfAway } from './fixed-point.js'
import { clamp, dequantize, f32, type Range } from './float32.js'

export const quantizeHalfAway = (value: number, { scale, zeroPoint }: Quantization, range: Range): number =>
  clamp(roundHalfAway(clamp(f32(value / scale), beyond)) + zeroPoint, range)

/** Of every quantum and zero point of 16 bits. */
const beyond: Range = { min: -(2 ** 20), max: 2 ** 20 }

/** Every quantum's value is quantized to that quantum. */
export function isExactGrid(type: QuantumType, quantization: Quantization): boolean {
  const range = rangeOf(type)
  for (let quantum = range.min; quantum <= range.max; quantum++) {
    if (quantizeHalfAway(dequantize(quantum, quantization), quantization, range) !== quantum) return false
  }
  return true
}
