// SPDX-License-Identifier: Apache-2.0
// QUANTIZE of TFLite Micro: a float32 division, halves away from zero, then the zero point. Infinities saturate, NaN
// becomes the zero point: the reference leaves both to the processor's conversion.
import { roundHalfAway } from '../../arithmetic/fixed-point.js'
import { clamp, f32, type Range } from '../../arithmetic/float32.js'
import type { Quantization } from '../../ir/types.js'

export const quantizeHalfAway = (value: number, { scale, zeroPoint }: Quantization, range: Range): number =>
  clamp(roundHalfAway(clamp(f32(value / scale), beyond)) + zeroPoint, range)

/** Of every quantum and zero point of 16 bits. */
const beyond: Range = { min: -(2 ** 20), max: 2 ** 20 }
