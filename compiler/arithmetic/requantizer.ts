// SPDX-License-Identifier: Apache-2.0
// Chooses, for a whole node, how accumulators become outputs, and proves that the choice equals the contract:
//     y = clamp(rne(f32(f32(accumulator) * m)) + zeroPoint)
// The rule and every form are monotone in the accumulator, so a form is right for all reachable accumulators exactly
// when each of the at most 255 steps of the output falls between the same two of them (docs/arithmetic.md).
import { f32, type Range } from './float32.js'
import {
  FRACTION_BITS,
  floatRecord,
  fullWindow,
  integerRecord,
  type RequantizerForm,
  type RequantizerRecord,
} from './requantizer-forms.js'

/** One output channel: its float32 multiplier m >= 0 and the accumulators that can occur. */
export interface RequantizedChannel extends Range {
  readonly m: number
}

/** The output's zero point, and its type's range or a narrower one. */
export interface RequantizedOutput extends Range {
  readonly zeroPoint: number
}

export interface Requantizer {
  readonly form: RequantizerForm
  /** One per channel, in their order. */
  readonly records: readonly RequantizerRecord[]
  /** Accumulators at which the form was compared with the rule; 0 for `float`, which is the rule itself. */
  readonly proof: { readonly checked: number }
}

/**
 * The cheapest form (by executed WebAssembly operations: plain 22, window 32, full 39; float 14, if allowed) that
 * equals the rule on every channel and every reachable accumulator. `float` always does; without `floatAllowed` it is
 * the last resort: |accumulator| >= 2^29, |accumulator * m| >= 2^20, or an accumulator beyond 2^24 whose own rounding shows.
 */
export function chooseRequantizer(
  channels: readonly RequantizedChannel[],
  output: RequantizedOutput,
  options: { readonly floatAllowed: boolean },
): Requantizer {
  const float = (): Requantizer => ({
    form: 'float',
    records: channels.map(({ m }) => floatRecord(m)),
    proof: { checked: 0 },
  })
  if (options.floatAllowed || !channels.every(fitsFixedPoint)) return float()
  const verdicts = channels.map((channel) => examine(channel, output))
  const form = (['plain', 'window', 'full'] as const).find((candidate) => verdicts.every((v) => v[candidate]))
  if (!form) return float()
  return {
    form,
    records: channels.map(({ m }, index) =>
      integerRecord(form, m, form === 'window' ? verdicts[index]!.lowestWindow : 0),
    ),
    proof: { checked: verdicts.reduce((sum, { checked }) => sum + checked, 0) },
  }
}

/** Bounds under which products are exact in a double and cannot overflow the fixed point's 64 bits. */
function fitsFixedPoint({ m, min, max }: RequantizedChannel): boolean {
  const largest = Math.max(-min, max)
  return largest < 2 ** 29 && largest * m < 2 ** 20 && m < 2 ** 20
}

interface Verdict {
  plain: boolean
  window: boolean
  full: boolean
  /** Windows in lowestWindow..highestWindow are right, in units of 2^-42. */
  lowestWindow: number
  highestWindow: number
  checked: number
}

const LARGEST_WINDOW = 2 ** 32 - 1

/** Compares all three integer forms with the rule at every step of the output, from both sides. */
function examine(channel: RequantizedChannel, output: RequantizedOutput): Verdict {
  const verdict = {
    plain: true,
    window: true,
    full: true,
    lowestWindow: 0,
    highestWindow: LARGEST_WINDOW,
    checked: 0,
  }
  const multiplier = Number(integerRecord('plain', channel.m, 0).multiplier)
  for (let level = output.min - output.zeroPoint + 1; level <= output.max - output.zeroPoint; level++) {
    const first = firstReaching(level, channel)
    const tie = (level - 0.5) * 2 ** FRACTION_BITS
    if (first <= channel.max) examineUpper(verdict, level - 1, first * multiplier - tie)
    if (first > channel.min) examineLower(verdict, level - 1, (first - 1) * multiplier - tie)
  }
  verdict.window = verdict.lowestWindow <= verdict.highestWindow
  return verdict
}

const isEven = (value: number): boolean => value % 2 === 0

/** The smallest accumulator that must step up from `floor` lies at `distance` from the tie: every form must step there. */
function examineUpper(verdict: Verdict, floor: number, distance: number): void {
  const window = fullWindow(floor)
  verdict.checked++
  if (distance < 0) verdict.plain = false
  if (isEven(floor)) {
    if (distance <= window) verdict.full = false
    verdict.highestWindow = Math.min(verdict.highestWindow, distance - 1)
  } else {
    if (distance < -window) verdict.full = false
    verdict.lowestWindow = Math.max(verdict.lowestWindow, -distance)
  }
}

/** The largest accumulator that must stay at `floor` lies at `distance` from the tie: no form may step there. */
function examineLower(verdict: Verdict, floor: number, distance: number): void {
  const window = fullWindow(floor)
  verdict.checked++
  if (distance >= 0) verdict.plain = false
  if (isEven(floor)) {
    if (distance > window) verdict.full = false
    verdict.lowestWindow = Math.max(verdict.lowestWindow, distance)
  } else {
    if (distance >= -window) verdict.full = false
    verdict.highestWindow = Math.min(verdict.highestWindow, -distance - 1)
  }
}

/** The smallest reachable accumulator whose rounded product is at least `level`; max + 1 if none is. */
function firstReaching(level: number, { m, min, max }: RequantizedChannel): number {
  const tie = level - 0.5
  const reaches = (accumulator: number): boolean => {
    const product = f32(f32(accumulator) * m)
    return product > tie || (product === tie && isEven(level))
  }
  let first = Math.min(max + 1, Math.max(min, Math.ceil(tie / m)))
  while (first > min && reaches(first - 1)) first--
  while (first <= max && !reaches(first)) first++
  return first
}
