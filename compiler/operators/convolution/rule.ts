// SPDX-License-Identifier: Apache-2.0
// Rule R of the contract, as it reads: y = clamp(rne(f(f(accumulator) * multiplier[c])) + zeroPoint, min, max).
// Part of the reference: written apart from arithmetic/, which the kernels' records come from.
import type { Requantization } from '../../ir/operators.js'

export function requantize(accumulator: number, rule: Requantization, channel: number): number {
  const { multipliers, zeroPoint, min, max } = rule
  const multiplier = multipliers[multipliers.length === 1 ? 0 : channel]!
  const scaled = Math.fround(Math.fround(accumulator) * multiplier)
  return Math.min(max, Math.max(min, nearestEven(scaled) + zeroPoint))
}

function nearestEven(value: number): number {
  const rounded = Math.round(value)
  const isTie = Math.abs(value - Math.trunc(value)) === 0.5
  return isTie && rounded % 2 !== 0 ? rounded - 1 : rounded
}
