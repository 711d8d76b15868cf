// SPDX-License-Identifier: Apache-2.0
// The only implementation of filter, resampling and features: training, demo and tests all read what this writes.
// Pure and causal: beat n depends on samples up to 142 after its R peak and on R peaks up to n + 1 (the RR after it).
// Only + - * / and sqrt, which IEEE 754 defines to the bit, so that every machine computes the same features.

/** Samples per second of the input; other rates are refused, since the filter's coefficients belong to this one. */
export const SAMPLING_RATE = 360
/** Samples of a beat window, at 180 Hz. */
export const BEAT_LENGTH = 128
/** Index of the R peak in a beat window: 56 samples (311 ms) before it, 71 (394 ms) after it. */
export const R_INDEX = 56

const DECIMATION = 2
const HISTORY = 31 // beats behind the amplitude and the template
const RHYTHM_HISTORY = 24 // RR intervals behind the irregularity features
const LONG_SECONDS = 300

// Parts of a window, in its own samples, first and last + 1: P wave -222..-78 ms, QRS -50..+100 ms, beat -100..+250 ms
const P_ZONE = [16, 42] as const
const QRS_ZONE = [47, 75] as const
const SHAPE_ZONE = [38, 102] as const

/** Every feature with the rounded mean and standard deviation that it has on the training records. */
const FEATURES: readonly (readonly [name: string, mean: number, deviation: number])[] = [
  ['pre to local', 0, 0.08],
  ['post to local', 0, 0.08],
  ['pre to five minutes', 0, 0.09],
  ['post to pre', 0, 0.12],
  ['pre to previous', 0, 0.12],
  ['pre and post to local', 0, 0.06],
  ['local to five minutes', 0, 0.05],
  ['pre to 0.8 s', -0.03, 0.13],
  ['median absolute deviation', 0.065, 0.09],
  ['successive differences', 0.165, 0.2],
  ['rank of pre', 0, 0.31],
  ['rank of post', 0, 0.31],
  ['recent differences', 0.125, 0.19],
  ['share of short intervals', 0.1, 0.14],
  ['template correlation', 0.92, 0.26],
  ['template energy', 0.04, 0.19],
  ['P wave distance', 0.03, 0.04],
]
export const FEATURE_COUNT = FEATURES.length
export const FEATURE_NAMES: readonly string[] = FEATURES.map(([name]) => name)

export interface Features {
  /** [n, 1, 128]: windows in units of the running QRS amplitude. */
  beat: Float32Array
  /** [n, 17]: standardized rhythm and template features, within -4..4. */
  rr: Float32Array
}

/**
 * Beat windows and features of a whole recording.
 * Pre: signal in millivolts at 360 Hz; R peaks in ascending order, as sample numbers within the signal.
 * Post: one row per R peak. The last beat has no RR after it and takes the local RR instead.
 */
export function extractFeatures(signal: ArrayLike<number>, rPeaks: ArrayLike<number>): Features {
  const filtered = bandPass(signal)
  const intervals = rrIntervals(rPeaks)
  const count = rPeaks.length
  const beat = new Float32Array(count * BEAT_LENGTH)
  const rr = new Float32Array(count * FEATURE_COUNT)
  const history: Float64Array[] = []
  const amplitudes: number[] = []
  for (let index = 0; index < count; index++) {
    const raw = cutWindow(filtered, rPeaks[index])
    amplitudes.push(peakToPeak(raw, QRS_ZONE))
    if (amplitudes.length > HISTORY) amplitudes.shift()
    const amplitude = Math.max(median(amplitudes), 0.05)
    const window = raw.map((value) => value / amplitude)
    const template = history.length === 0 ? window : pointwiseMedian(history)
    const features = [...rhythmFeatures(intervals, index), ...templateFeatures(window, template)]
    beat.set(window.map(onGrid), index * BEAT_LENGTH)
    rr.set(features.map(standardize), index * FEATURE_COUNT)
    history.push(window)
    if (history.length > HISTORY) history.shift()
  }
  return { beat, rr }
}

/** Multiples of 1/1024, within -8..8: far below a quantum of the model, and small in a file. */
function onGrid(value: number): number {
  return Math.round(Math.min(8, Math.max(-8, value)) * 1024) / 1024
}

function standardize(value: number, index: number): number {
  const [, mean, deviation] = FEATURES[index]
  return onGrid(Math.min(4, Math.max(-4, (value - mean) / deviation)))
}

/**
 * Causal 0.5-40 Hz: Butterworth high-pass and low-pass of second order, by the bilinear transform.
 * The constants are tan(pi * cutoff / 360). The first sample counts as the signal's past, so that an offset leaves no step.
 */
export function bandPass(signal: ArrayLike<number>): Float64Array {
  const high = secondOrder(0.004363350820701567)
  const low = secondOrder(0.36397023426620234)
  const output = new Float64Array(signal.length)
  for (let index = 0; index < signal.length; index++) {
    output[index] = low(high(signal[index] - signal[0], 1, -2), 0, 2)
  }
  return output
}

