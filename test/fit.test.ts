// SPDX-License-Identifier: Apache-2.0
// caplet fit without a board: verdicts at the exact boundary, the peak against the memory plan that inspect prints, every
// remedy against a compilation. What boards measure is in test/fit-boards.test.ts.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { targets } from '../compiler/targets.js'
import { caplet, capletError, capletJson, root } from './run-caplet.js'

const ecgBeat = join(root, 'examples', 'ecg-beat', 'model.onnx')
const digits = join(root, 'examples', 'digits', 'model.onnx')
const perceptron = join(root, 'test', 'networks', 'perceptron.qdq.int8.onnx')
const twoInputs = join(root, 'test', 'networks', 'two_inputs.qdq.int8.onnx')
const keyword = join(root, 'test', 'networks', 'keyword.qdq.onnx')

interface Tier {
  readonly tier: string
  readonly engine: string | null
  readonly fits: boolean | null
  readonly flash: Readonly<Record<string, number>>
  readonly ram: Readonly<Record<string, number>>
  readonly memory: number
}

const most = ({ total, within }: Tier['ram']) => total! + within!

describe('the verdict', () => {
  it.each(['portable', 'accelerated', 'native'])('of the tier %s turns at the very byte', async (tier) => {
    const words = [perceptron, '--target', 'cortex-m33f', '--tier', tier]
    const open = await capletJson('fit', 'fit', ...words)
    expect(open).toMatchObject({ exitCode: 0, json: { fits: true, targets: [{ fits: null, flash: null }] } })
    const needs: Tier[] = open.json.targets[0].tiers
    const flash = Math.max(...needs.map((need) => most(need.flash)))
    const ram = Math.min(...needs.map((need) => most(need.ram)))
    const with_ = (bytes: number) => ['--flash', `${flash}`, '--ram', `${bytes}`]
    const enough = await capletJson('fit', 'fit', ...words, ...with_(ram))
    expect(enough).toMatchObject({ exitCode: 0, json: { fits: true, targets: [{ fits: true, ram }] } })
    const short = await capletJson('fit', 'fit', ...words, ...with_(ram - 1))
    expect(short).toMatchObject({ exitCode: 1, json: { fits: false, targets: [{ fits: false }] } })
    const missing = short.json.targets[0].tiers.map((need: Tier) => need.ram.missing)
    expect(Math.min(...missing)).toBe(1)
  })

  it('counts flash, too', async () => {
    const words = [perceptron, '--target', 'nrf52840', '--tier', 'native']
    const { json } = await capletJson('fit', 'fit', ...words)
    const bytes = most(json.targets[0].tiers[0].flash)
    const short = await capletJson('fit', 'fit', ...words, '--flash', `${bytes - 7}`)
    expect(short).toMatchObject({ exitCode: 1, json: { targets: [{ tiers: [{ flash: { missing: 7 } }] }] } })
  })

  it('is in words, with the bytes that are missing', async () => {
    const { exitCode, stdout } = await caplet('fit', keyword, '--target', 'nrf51822')
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(
      /^keyword\.qdq on nrf51822 .*: DOES NOT FIT, of 262,144 bytes of flash and 16,384 bytes of RAM$/m,
    )
    expect(stdout).toMatch(/^ {2}native .* RAM: [\d,]+ too many$/m)
  })

  it('without a target is one line for each tier of each, and 0 where one of them fits', async () => {
    const { exitCode, stdout } = await caplet('fit', perceptron)
    expect(exitCode).toBe(0)
    for (const { name } of targets) expect(stdout).toMatch(new RegExp(`^ {2}${name} +native `, 'm'))
    const none = await caplet('fit', perceptron, '--ram', '1K')
    expect(none.exitCode).toBe(1)
  })
})

