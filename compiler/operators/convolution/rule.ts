// SPDX-License-Identifier: Apache-2.0
// Rule R of the contract, as it reads: y = clamp(rne(f(f(accumulator) * multiplier[c])) + zeroPoint, min, max); rule M
// of the contract `tflite` likewise.
import { requantizeFixed } from '../../arithmetic/fixed-point.js'
import { clamp, f32, roundHalfEven } from '../../arithmetic/float32.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { Requantization } from '../../ir/operators.js'

export function requantize(
  accumulator: number,
  rule: Requantization | FixedRequantization,
  channel: number,
): number {
  if ('fixed' in rule) {
    return requantizeFixed(accumulator, rule.fixed[rule.fixed.length === 1 ? 0 : channel]!, rule)
  }
  const multiplier = rule.multipliers[rule.multipliers.length === 1 ? 0 : channel]!
  return clamp(roundHalfEven(f32(f32(accumulator) * multiplier)) + rule.zeroPoint, rule)
}
