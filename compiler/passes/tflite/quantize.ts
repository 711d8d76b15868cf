// SPDX-License-Identifier: Apache-2.0
// QUANTIZE of TFLite Micro: a float32 division, halves away from zero, then the zero point.
import { roundHalfAway } from '../../arithmetic/fixed-point.js'
import { f32, type Range } from '../../arithmetic/float32.js'
import type { Quantization } from '../../ir/types.js'

export const quantizeHalfAway = (value: number, { scale, zeroPoint }: Quantization, range: Range): number =>
  Math.min(range.max, Math.max(range.min, roundHalfAway(f32(value / scale)) + zeroPoint))