it('the memory of a chip is what its data sheet says', async () => {
  const { json } = await capletJson('fit', 'fit', perceptron, '--tier', 'native')
  // KB of flash and RAM. The ESP32-S3's flash is that of the module WROOM-1-N4.
  const chips = { nrf52840: [1024, 256], nrf51822: [256, 16], stm32f405: [1024, 128], esp32s3: [4096, 512] }
  for (const [target, [flash, ram]] of Object.entries(chips)) {
    const found = json.targets.find((one: { target: string }) => one.target === target)
    expect(found).toMatchObject({ flash: flash! * 1024, ram: ram! * 1024, other_code: target === 'esp32s3' })
    expect(found.source).toMatch(/\w/)
  }
})

describe('the parts', () => {
  it('add up, and are those of the capsule that compile builds', async () => {
    const { json } = await capletJson('fit', 'fit', ecgBeat, '--target', 'nrf52840')
    const inspected = await capletJson('inspect', 'inspect', ecgBeat, '--target', 'nrf52840')
    for (const { tier, flash, ram, memory } of json.targets[0].tiers as Tier[]) {
      expect(flash.capsule! + flash.shim! + flash.kernels! + flash.engine! + flash.libc!).toBe(flash.total)
      const linear = ram.arena! + ram.state! + ram.tables!
      expect(linear + ram.engine_heap! + ram.stack! + ram.statics!).toBe(ram.total)
      expect(memory).toBeGreaterThanOrEqual(linear + ram.engine_heap!)
      if (tier !== 'accelerated') expect(ram.arena).toBe(inspected.json.memory.arena)
      expect(flash.kernels! > 0).toBe(tier === 'accelerated')
    }
  })
})

describe('the peak', () => {
  it.each([ecgBeat, digits, keyword])('of %s is the one of the memory plan', async (model) => {
    const words = [model, '--target', 'nrf52840', '--tier', 'native']
    const { peak } = (await capletJson('fit', 'fit', ...words)).json
    const { json } = await capletJson('inspect', 'inspect', model, '--target', 'nrf52840')
    const { memory, nodes } = json
    const at = nodes.findIndex(({ name }: { name: string }) => name === peak.node)
    expect(nodes[at].operator).toBe(peak.operator)
    const live: { name: string; offset: number }[] = memory.tensors.filter(
      ({ first, last }: { first: number; last: number }) => first <= at && at <= last,
    )
    const living = new Set(live.map(({ name }) => name))
    const blocks: string[][] = peak.tensors.map(({ names }: { names: string[] }) => names)
    // A block that lives now is named with all tensors that ever share it.
    for (const names of blocks) expect(names.some((name) => living.has(name))).toBe(true)
    for (const name of living) expect(blocks.flat()).toContain(name)
    const sum = peak.tensors.reduce((total: number, { bytes }: { bytes: number }) => total + bytes, 0)
    expect(sum).toBe(peak.bytes)
    expect(peak.bytes).toBe(memory.peak_live)
    expect(peak.elsewhere).toBeLessThanOrEqual(peak.bytes)
  })
})

describe('a remedy', () => {
  it('is an option with which the arena is as small as it says', async () => {
    const words = [twoInputs, '--io', 'float', '--target', 'cortex-m0']
    const { json } = await capletJson('fit', 'fit', ...words)
    expect(json.remedies.map(({ change }: { change: string }) => change.split(' (')[0])).toContain(
      '--io quantized',
    )
    for (const { change, arena } of json.remedies) {
      const option: string[] = change.split(' (')[0].split(' ')
      const { memory } = (await capletJson('inspect', 'inspect', ...words, ...option)).json
      expect(memory.arena).toBe(arena)
      expect(arena).toBeLessThan(json.targets[0].tiers[0].ram.arena)
    }
    const { stdout } = await caplet('fit', ...words)
    for (const { change } of json.remedies) expect(stdout).toContain(`${change}: arena `)
  })
})

describe('what cannot be answered', () => {
  it('is a tier that was not measured on such a core', async () => {
    const error = await capletError(1, 'fit', digits, '--target', 'nrf51822', '--tier', 'accelerated')
    expect(error).toMatchObject({ name: 'not-measured' })
    expect(error.remedy).toContain('native')
  })

  it.each(['12.5', '1G', '-1', 'much', '99999999999'])('is --ram %s', async (text) => {
    expect((await caplet('fit', digits, '--ram', text)).exitCode).toBe(2)
  })
})
