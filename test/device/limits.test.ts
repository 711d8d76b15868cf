// SPDX-License-Identifier: Apache-2.0
// What a capsule may cost on an emulated Cortex-M4: instructions per multiply-accumulate, RAM with its painted stack,
// flash. Each figure states the level of optimization it is measured at.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { compileFile } from '../../compiler/compile.js'
import { boardNamed, type TierName } from '../../runtime/device/boards.js'
import { flashOf, readFootprint, total } from '../../runtime/device/footprint.js'
import {
  countInstructions,
  countRange,
  type Measurement,
  stackOf,
  unwrapped,
} from '../../runtime/device/measure.js'
import { buildCapsuleFirmware, type OptimizationLevel } from '../../runtime/device/tiers.js'
import { missingFor } from '../../runtime/device/toolchain.js'
import { root } from '../run-caplet.js'

const board = boardNamed('mps2-an386')!
const ecgBeat = join(root, 'examples', 'ecg-beat', 'model.onnx')
const keyword = join(root, 'test', 'networks', 'keyword.qdq.onnx')
const patience = { timeout: 600_000 }

async function whyMissing(tier: TierName): Promise<string | null> {
  const missing = await missingFor(board, tier)
  return missing && `${missing.reason}; ${missing.remedy}`
}

const compiled = new Map<string, Promise<Capsule>>()

/** Both forms of a model, compiled for a core with a float unit. */
function compile(model: string): Promise<Capsule> {
  const known = compiled.get(model) ?? compileFile(model, { target: 'cortex-m4f', tier: 'accelerated' })
  compiled.set(model, known)
  return known
}

async function measure(tier: TierName, { wasm, inputs }: Capsule, level: OptimizationLevel) {
  const input = inputs.map(({ bytes }) => Uint8Array.from({ length: bytes }, (_, i) => (i * 37 + 11) & 255))
  return countInstructions(board, tier, wasm, [input], level)
}

const perMac = ({ invokes, macs }: Measurement) => invokes[0]!.instructions / macs

describe('the keyword network, contract requantizers included', () => {
  it.for([
    { tier: 'native', form: 'portable', level: '-O3', most: 6.5 },
    { tier: 'wamr-fast', form: 'portable', level: '-O3', most: 70 },
    { tier: 'wamr-fast', form: 'accelerated', level: '-O3', most: 3.4 },
  ] as const)(
    '$tier $form at $level: at most $most instructions per multiply-accumulate',
    patience,
    async ({ tier, form, level, most }, { skip }) => {
      const missing = await whyMissing(tier)
      skip(missing !== null, missing ?? '')
      const capsule = await compile(keyword)
      const { wasm, inputs } = form === 'accelerated' ? capsule.accelerated! : capsule
      expect(perMac(await measure(tier, { ...capsule, wasm, inputs }, level))).toBeLessThanOrEqual(most)
    },
  )
})

describe('ecg-beat', () => {
  it('native at -Os: 8 KB of code, 3 KB of shim, linear memory and 2 KB', patience, async ({ skip }) => {
    const missing = await whyMissing('native')
    skip(missing !== null, missing ?? '')
    const capsule = await compile(ecgBeat)
    const measured = await measure('native', capsule, '-Os')
    const { footprint, memory } = measured
    expect(footprint.capsule.code).toBeLessThanOrEqual(8 * 1024)
    expect(flashOf(footprint.shim)).toBeLessThanOrEqual(3 * 1024)
    expect(memory.most + stackOf(measured)).toBeLessThanOrEqual(capsule.memory.total + 2 * 1024)
    expect(memory.most).toBeGreaterThan(capsule.memory.total)
  })

  // The engine's own .data and .bss come on top: 188 bytes at -Os, which `caplet bench` lists beside.
  it.for(['portable', 'accelerated'] as const)(
    'wamr-fast %s at -Os: linear memory, 4 KB, and 3 bytes for each byte of code',
    patience,
    async (form, { skip }) => {
      const missing = await whyMissing('wamr-fast')
      skip(missing !== null, missing ?? '')
      const capsule = await compile(ecgBeat)
      const { wasm, memory, sizes } = form === 'accelerated' ? capsule.accelerated! : capsule
      const measured = await measure('wamr-fast', { ...capsule, wasm }, '-Os')
      const used = measured.memory.most + stackOf(measured)
      expect(used).toBeLessThanOrEqual(memory.total + 4 * 1024 + 3 * sizes.code)
    },
  )

  it('costs the same at every run', patience, async ({ skip }) => {
    const missing = await whyMissing('native')
    skip(missing !== null, missing ?? '')
    const capsule = await compile(ecgBeat)
    expect(await measure('native', capsule, '-O3')).toEqual(await measure('native', capsule, '-O3'))
  })
})

describe('what is reported', () => {
  it('adds up to what the image holds', patience, async ({ skip }) => {
    const missing = await whyMissing('wasm3')
    skip(missing !== null, missing ?? '')
    const { wasm } = await compile(ecgBeat)
    const { elf, map } = await buildCapsuleFirmware(board, 'wasm3', wasm)
    const listing = execFileSync(board.compiler.replace(/gcc$/, 'size'), ['-A', elf], { encoding: 'utf8' })
    const sizeOf = (...names: string[]) =>
      names.reduce(
        (sum, name) => sum + Number(new RegExp(`^\\${name} +(\\d+)`, 'm').exec(listing)?.[1] ?? 0),
        0,
      )
    const footprint = await readFootprint(map)
    // Sections end on a boundary of 4 or 8 bytes, which belongs to no part.
    expect(
      Math.abs(total(footprint, flashOf) - sizeOf('.vectors', '.text', '.rodata', '.ARM.exidx', '.data')),
    ).toBeLessThan(16)
    expect(Math.abs(total(footprint, ({ zeroed }) => zeroed) - sizeOf('.bss'))).toBeLessThan(16)
    expect(flashOf(footprint.capsule)).toBeGreaterThanOrEqual(wasm.length)
    expect(flashOf(footprint.capsule) - wasm.length).toBeLessThan(16)
  })

  it('is right beyond the range of the counter', () => {
    const range = countRange(board)
    const exact = (instructions: number) => ({ instructions, stackBytes: 0 })
    expect(range).toBe(2 ** 32 / 3.2)
    for (const instructions of [1, 1000, range - 1, range, range + 1, 3 * range + 12345]) {
      const wrapped = exact(instructions % range)
      // The coarse counter is off by up to 40 instructions.
      for (const error of [-40, 0, 40]) {
        expect(unwrapped(wrapped, exact(instructions + error), range).instructions).toBe(instructions)
      }
    }
  })
})
