// SPDX-License-Identifier: Apache-2.0
// --state: capsules that keep an output as the next run's input, against the reference that is fed it by hand.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileFile } from '../compiler/compile.js'
import { openNode } from '../runtime/node.js'
import { writeModel } from '../runtime/oracle/write-model.js'
import { verifyModel } from '../runtime/verify.js'
import { parseModel } from './random/text.js'
import { caplet, capletJson } from './run-caplet.js'

const some = '0.5 -0.75 0.3125 0.0078125 -1.25 0.875 0.1 -0.3 0.7 -0.02'

/** One step of an LSTM, the input quantized; `states` quantized too, or float. */
const stepOf = (states: 'float' | 'quantized') => {
  const edge = (name: string) => `input ${name}_in: float32[1,1,4]`
  const read = (name: string) => `
    q${name}: int8[1,1,4] = QuantizeLinear(${name}_in, float32 0.01, int8 5)
    ${name}: float32[1,1,4] = DequantizeLinear(q${name}, float32 0.01, int8 5)`
  const write = (name: string) => `
    w${name}: int8[1,1,4] = QuantizeLinear(${name}_next, float32 0.01, int8 5)
    ${name}_out: float32[1,1,4] = DequantizeLinear(w${name}, float32 0.01, int8 5)`
  const isFloat = states === 'float'
  const names = isFloat
    ? { h: 'h_in', c: 'c_in', next: ['h_out', 'c_out'] }
    : { h: 'h', c: 'c', next: ['h_next', 'c_next'] }
  return `
    input a: uint8[1,1,3]
    ${edge('h')}
    ${edge('c')}
    x: float32[1,1,3] = DequantizeLinear(a, float32 0.03, uint8 100)
    ${isFloat ? '' : read('h') + read('c')}
    y: float32[1,1,1,4], ${names.next.map((name) => `${name}: float32[1,1,4]`).join(', ')} = LSTM(x, float32[1,16,3] {${some}}, float32[1,16,4] {0.3 -0.6 0.9 ${some}}, float32[1,32] {0.125 -0.5 0.1}, _, ${names.h}, ${names.c}) {hidden_size=4}
    ${isFloat ? '' : write('h') + write('c')}
    q: int8[1,1,1,4] = QuantizeLinear(y, float32 0.0078125, int8 3)
    output q
    output h_out
    output c_out`
}

const folder = mkdtempSync(join(tmpdir(), 'caplet-state-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const pathOf = (states: 'float' | 'quantized') => {
  const path = join(folder, `${states}.onnx`)
  const text = stepOf(states)
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .join('\n')
  writeFileSync(path, writeModel(parseModel(text)))
  return path
}
const states = new Map([
  ['h_in', 'h_out'],
  ['c_in', 'c_out'],
])
const flags = ['--state', 'h_in=h_out', '--state', 'c_in=c_out']

describe.each(['float', 'quantized'] as const)('a step of an LSTM with %s states', (form) => {
  it('equals the reference over 200 steps, in every runtime', async () => {
    const path = pathOf(form)
    const verification = await verifyModel(path, { states, count: 200 })
    const own = await verifyModel(path, { states, count: 50, runtimes: ['reference'] })
    expect([verification.exact, own.exact]).toEqual([true, true])
    expect(verification.runtimes.length).toBeGreaterThan(0)
  })

  it('remembers until it is reset', async () => {
    const capsule = await compileFile(pathOf(form), { states })
    expect(capsule.memory.state).toBe(32)
    expect(capsule.inputs.map(({ name }) => name)).toEqual(['a'])
    const running = await openNode(capsule.wasm)
    const step = () => running.invoke([Uint8Array.of(255, 0, 255)]).join()
    const steps = [step(), step(), step()]
    expect(new Set(steps).size).toBe(3)
    running.reset()
    expect([step(), step(), step()]).toEqual(steps)
  })
})

it('a capsule names its states, so that it is verified as it was compiled', async () => {
  const output = join(folder, 'capsule')
  const { exitCode } = await capletJson('compile', 'compile', pathOf('float'), '-o', output, ...flags)
  expect(exitCode).toBe(0)
  const capsule = join(output, 'model.wasm')
  const verification = await verifyModel(pathOf('float'), { capsule, count: 40 })
  expect(verification.exact).toBe(true)
})

it.each([
  ['--state=h_in', 'Expected input=output'],
  ['--state=h_in=', 'Expected input=output'],
])('%s is wrong usage', async (flag, words) => {
  const { exitCode, stderr } = await caplet('compile', pathOf('float'), flag)
  expect(exitCode).toBe(2)
  expect(stderr).toContain(words)
})
