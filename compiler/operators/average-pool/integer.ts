// SPDX-License-Identifier: Apache-2.0
// When a mean of quanta may be computed in integers. The reference adds float32 values, so its result depends on the
// order and the rounding of every addition; but all of them stay within a bound of the exact mean. Where no tie lies
// within that bound around any reachable exact mean, the output is a function of the sum of the quanta alone:
//     D = sum of (x - z) over the window's cells inside, r = D * s / (count * s_y), y = clamp(rne(r) + z_y)
// and rule R with m = f32(s / f32(s_y * count)), which stays within the same bound, gives that function.
import { roundHalfEven } from '../../arithmetic/float32.js'
import { chooseRequantizer, type Requantizer } from '../../arithmetic/requantizer.js'
import { encodeRecord, requantizerForms } from '../../arithmetic/requantizer-forms.js'
import { globalAverageMultiplier } from '../../arithmetic/rows.js'
import { type Quantization, type QuantizedType, rangeOf } from '../../ir/types.js'
import { joinBytes } from '../segment.js'

export interface Mean {
  readonly input: Quantization
  readonly inputType: QuantizedType
  readonly output: Quantization
  readonly outputType: QuantizedType
  /** Numbers of cells inside the image that occur, ascending, each with the divisor that belongs to it. */
  readonly windows: readonly { readonly cells: number; readonly count: number }[]
}

export interface IntegerMean {
  readonly form: Requantizer['form']
  /** One record per number of cells, from 1 to the largest; those that do not occur are zeros. */
  readonly records: Uint8Array
  readonly checked: number
}

/** Unit roundoff of float32. */
const u = 2 ** -24

/** Windows of more cells would make the records longer than a tile is worth. */
const mostCells = 64

/** Records of the integer kernel, or null where some mean comes too near to a tie. */
export function integerMean(mean: Mean): IntegerMean | null {
  const largest = mean.windows.at(-1)!.cells
  if (largest > mostCells) return null
  let checked = 0
  for (const { cells, count } of mean.windows) {
    if (!isClearOfTies(mean, cells, count)) return null
    checked += 255 * cells + 1
  }
  const { min, max } = rangeOf(mean.inputType)
  const channels = mean.windows.map(({ cells, count }) => ({
    m: globalAverageMultiplier(mean.input.scale, mean.output.scale, count),
    min: cells * (min - mean.input.zeroPoint),
    max: cells * (max - mean.input.zeroPoint),
  }))
  const output = { ...rangeOf(mean.outputType), zeroPoint: mean.output.zeroPoint }
  const requantizer = chooseRequantizer(channels, output, { floatAllowed: false })
  const { form } = requantizer
  const pieces = Array.from({ length: largest }, (_, index) => {
    const position = mean.windows.findIndex(({ cells }) => cells === index + 1)
    if (position < 0) return new Uint8Array(requantizerForms[form].recordBytes)
    return encodeRecord(form, -(index + 1) * mean.input.zeroPoint, requantizer.records[position]!)
  })
  return { form, records: joinBytes(pieces), checked: checked + requantizer.proof.checked }
}

/**
 * Whether every sum D rounds the same at both ends of its error interval. In units of the input's quanta: a value of at
 * most `widest` rounds with an error of u times itself, `cells` of them; the additions give sums of at most 2, 3, ...
 * `cells` values (other orders than one by one give smaller ones). In units of the output's: division by count, division
 * by the scale and m itself err by less than 5u of r, adding the zero point by u (|r| + 256).
 */
function isClearOfTies(
  { input, inputType, output, outputType }: Mean,
  cells: number,
  count: number,
): boolean {
  // Below, products could leave float32's normal range, where rounding errors are no longer relative.
  if (input.scale < 2 ** -60) return false
  const { min, max } = rangeOf(inputType)
  const [lowest, highest] = [min - input.zeroPoint, max - input.zeroPoint]
  const widest = Math.max(-lowest, highest)
  const limits = rangeOf(outputType)
  const ratio = input.scale / (count * output.scale)
  const sumError = 1.01 * u * (cells + (cells * (cells + 1)) / 2 - 1) * widest * ratio
  const quantum = (real: number) =>
    Math.min(limits.max, Math.max(limits.min, roundHalfEven(real) + output.zeroPoint))
  for (let sum = cells * lowest; sum <= cells * highest; sum++) {
    const real = sum * ratio
    const error = sumError + u * (5 * Math.abs(real) + 256)
    if (quantum(real - error) !== quantum(real + error)) return false
  }
  return true
}
