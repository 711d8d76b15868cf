// SPDX-License-Identifier: Apache-2.0
// Rule R of the contract, as it reads: y = clamp(rne(f(f(accumulator) * multiplier[c])) + zeroPoint, min, max).
import { clamp, f32, roundHalfEven } from '../../arithmetic/float32.js'
import type { Requantization } from '../../ir/operators.js'

export function requantize(accumulator: number, rule: Requantization, channel: number): number {
  const multiplier = rule.multipliers[rule.multipliers.length === 1 ? 0 : channel]!
  return clamp(roundHalfEven(f32(f32(accumulator) * multiplier)) + rule.zeroPoint, rule)
}
