// SPDX-License-Identifier: Apache-2.0
// caplet fit against emulated boards: --measure gives what bench measures, to the byte, and an estimate stays within its
// own bound, also for networks that had no part in it. Where that fails after a change of the shim, a kernel, an engine
// or the code generator, `node dist/runtime/bench/calibrate.js` measures anew.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { targetNamed } from '../compiler/targets.js'
import { boards } from '../runtime/device/boards.js'
import { missingFor } from '../runtime/device/toolchain.js'
import { writeModel } from '../runtime/oracle/write-model.js'
import { parseModel } from './random/text.js'
import { capletJson, root } from './run-caplet.js'

const ecgBeat = join(root, 'examples', 'ecg-beat', 'model.onnx')

/** Convolutions over three axes of an accelerometer, and a dense layer. */
const steps = `
  opset 17
  input x: float32[1,3,128]
  xq: int8[1,3,128] = QuantizeLinear(x, float32 0.05, int8 3)
  xd: float32[1,3,128] = DequantizeLinear(xq, float32 0.05, int8 3)
  w1: float32[12,3,5] = DequantizeLinear(int8[12,3,5] {9 -31 77 -120 4 55 -8 19 -63 101}, float32 0.011, int8 0)
  conv1: float32[1,12,62] = Conv(xd, w1) {strides=[2]}
  r1: float32[1,12,62] = Relu(conv1)
  q1: int8[1,12,62] = QuantizeLinear(r1, float32 0.06, int8 -128)
  d1: float32[1,12,62] = DequantizeLinear(q1, float32 0.06, int8 -128)
  p1: float32[1,12,31] = MaxPool(d1) {kernel_shape=[2], strides=[2]}
  pq: int8[1,12,31] = QuantizeLinear(p1, float32 0.06, int8 -128)
  pd: float32[1,12,31] = DequantizeLinear(pq, float32 0.06, int8 -128)
  w2: float32[20,12,3] = DequantizeLinear(int8[20,12,3] {-7 44 18 -96 3 61 -25 12}, float32 0.013, int8 0)
  conv2: float32[1,20,29] = Conv(pd, w2)
  q2: int8[1,20,29] = QuantizeLinear(conv2, float32 0.08, int8 -5)
  d2: float32[1,20,29] = DequantizeLinear(q2, float32 0.08, int8 -5)
  f: float32[1,580] = Flatten(d2) {axis=1}
  fq: int8[1,580] = QuantizeLinear(f, float32 0.08, int8 -5)
  fd: float32[1,580] = DequantizeLinear(fq, float32 0.08, int8 -5)
  w3: float32[4,580] = DequantizeLinear(int8[4,580] {3 -14 90 -51 22 7 -37}, float32 0.009, int8 0)
  g: float32[1,4] = Gemm(fd, w3) {transB=1}
  gq: int8[1,4] = QuantizeLinear(g, float32 0.2, int8 1)
  y: float32[1,4] = DequantizeLinear(gq, float32 0.2, int8 1)
  output y`

/** Two dense branches, joined. */
const sensors = `
  opset 17
  input a: float32[1,24]
  input b: float32[1,40]
  aq: int8[1,24] = QuantizeLinear(a, float32 0.03, int8 -9)
  ad: float32[1,24] = DequantizeLinear(aq, float32 0.03, int8 -9)
  bq: int8[1,40] = QuantizeLinear(b, float32 0.04, int8 14)
  bd: float32[1,40] = DequantizeLinear(bq, float32 0.04, int8 14)
  wa: float32[32,24] = DequantizeLinear(int8[32,24] {5 -18 33 -71 112 -40 2}, float32 0.01, int8 0)
  wb: float32[32,40] = DequantizeLinear(int8[32,40] {-29 64 11 -3 87 -105 46 20 -6}, float32 0.008, int8 0)
  ga: float32[1,32] = Gemm(ad, wa) {transB=1}
  gb: float32[1,32] = Gemm(bd, wb) {transB=1}
  gaq: int8[1,32] = QuantizeLinear(ga, float32 0.07, int8 0)
  gad: float32[1,32] = DequantizeLinear(gaq, float32 0.07, int8 0)
  gbq: int8[1,32] = QuantizeLinear(gb, float32 0.09, int8 6)
  gbd: float32[1,32] = DequantizeLinear(gbq, float32 0.09, int8 6)
  s: float32[1,32] = Add(gad, gbd)
  sq: int8[1,32] = QuantizeLinear(s, float32 0.12, int8 2)
  y: float32[1,32] = DequantizeLinear(sq, float32 0.12, int8 2)
  output y`

