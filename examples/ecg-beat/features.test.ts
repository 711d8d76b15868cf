// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { BEAT_LENGTH, bandPass, extractFeatures, FEATURE_COUNT, R_INDEX, SAMPLING_RATE } from './features.js'
import { synthesize } from './synthesize.js'

const { signal, beats } = synthesize(7, 60)
const rPeaks = beats.map(({ sample }) => sample)

function row(values: Float32Array, index: number, length: number): number[] {
  return Array.from(values.subarray(index * length, (index + 1) * length))
}

describe('extractFeatures', () => {
  const whole = extractFeatures(signal, rPeaks)

  it('gives one row per R peak, within the documented ranges', () => {
    expect(whole.beat).toHaveLength(rPeaks.length * BEAT_LENGTH)
    expect(whole.rr).toHaveLength(rPeaks.length * FEATURE_COUNT)
    expect(whole.rr.every((value) => Math.abs(value) <= 4)).toBe(true)
    expect([...whole.beat, ...whole.rr].every((value) => Number.isInteger(value * 1024))).toBe(true)
  })

  it('does not see beyond the RR after the beat and 142 samples after its R peak', () => {
    for (const index of [0, 3, 31, 50]) {
      const lastSample = rPeaks[index] + 142
      const changed = signal.map((value, sample) => (sample > lastSample ? 9 - value : value))
      const later = rPeaks.map((sample, n) => (n > index + 1 ? sample + 29 : sample))
      const { beat, rr } = extractFeatures(changed, later)
      expect(row(beat, index, BEAT_LENGTH)).toEqual(row(whole.beat, index, BEAT_LENGTH))
      expect(row(rr, index, FEATURE_COUNT)).toEqual(row(whole.rr, index, FEATURE_COUNT))
    }
  })

  it('does see the sample and the R peak at that limit', () => {
    const index = 31
    const changed = signal.map((value, sample) => (sample >= rPeaks[index] + 142 ? value + 5 : value))
    const later = rPeaks.map((sample, n) => (n > index ? sample + 29 : sample))
    const beat = extractFeatures(changed, rPeaks).beat
    expect(row(beat, index, BEAT_LENGTH)).not.toEqual(row(whole.beat, index, BEAT_LENGTH))
    const { rr } = extractFeatures(signal, later)
    expect(row(rr, index, FEATURE_COUNT)).not.toEqual(row(whole.rr, index, FEATURE_COUNT))
  })

  it('does not depend on gain or offset of the recording', () => {
    const { beat, rr } = extractFeatures(
      signal.map((value) => 2 * value + 3),
      rPeaks,
    )
    const distance = (a: Float32Array, b: Float32Array) =>
      Math.max(...a.map((value, n) => Math.abs(value - b[n])))
    expect(distance(beat, whole.beat)).toBeLessThan(0.002)
    expect(distance(rr, whole.rr)).toBeLessThan(0.002)
  })

  it('puts the R peak where it says, a filter delay of at most 3 samples later', () => {
    const window = row(whole.beat, 10, BEAT_LENGTH)
    expect(window.indexOf(Math.max(...window)) - R_INDEX).toBeGreaterThanOrEqual(0)
    expect(window.indexOf(Math.max(...window)) - R_INDEX).toBeLessThanOrEqual(3)
  })
})

describe('bandPass', () => {
  /** Amplitude of the response to a sine of amplitude 1, after the transient. */
  function gainAt(frequency: number): number {
    const length = 20 * SAMPLING_RATE
    const sine = Array.from({ length }, (_, n) => Math.sin((2 * Math.PI * frequency * n) / SAMPLING_RATE))
    return Math.max(...bandPass(sine).slice(length / 2))
  }

  it('is 3 dB down at 0.5 and 40 Hz, flat between, and removes drift and mains harmonics', () => {
    expect(gainAt(0.5)).toBeCloseTo(Math.SQRT1_2, 2)
    expect(gainAt(40)).toBeCloseTo(Math.SQRT1_2, 1)
    expect(gainAt(8)).toBeCloseTo(1, 1)
    expect(gainAt(0.05)).toBeLessThan(0.02)
    expect(gainAt(150)).toBeLessThan(0.02)
  })

  it('leaves nothing of an offset', () => {
    expect(bandPass(new Float64Array(10).fill(3.25))).toEqual(new Float64Array(10))
  })
})
