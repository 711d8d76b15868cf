// SPDX-License-Identifier: Apache-2.0
// caplet fit against emulated boards: --measure gives what bench measures, to the byte, and an estimate stays within its
// own bound, also for networks that had no part in it. Where that fails after a change of the shim, a kernel, an engine
// or the code generator, `node dist/runtime/bench/calibrate.js` measures anew.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targetNamed } from '../compiler/targets.js'
import { boards } from '../runtime/device/boards.js'
import { missingFor } from '../runtime/device/toolchain.js'
import { capletJson, root } from './run-caplet.js'

const ecgBeat = join(root, 'examples', 'ecg-beat', 'model.onnx')

const network = (name: string) => join(root, 'test', 'networks', `${name}.onnx`)

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
  // Calibration leaves these two architectures out.
  ['mobile', network('mobile.qoperator.uint8'), 'cortex-m4f'],
  ['gated', network('gated.qdq.int8'), 'cortex-m4f'],
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