const folder = mkdtempSync(join(tmpdir(), 'caplet-fit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function written(name: string, text: string): string {
  const path = join(folder, `${name}.onnx`)
  writeFileSync(path, writeModel(parseModel(text)))
  return path
}

interface Bytes {
  readonly total: number
  readonly within: number
}

interface Tier {
  readonly tier: string
  readonly engine: string | null
  readonly measured: boolean
  readonly flash: Bytes & Readonly<Record<string, number>>
  readonly ram: Bytes & Readonly<Record<string, number>>
  readonly memory: number
}

const patience = 300_000

async function tiersOf(model: string, target: string, ...words: string[]): Promise<Tier[]> {
  const { json } = await capletJson('fit', 'fit', model, '--target', target, ...words)
  return json.targets[0].tiers
}

const coreOf = (target: string): string => targetNamed(target)!.core

async function whyMissing(target: string): Promise<string | null> {
  const board = boards.find(({ runtime }) => runtime === coreOf(target))!
  for (const tier of board.tiers) {
    const missing = await missingFor(board, tier)
    if (missing) return `${missing.reason}; ${missing.remedy}`
  }
  return null
}

const byName = (parts: readonly string[], bytes: Readonly<Record<string, number>>) =>
  Object.fromEntries(parts.map((part) => [part, bytes[part]]))

describe.each(['cortex-m4f', 'cortex-m0', 'riscv32imc'])('ecg-beat on %s', async (target) => {
  const missing = await whyMissing(target)

  it('--measure is what bench measures', { timeout: patience }, async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const tiers = await tiersOf(ecgBeat, target, '--measure')
    const words = [ecgBeat, '--target', target, '--runtime', coreOf(target), '-n', '1']
    const { runs } = (await capletJson('bench', 'bench', ...words)).json
    expect(tiers.length).toBe(runs.length)
    for (const { tier, engine, measured, flash, ram, memory } of tiers) {
      const runtime = `${coreOf(target)}:${engine ?? tier}`
      const { device, capsule } = runs.find((run: Tier & { runtime: string }) => {
        return run.runtime === runtime && run.tier === tier
      })
      const parts = ['capsule', 'shim', 'kernels', 'engine', 'libc']
      expect({ measured, ...byName(parts, flash) }).toEqual({
        measured: true,
        ...byName(parts, device.flash),
      })
      expect({ memory, stack: ram.stack }).toEqual({ memory: device.memory.most, stack: device.stack })
      const statics = parts.reduce((sum, part) => sum + device.ram[part], 0)
      expect(ram.statics).toBe(statics)
      expect(ram.total).toBe(memory + ram.stack! + statics)
      expect(ram.engine_heap).toBe(memory - capsule.total)
      expect([flash.within, ram.within]).toEqual([0, 0])
    }
  })
})

describe.each([
  ['ecg-beat', ecgBeat, 'cortex-m4f'],
  ['ecg-beat', ecgBeat, 'cortex-m0'],
  ['ecg-beat', ecgBeat, 'riscv32imc'],
  // Calibration knows nothing of these two.
  ['steps', written('steps', steps), 'cortex-m4f'],
  ['sensors', written('sensors', sensors), 'cortex-m4f'],
])('the estimate of %s', (_, model, target) => {
  it(`is within its bound on ${target}`, { timeout: patience }, async ({ skip }) => {
    const missing = await whyMissing(target)
    skip(missing !== null, missing ?? '')
    const estimated = await tiersOf(model, target)
    const measured = await tiersOf(model, target, '--measure')
    expect(estimated.map(({ tier, engine }) => [tier, engine])).toEqual(
      measured.map(({ tier, engine }) => [tier, engine]),
    )
    const errors = estimated.flatMap(({ tier, engine, flash, ram }, index) => {
      const exact = measured[index]!
      return [
        { what: `flash, ${tier} ${engine}`, error: flash.total - exact.flash.total, within: flash.within },
        { what: `RAM, ${tier} ${engine}`, error: ram.total - exact.ram.total, within: ram.within },
      ]
    })
    expect(errors.filter(({ error, within }) => Math.abs(error) > within)).toEqual([])
    // A bound that says nothing would always hold.
    for (const { ram, flash } of estimated) {
      expect(ram.within).toBeLessThan(ram.total / 3)
      expect(flash.within).toBeLessThan(flash.total)
    }
  })
})
