// SPDX-License-Identifier: Apache-2.0
// An ECG synthesizer after McSharry, Clifford, Tarassenko and Smith, "A dynamical model for generating synthetic
// electrocardiogram signals", IEEE Trans. Biomed. Eng. 50(3):289-294, 2003, extended with S, V and F beats.
//   node dist/examples/ecg-beat/synthesize.js -o synthetic.npz

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { type BeatArrays, encodeBeats } from './beat-file.js'
import { runOrExplain } from './explain.js'
import { SAMPLING_RATE } from './features.js'
import type { Beat } from './physionet.js'
import { exponential, type RandomSource, randomSource, sine } from './portable-math.js'
import { beatArrays } from './prepare.js'

/** A Gaussian event on the cycle: seconds after the R peak, width (standard deviation) in seconds, millivolts. */
type Wave = readonly [time: number, width: number, amplitude: number]

// The paper's Table 1 (P, Q, R, S, T) at 60 beats a minute: width = b / 2 pi, amplitude in the ratio of a * b^2.
const NORMAL: readonly Wave[] = [
  [-0.2, 0.04, 0.25],
  [-0.05, 0.016, -0.17],
  [0, 0.016, 1.1],
  [0.05, 0.016, -0.27],
  [0.3, 0.064, 0.4],
]
// S: another atrial focus, so another P wave, closer to a normal QRS. V: wide, no P wave, T against the QRS.
const SUPRAVENTRICULAR: readonly Wave[] = [[-0.15, 0.03, -0.12], ...NORMAL.slice(1)]
const VENTRICULAR: readonly Wave[] = [
  [0, 0.045, 1.7],
  [0.11, 0.045, -0.8],
  [0.34, 0.07, -0.5],
]
// F: ventricles excited from both sides at once, half of each.
const FUSION: readonly Wave[] = [...NORMAL, ...VENTRICULAR].map(([time, width, amplitude]) => {
  return [time, width, amplitude / 2]
})
const WAVES = [NORMAL, SUPRAVENTRICULAR, VENTRICULAR, FUSION]

interface PlannedBeat {
  /** Seconds of the R peak. */
  time: number
  label: number
  waves: readonly Wave[]
}

export interface Recording {
  /** Millivolts at 360 Hz, in steps of 1/200 as from an 11-bit converter. */
  signal: Float64Array
  beats: Beat[]
}

/**
 * The RR process of the paper: a spectrum of two Gaussians, at 0.1 Hz (Mayer waves) and 0.25 Hz (respiration), the
 * first with half the power of the second, random phases, scaled to the mean and standard deviation asked for.
 */
function rrProcess(random: RandomSource, meanSeconds: number, deviation: number): (time: number) => number {
  const lines: { frequency: number; amplitude: number; phase: number }[] = []
  let power = 0
  for (let frequency = 0.002; frequency < 0.4; frequency += 0.002) {
    const low = (frequency - 0.1) / 0.01
    const high = (frequency - 0.25) / 0.01
    const density = 0.5 * exponential((-low * low) / 2) + exponential((-high * high) / 2)
    lines.push({ frequency, amplitude: Math.sqrt(density), phase: random.uniform(0, 6.283185307179586) })
    power += density / 2
  }
  const scale = deviation / Math.sqrt(power)
  return (time) => {
    let sum = 0
    for (const { frequency, amplitude, phase } of lines) {
      sum += amplitude * sine(6.283185307179586 * frequency * time + phase)
    }
    return meanSeconds + scale * sum
  }
}

/** Draws the class of the next beat: never two ectopic beats in a row, else 9 % S, 9 % V, 3 % F. */
function drawLabel(random: RandomSource, previous: number): number {
  const draw = random.uniform(0, 1)
  if (previous !== 0 || draw > 0.21) return 0
  return draw < 0.09 ? 1 : draw < 0.18 ? 2 : 3
}

/** RR before a beat of this class, as a share of the sinus RR; the beat after V waits for the full pause. */
function prematurity(random: RandomSource, label: number, previous: number, previousShare: number): number {
  if (label === 1) return random.uniform(0.65, 0.8)
  if (label === 2) return random.uniform(0.58, 0.75)
  if (label === 3) return random.uniform(0.9, 0.97)
  if (previous === 1) return random.uniform(1, 1.1)
  return previous === 0 ? 1 : 2 - previousShare
}

