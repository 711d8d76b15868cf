// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { writeNpz } from '../../runtime/arrays.js'
import { decodeBeats, encodeBeats } from './beat-file.js'
import { exampleFile } from './locations.js'
import { exponential, randomSource, sine } from './portable-math.js'
import { synthesize, syntheticInput } from './synthesize.js'

describe('synthesize', () => {
  it('gives the committed input again, to the byte', async () => {
    const again = encodeBeats(syntheticInput())
    const committed = new Uint8Array(await readFile(exampleFile('synthetic.npz')))
    expect(Buffer.compare(again, committed)).toBe(0)
    expect(decodeBeats(committed, 'synthetic.npz').label.length).toBeGreaterThanOrEqual(1000)
  })

  it('is not read from a file without beats, or a damaged one', () => {
    const label = { type: 'uint8', shape: [2], data: Uint8Array.of(0, 1) } as const
    const bytes = writeNpz(new Map([['label', label]]))
    expect(() => decodeBeats(bytes, 'x.npz')).toThrow(/not the features/)
    expect(() => decodeBeats(bytes.subarray(0, 60), 'x.npz')).toThrow(/x\.npz/)
  })

  it('gives another recording for another seed', () => {
    expect(synthesize(1, 20).signal).toEqual(synthesize(1, 20).signal)
    expect(synthesize(2, 20).signal).not.toEqual(synthesize(1, 20).signal)
  })

  it('has all four classes, ectopic beats early, R peaks where the beats are', () => {
    const { signal, beats } = synthesize(3, 300)
    expect(new Set(beats.map(({ label }) => label))).toEqual(new Set([0, 1, 2, 3]))
    const intervals = beats.slice(1).map(({ sample }, n) => sample - beats[n].sample)
    const meanOf = (label: number) => {
      const own = intervals.filter((_, n) => beats[n + 1].label === label)
      return own.reduce((sum, value) => sum + value, 0) / own.length
    }
    expect(meanOf(1)).toBeLessThan(0.8 * meanOf(0))
    expect(meanOf(2)).toBeLessThan(0.8 * meanOf(0))
    for (const { sample, label } of beats) {
      if (label !== 0) continue
      const around = signal.slice(sample - 15, sample + 16)
      expect(Math.abs(around.indexOf(Math.max(...around)) - 15)).toBeLessThanOrEqual(2)
    }
  })
})

describe('portable arithmetic', () => {
  it('follows exp and sin', () => {
    for (let x = -100; x <= 100; x += 0.37) {
      expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-11)
      expect(sine(x)).toBeCloseTo(Math.sin(x), 8)
    }
  })

  it('draws numbers of mean 0 and deviation 1', () => {
    const random = randomSource(5)
    const draws = Array.from({ length: 20000 }, () => random.normal())
    const mean = draws.reduce((sum, value) => sum + value, 0) / draws.length
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / draws.length
    expect(mean).toBeCloseTo(0, 1)
    expect(variance).toBeCloseTo(1, 1)
  })
})
