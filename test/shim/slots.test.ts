// SPDX-License-Identifier: Apache-2.0
// Updates over the air: what is received runs only when it is sound, is on trial until it is confirmed, and power may fail
// at any byte.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../run-caplet.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import { folder, runProgram, writeCapsule } from './subjects.js'
import { type Synthetic, syntheticCapsule } from './synthetic.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Its output is `value`. */
function capsule(value: number, change: Partial<Synthetic> = {}, selftest = 0): Uint8Array {
  const text = `(func (export "invoke") (i32.store8 (i32.const 16) (i32.const ${value})))
    (func (export "selftest") (result i32) (i32.const ${selftest}))`
  return syntheticCapsule({
    text,
    total: 32,
    outputs: [{ type: 'uint8', elements: 4, offset: 16, scale: 0.5, zeroPoint: 3 }],
    ...change,
  })
}

const edge = { type: 'uint8', elements: 4, offset: 16, scale: 0.5, zeroPoint: 3 } as const
const files = {
  image: writeCapsule('image', capsule(0)),
  one: writeCapsule('one', capsule(1)),
  two: writeCapsule('two', capsule(2)),
  broken: writeCapsule('broken', capsule(3, {}, 1)),
  scaled: writeCapsule('scaled', capsule(4, { outputs: [{ ...edge, scale: 0.25 }] })),
  wider: writeCapsule('wider', capsule(5, { outputs: [{ ...edge, elements: 5 }] })),
  // Of the same place in memory: no change that firmware sees.
  moved: writeCapsule('moved', capsule(6, { total: 48 })),
  accelerated: writeCapsule('accelerated', capsule(7, { kernelInterface: 1 })),
  cut: writeCapsule('cut', capsule(8).subarray(0, 60)),
} as const

const receive = (file: keyof typeof files, { power = -1, crc = 0 } = {}) =>
  `receive ${files[file]} ${crc} ${power}`
const start = 'start -1'
const confirm = 'confirm -1'

describe('slots', async () => {
  const missing = await missingTools('wasm3')
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  /** What the program answers to each line. */
  async function answers(lines: readonly string[]): Promise<string[]> {
    const template = join(root, 'targets', 'template')
    const program = await buildProgram({
      main: 'slots.c',
      engines: ['wasm3'],
      native: [],
      flags: ['-O1', ...sanitizers, '-DFRAMES_PAYLOAD_BYTES=64u'],
      extra: ['slots.c', 'stored_model.c', 'frames.c'].map((file) => join(template, file)),
      includes: [template],
    })
    const input = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''))
    const { exitCode, output, log } = runProgram(program, files.image, [], input)
    expect({ exitCode, log }).toEqual({ exitCode: 0, log: '' })
    return new TextDecoder().decode(output).trim().split('\n')
  }

  it('run the newest capsule from the next start on, in turns', async () => {
    const lines = [
      start,
      receive('one'),
      start,
      confirm,
      receive('two'),
      start,
      confirm,
      receive('one'),
      start,
    ]
    expect(await answers(lines)).toEqual(
      // slot 2 is the image
      [
        '2 0',
        'slot: installed',
        '0 1',
        'confirmed',
        'slot: installed',
        '1 2',
        'confirmed',
        'slot: installed',
        '0 1',
      ],
    )
  })

  it('return to the capsule before after three starts without confirmation', async () => {
    const lines = [receive('one'), start, confirm, receive('two'), start, start, start, start, start]
    const [, , , , ...starts] = await answers(lines)
    expect(starts).toEqual(['1 2', '1 2', '1 2', '0 1', '0 1'])
    const late = [receive('one'), start, start, start, confirm, start, start]
    expect((await answers(late)).slice(-3)).toEqual(['confirmed', '0 1', '0 1'])
    expect((await answers([receive('one'), start, start, start, start])).at(-1)).toBe('2 0')
  })

  it.each([
    ['broken', {}, 'does not open or fails its self-test'],
    ['accelerated', {}, 'does not open or fails its self-test'],
    ['scaled', {}, 'other inputs, outputs or contract than this firmware’s'],
    ['wider', {}, 'other inputs, outputs or contract than this firmware’s'],
    ['one', { crc: 1 }, 'not the bytes that were sent'],
  ] as const)('refuse %s %o', async (file, change, reason) => {
    const lines = [receive('two'), start, confirm, receive(file, change), start, receive('moved'), start]
    expect(await answers(lines)).toEqual([
      'slot: installed',
      '0 2',
      'confirmed',
      `slot: ${reason.replace('’', "'")}`,
      '0 2',
      'slot: installed',
      '1 6',
    ])
  })

  it('do not run what was cut off', async () => {
    const [, , , refused, run] = await answers([receive('one'), start, confirm, receive('cut'), start])
    expect(refused).not.toBe('slot: installed')
    expect(run).toBe('0 1')
  })

  it('take what a programmer wrote, unless it is broken', async () => {
    const lines = [`write ${files.broken} 0`, start, `write ${files.two} 1`, start]
    expect(await answers(lines)).toEqual(['2 0', '1 2'])
  })

  it('run the old capsule or the new one wherever the power fails, and take the update again', async () => {
    const before = [receive('one'), start, confirm]
    // Erasing takes 2,048 bytes, writing the capsule some 300, the record 32.
    const points = Array.from({ length: 240 }, (_, i) => (i < 40 ? 50 * i : 1990 + 3 * i))
    const script = points.flatMap((power) => [
      receive('two', { power }),
      start,
      receive('two'),
      start,
      confirm,
      receive('one'),
      start,
      confirm,
    ])
    const all = (await answers([...before, ...script])).slice(before.length)
    const outcomes = new Set<string>()
    for (const index of points.keys()) {
      const [first, run, second, again, ...rest] = all.slice(8 * index, 8 * index + 8)
      outcomes.add(first!)
      // Not confirmed, or not there: a start of the old one. Installed: of the new one.
      expect(run!.slice(2)).toBe(first === 'slot: installed' ? '2' : '1')
      expect(second).toBe('slot: installed')
      expect(again!.slice(2)).toBe('2')
      expect(rest[2]!.slice(2)).toBe('1')
    }
    expect(outcomes).toEqual(new Set(['power', 'slot: installed']))
  })

  it('lose nothing where the power fails at a start or at the confirmation', async () => {
    for (let power = 0; power < 16; power++) {
      const lines = [
        receive('one'),
        start,
        confirm,
        receive('two'),
        `start ${power}`,
        start,
        `confirm ${power}`,
        start,
        start,
        start,
      ]
      const runs = (await answers(lines)).filter((line) => /^\d \d$/.test(line))
      for (const run of runs) expect(['0 1', '1 2']).toContain(run)
      // A confirmation that has begun is one.
      expect(runs.at(-1)).toBe(power === 0 ? '0 1' : '1 2')
    }
  })
})