function planBeats(random: RandomSource, count: number): PlannedBeat[] {
  const sinus = rrProcess(random, random.uniform(0.7, 1), random.uniform(0.02, 0.05))
  const gain = random.uniform(0.8, 1.2)
  const beats: PlannedBeat[] = []
  let time = 0.5
  let previous = 0
  let share = 1
  while (beats.length < count) {
    const label = drawLabel(random, previous)
    share = prematurity(random, label, previous, share)
    const interval = share * sinus(time)
    time += interval
    const beatGain = gain * (1 + 0.03 * random.normal())
    const waves = WAVES[label].map(([at, width, amplitude]): Wave => {
      // the T wave keeps its distance by Bazett's square root of the RR, the rest by time
      return [at > 0.2 ? at * Math.sqrt(interval) : at, width, amplitude * beatGain]
    })
    beats.push({ time, label, waves })
    previous = label
  }
  return beats
}

/**
 * The forcing of the paper's third equation, -sum of a * dTheta * exp(-dTheta^2 / 2 b^2). Started on their limit cycle, the
 * first two equations are a rotation, theta' = omega; with dTheta = omega * dt, b = omega * width and
 * a = omega * amplitude / b^2 the angular velocity cancels, and a wave keeps its duration at any heart rate.
 */
function forcing(beats: readonly PlannedBeat[], time: number): number {
  let sum = 0
  for (const beat of beats) {
    for (const [at, width, amplitude] of beat.waves) {
      const distance = (time - beat.time - at) / width
      if (distance > -7 && distance < 7) {
        sum -= ((amplitude * distance) / width) * exponential((-distance * distance) / 2)
      }
    }
  }
  return sum
}

/**
 * One synthetic recording: z' = forcing(t) - (z - z0(t)), z0 = 0.15 mV * sin(2 pi 0.25 Hz t), by fourth-order Runge-Kutta at the
 * sampling rate, plus 0.01 mV of noise.
 * Post: equal arguments give equal numbers, to the bit, on every machine.
 */
export function synthesize(seed: number, beatCount: number): Recording {
  const random = randomSource(seed)
  const planned = planBeats(random, beatCount)
  const signal = new Float64Array(Math.ceil((planned[beatCount - 1].time + 1) * SAMPLING_RATE))
  const step = 1 / SAMPLING_RATE
  let z = 0
  let next = 0
  for (let sample = 0; sample < signal.length; sample++) {
    signal[sample] = Math.round((z + 0.01 * random.normal()) * 200) / 200
    const time = sample * step
    while (next < planned.length - 1 && planned[next].time < time) next++
    const near = planned.slice(Math.max(0, next - 1), next + 2)
    const slope = (at: number, value: number): number =>
      forcing(near, at) - (value - 0.15 * sine(6.283185307179586 * 0.25 * at))
    const k1 = slope(time, z)
    const k2 = slope(time + step / 2, z + (step / 2) * k1)
    const k3 = slope(time + step / 2, z + (step / 2) * k2)
    const k4 = slope(time + step, z + step * k3)
    z += (step / 6) * (k1 + 2 * k2 + 2 * k3 + k4)
  }
  const beats = planned.map(({ time, label }) => ({ sample: Math.round(time * SAMPLING_RATE), label }))
  return { signal, beats }
}

/** The demo's committed input: the features of five recordings of 240 beats, one after the other. */
export function syntheticInput(): BeatArrays {
  const parts = [1, 2, 3, 4, 5].map((seed) => {
    const { signal, beats } = synthesize(seed, 240)
    return beatArrays(signal, beats)
  })
  return {
    beat: Float32Array.from(parts.flatMap(({ beat }) => [...beat])),
    rr: Float32Array.from(parts.flatMap(({ rr }) => [...rr])),
    label: Uint8Array.from(parts.flatMap(({ label }) => [...label])),
    sample: Int32Array.from(parts.flatMap(({ sample }) => [...sample])),
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { output: { type: 'string', short: 'o' } } })
  if (values.output === undefined) {
    console.error('usage: synthesize.js -o FILE.npz')
    process.exitCode = 2
    return
  }
  await writeFile(values.output, encodeBeats(syntheticInput()))
}

if (process.argv[1]?.endsWith('synthesize.js')) await runOrExplain(main)
