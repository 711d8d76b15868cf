// SPDX-License-Identifier: Apache-2.0
// assembly/requantize.ts, compiled and run, against its twin and against the rule.
import { describe, expect, it } from 'vitest'
import { compileSnippet } from './compile-snippet.fixture.js'
import { f32, roundHalfEven } from './float32.js'
import {
  encodeRecord,
  floatRecord,
  integerRecord,
  type RequantizerForm,
  type RequantizerRecord,
  requantize,
  requantizerForms,
} from './requantizer-forms.js'

const forms: readonly RequantizerForm[] = ['plain', 'window', 'full', 'float']

/** run_FORM(count): outputs[i] = requantize(accumulators[i], record of channel i / ACCUMULATORS). */
const ACCUMULATORS = 4096
const source = `
import * as requantizers from "./requantize"
export const ACCUMULATORS_AT: i32 = 0x1000
export const OUTPUTS_AT: i32 = 0x10000
export const RECORD_AT: i32 = 0x100
${forms
  .map((form) => {
    const { primitive, recordBytesSymbol } = requantizerForms[form]
    return `
export const ${form}_bytes: i32 = <i32>requantizers.${recordBytesSymbol}
export function ${form}(zeroPoint: i32, low: i32, high: i32): void {
  for (let at: usize = 0; at < ${ACCUMULATORS * 4}; at += 4)
    store<i32>(0x10000 + at, requantizers.${primitive}(load<i32>(0x1000 + at), 0x100, zeroPoint, low, high))
}
export function one_${form}(accumulator: i32, record: usize): i32 {
  return requantizers.${primitive}(accumulator, record, -3, -128, 127)
}`
  })
  .join('\n')}
`

const { exports, text } = await compileSnippet(source, ['requantize'], 2)
const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer)
const accumulators = new Int32Array(memory.buffer, 0x1000, ACCUMULATORS)
const outputs = new Int32Array(memory.buffer, 0x10000, ACCUMULATORS)

function runKernel(
  record: RequantizerRecord,
  output: { zeroPoint: number; min: number; max: number },
): Int32Array {
  memory.set(encodeRecord(record.form, 0x5a5a5a5a, record), 0x100)
  const kernel = exports[record.form] as (...bounds: number[]) => void
  kernel(output.zeroPoint, output.min, output.max)
  return outputs
}

let state = 12345
/** Uniform in 0 <= value < 1. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

/** A quarter with short mantissas: those meet exact ties. */
function randomMultiplier(): number {
  const m = 2 ** (-19 + 18 * random())
  return f32(random() < 0.25 ? Math.ceil(m * 2 ** 20) / 2 ** 20 : m)
}

/** Half of them around the ties of the output, the rest anywhere below the bound. */
function fillAccumulators(m: number, bound: number): void {
  for (let index = 0; index < ACCUMULATORS; index++) {
    const nearTie = Math.round((Math.floor(random() * 300 - 150) + 0.5) / m) + Math.floor(random() * 5) - 2
    const anywhere = Math.floor((2 * random() - 1) * bound)
    accumulators[index] = index % 2 === 0 && Math.abs(nearTie) < bound ? nearTie : anywhere
  }
}

function outputBounds(channel: number) {
  const zeroPoint = Math.floor(random() * 256)
  return channel % 2 === 0
    ? { zeroPoint: zeroPoint - 128, min: -128, max: 127 }
    : { zeroPoint, min: 0, max: 255 }
}

const rule = (accumulator: number, m: number, zeroPoint: number, min: number, max: number): number =>
  Math.min(max, Math.max(min, roundHalfEven(f32(f32(accumulator) * m)) + zeroPoint))

describe('assembly/requantize.ts', () => {
  it('reads records of the size that the compiler writes', () => {
    for (const form of forms) {
      const { value } = exports[`${form}_bytes`] as WebAssembly.Global
      expect(value).toBe(requantizerForms[form].recordBytes)
    }
  })

  it('full and float equal the rule, 2.4 million accumulators each', () => {
    for (let channel = 0; channel < 600; channel++) {
      const [m, output] = [randomMultiplier(), outputBounds(channel)]
      fillAccumulators(m, Math.min(2 ** 24, 2 ** 20 / m))
      const expected = Array.from(accumulators, (a) => rule(a, m, output.zeroPoint, output.min, output.max))
      expect(firstDifference(runKernel(integerRecord('full', m, 0), output), expected)).toBeNull()
      expect(firstDifference(runKernel(floatRecord(m), output), expected)).toBeNull()
    }
  })

  it('float equals the rule for any accumulator and multiplier', () => {
    for (let channel = 0; channel < 100; channel++) {
      const [m, output] = [f32(2 ** (-40 + 50 * random())), outputBounds(channel)]
      fillAccumulators(m, 2 ** 31)
      accumulators.set([-(2 ** 31), 2 ** 31 - 1, 2 ** 24 + 1, -(2 ** 24) - 1])
      const expected = Array.from(accumulators, (a) => rule(a, m, output.zeroPoint, output.min, output.max))
      expect(firstDifference(runKernel(floatRecord(m), output), expected)).toBeNull()
    }
  })

  it('every form equals its twin', () => {
    for (let channel = 0; channel < 40; channel++) {
      const [m, output] = [randomMultiplier(), outputBounds(channel)]
      const window = Math.floor(2 ** (32 * random()))
      fillAccumulators(m, Math.min(2 ** 29, 2 ** 20 / m))
      const records = (['plain', 'window', 'full'] as const).map((form) => integerRecord(form, m, window))
      for (const record of [...records, floatRecord(m)]) {
        const expected = Array.from(accumulators, (a) => requantize(a, record, output))
        expect(firstDifference(runKernel(record, output), expected)).toBeNull()
      }
    }
  })

  it('executes as many operations as the compiler counts', () => {
    for (const form of forms) {
      const lines = text.split('\n').map((line) => line.trim())
      const start = lines.findIndex((line) => line.startsWith(`(func $snippet/one_${form} `))
      const body = lines
        .slice(start + 1, lines.indexOf(')', start))
        .filter((line) => !line.startsWith('(local'))
      expect(body.join('\n')).not.toMatch(/if|loop|br_|call|block/)
      expect({ form, operations: body.length }).toEqual({
        form,
        operations: requantizerForms[form].operations,
      })
    }
  })
})

function firstDifference(actual: Int32Array, expected: readonly number[]): string | null {
  const index = expected.findIndex((value, at) => value !== actual[at])
  return index < 0
    ? null
    : `accumulator ${accumulators[index]}: ${actual[index]}, expected ${expected[index]}`
}