/** A biquad with Butterworth poles; `middle` -2 with high 1 makes the high-pass, 2 with high 0 the low-pass. */
function secondOrder(k: number): (input: number, isHigh: 0 | 1, middle: -2 | 2) => number {
  const norm = 1 / (1 + Math.sqrt(2) * k + k * k)
  const a1 = 2 * (k * k - 1) * norm
  const a2 = (1 - Math.sqrt(2) * k + k * k) * norm
  let s1 = 0
  let s2 = 0
  return (input, isHigh, middle) => {
    const scaled = input * norm * (isHigh === 1 ? 1 : k * k)
    const output = scaled + s1
    s1 = middle * scaled - a1 * output + s2
    s2 = scaled - a2 * output
    return output
  }
}

/** Every second filtered sample around the R peak (the low-pass has removed what would alias); zero off the record. */
function cutWindow(filtered: Float64Array, rPeak: number): Float64Array {
  return Float64Array.from(
    { length: BEAT_LENGTH },
    (_, index) => filtered[rPeak + (index - R_INDEX) * DECIMATION] ?? 0,
  )
}

/** Seconds between R peaks: entry n ends at beat n; within 0.15..4 s. Entry 0 repeats entry 1. */
function rrIntervals(rPeaks: ArrayLike<number>): number[] {
  const intervals = Array.from({ length: rPeaks.length }, (_, index) => {
    const end = Math.max(index, 1)
    const seconds = end < rPeaks.length ? (rPeaks[end] - rPeaks[end - 1]) / SAMPLING_RATE : 0.8
    return Math.min(4, Math.max(0.15, seconds))
  })
  return intervals
}

/** Fourteen features of the RR series. Ratios a/b are taken as (a - b) / (a + b): near log(a/b)/2, bounded, no logarithm. */
function rhythmFeatures(intervals: number[], index: number): number[] {
  const pre = intervals[index]
  const previous = intervals[Math.max(index - 1, 0)]
  const local = median(intervals.slice(Math.max(0, index - 10), Math.max(index, 1)))
  const post = intervals[index + 1] ?? local
  const long = recentMean(intervals, index)
  const recent = intervals.slice(Math.max(0, index - RHYTHM_HISTORY), Math.max(index, 1))
  const middle = median(recent)
  const differences = recent.slice(1).map((value, n) => Math.abs(value - recent[n]))
  const squares = differences.map((value) => value * value)
  return [
    contrast(pre, local),
    contrast(post, local),
    contrast(pre, long),
    contrast(post, pre),
    contrast(pre, previous),
    contrast(pre + post, 2 * local),
    contrast(local, long),
    contrast(pre, 0.8),
    median(recent.map((value) => Math.abs(value - middle))) / middle,
    Math.sqrt(mean(squares)) / middle,
    rank(pre, recent),
    rank(post, recent),
    mean(differences.slice(-6)) / middle,
    mean(recent.map((value) => (value < 0.9 * middle ? 1 : 0))),
  ]
}

/** Mean of the RR intervals that end within the last five minutes. */
function recentMean(intervals: number[], index: number): number {
  let seconds = 0
  let first = index
  for (; first >= 0 && seconds < LONG_SECONDS; first--) seconds += intervals[first]
  return seconds / (index - first)
}

/** Three features against the median of the last 31 windows: shape, energy, and distance where the P wave is. */
function templateFeatures(window: Float64Array, template: Float64Array): number[] {
  const shape = window.slice(...SHAPE_ZONE)
  const templateShape = template.slice(...SHAPE_ZONE)
  const distance = mean(
    Array.from(window.slice(...P_ZONE), (value, n) => Math.abs(value - template[P_ZONE[0] + n])),
  )
  return [
    correlation(shape, templateShape),
    contrast(energy(shape) + 1e-3, energy(templateShape) + 1e-3),
    distance,
  ]
}

function contrast(a: number, b: number): number {
  return (a - b) / (a + b)
}

function rank(value: number, values: number[]): number {
  return mean(values.map((other) => (other < value ? 1 : other === value ? 0.5 : 0))) - 0.5
}

function mean(values: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < values.length; index++) sum += values[index]
  return values.length === 0 ? 0 : sum / values.length
}

function energy(values: Float64Array): number {
  return mean(values.map((value) => value * value))
}

function correlation(a: Float64Array, b: Float64Array): number {
  const meanA = mean(a)
  const meanB = mean(b)
  const covariance = mean(a.map((value, n) => (value - meanA) * (b[n] - meanB)))
  const variances = energy(a.map((value) => value - meanA)) * energy(b.map((value) => value - meanB))
  return covariance / (Math.sqrt(variances) + 1e-9)
}

function peakToPeak(values: Float64Array, [first, end]: readonly [number, number]): number {
  const part = values.slice(first, end)
  return Math.max(...part) - Math.min(...part)
}

function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

function pointwiseMedian(windows: Float64Array[]): Float64Array {
  return Float64Array.from({ length: BEAT_LENGTH }, (_, n) => median(windows.map((window) => window[n])))
}
