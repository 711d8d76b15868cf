// SPDX-License-Identifier: Apache-2.0
// The sandbox's edges, the same in every engine: each access at the last address that is allowed, one beyond, and near
// 2^32; divisions; unreachable. A trap ends the call and nothing else.

import { rmSync } from 'node:fs'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { engineNames } from '../../runtime/engines/list.js'
import { buildProgram, missingTools, sanitizers } from './host-build.js'
import { folder, nativeCodeOf, runProgram, writeCapsule } from './subjects.js'
import { syntheticCapsule } from './synthetic.js'

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Of linear memory; a multiple of 16, as the compiler makes it and WAMR needs it to shrink the memory. */
const total = 1008
const trap = 10
const weights = 64

/** Operations on `$x` and `$y`; bytes that one touches from address x on, null where x is no address. */
const operations: readonly { readonly body: string; readonly bytes: number | 'y' | null }[] = [
  ...loads('i32', ['load8_s', 'load8_u', 'load16_s', 'load16_u', 'load'], [1, 1, 2, 2, 4]),
  ...loads(
    'i64',
    ['load8_s', 'load8_u', 'load16_s', 'load16_u', 'load32_s', 'load32_u', 'load'],
    [1, 1, 2, 2, 4, 4, 8],
  ),
  ...loads('f32', ['load'], [4]),
  ...stores('i32', ['store8', 'store16', 'store'], [1, 2, 4]),
  ...stores('i64', ['store8', 'store16', 'store32', 'store'], [1, 2, 4, 8]),
  ...stores('f32', ['store'], [4]),
  { body: '(drop (i32.load offset=400 (local.get $x)))', bytes: 404 },
  { body: '(i64.store offset=900 (local.get $x) (i64.const 1))', bytes: 908 },
  { body: '(memory.fill (local.get $x) (i32.const 7) (local.get $y))', bytes: 'y' },
  { body: '(memory.copy (local.get $x) (i32.const 512) (local.get $y))', bytes: 'y' },
  { body: '(memory.copy (i32.const 512) (local.get $x) (local.get $y))', bytes: 'y' },
  { body: '(memory.init 0 (local.get $x) (i32.const 0) (local.get $y))', bytes: 'y' },
  { body: '(drop (i32.div_s (local.get $x) (local.get $y)))', bytes: null },
  { body: '(drop (i32.rem_s (local.get $x) (local.get $y)))', bytes: null },
  { body: '(drop (i32.div_u (local.get $x) (local.get $y)))', bytes: null },
  { body: '(drop (i32.rem_u (local.get $x) (local.get $y)))', bytes: null },
  { body: '(memory.init 0 (i32.const 512) (local.get $x) (local.get $y))', bytes: null },
  { body: '(if (local.get $x) (then unreachable))', bytes: null },
]
const divideSigned = operations.findIndex(({ body }) => body.includes('div_s'))
const initFrom = operations.length - 2
const unreachable = operations.length - 1

function loads(type: string, names: readonly string[], bytes: readonly number[]) {
  return names.map((name, i) => ({ body: `(drop (${type}.${name} (local.get $x)))`, bytes: bytes[i]! }))
}

function stores(type: string, names: readonly string[], bytes: readonly number[]) {
  return names.map((name, i) => ({
    body: `(${type}.${name} (local.get $x) (${type}.const 1))`,
    bytes: bytes[i]!,
  }))
}

/** invoke: runs the operation of the first number on the other two, then counts up the output. */
const text = `
  (data "${'w'.repeat(weights)}")
  (func $operate (param $which i32) (param $x i32) (param $y i32)
    ${operations
      .map(({ body }, i) => `(if (i32.eq (local.get $which) (i32.const ${i})) (then ${body}))`)
      .join('\n')})
  (func (export "invoke")
    (call $operate (i32.load (i32.const 16)) (i32.load (i32.const 20)) (i32.load (i32.const 24)))
    (i32.store (i32.const 32) (i32.const 4711)))
  (func (export "selftest") (result i32) (i32.const 0))`

const wasm = syntheticCapsule({
  text,
  total,
  inputs: [{ type: 'int32', elements: 3, offset: 16 }],
  outputs: [{ type: 'int32', elements: 1, offset: 32 }],
})

interface Case {
  readonly which: number
  readonly x: number
  readonly y: number
  readonly traps: boolean
}

function* casesAtTheEdge(): Generator<Case> {
  for (const [which, { bytes }] of operations.entries()) {
    if (bytes === null) continue
    const sizes = bytes === 'y' ? [0, 1, 3, 64] : [bytes]
    for (const y of sizes) {
      const last = total - y
      // Stores below 64 would change this test's own numbers.
      for (const x of [last >= 64 || which < 13 ? last : 64, Math.max(64, last - 1)]) {
        yield { which, x, y, traps: x + y > total }
      }
      for (const x of [last + 1, last + 8, total + 1, 65536 - y, 65536, 2 ** 31, 2 ** 32 - 8, 2 ** 32 - 1]) {
        yield { which, x, y, traps: x + y > total }
      }
    }
  }
}

const others: readonly Case[] = [
  ...[0, 1, 2, 3].flatMap((form) => [
    { which: divideSigned + form, x: 7, y: 0, traps: true },
    { which: divideSigned + form, x: 7, y: 2, traps: false },
    // The only quotient that does not exist; its remainder is 0.
    { which: divideSigned + form, x: 2 ** 31, y: 2 ** 32 - 1, traps: form === 0 },
  ]),
  { which: initFrom, x: 0, y: weights, traps: false },
  { which: initFrom, x: 1, y: weights, traps: true },
  { which: initFrom, x: weights, y: 0, traps: false },
  { which: initFrom, x: weights + 1, y: 0, traps: true },
  { which: initFrom, x: 2 ** 32 - 1, y: 2, traps: true },
  { which: unreachable, x: 1, y: 0, traps: true },
  { which: unreachable, x: 0, y: 0, traps: false },
]

const cases = [...casesAtTheEdge(), ...others]
const input = Buffer.concat(cases.map(({ which, x, y }) => Buffer.from(Uint32Array.of(which, x, y).buffer)))

describe.each([...engineNames, 'native'] as const)('%s', async (tier) => {
  const missing = await missingTools(tier === 'native' ? null : tier)
  beforeEach(({ skip }) => skip(missing !== null, missing ?? ''))

  // Checks of translated code are the C compiler's to keep or to fold; an interpreter's are its own.
  const optimizations = tier === 'native' ? [['-O0'], ['-O1'], ['-O2'], ['-O3']] : [['-O1']]
  it.each(optimizations)('traps exactly where it must (%s)', async (optimization) => {
    const native = tier === 'native' ? [await nativeCodeOf({ name: 'traps', wasm })] : []
    const engines = tier === 'native' ? [] : [tier]
    const program = await buildProgram({
      main: 'run-capsules.c',
      engines,
      native,
      flags: [optimization, ...sanitizers],
    })
    const file = writeCapsule(`traps-${tier}`, wasm)
    const { exitCode, output, log } = runProgram(program, 60_000, [file], input)
    expect({ exitCode, bytes: output.length, log: log.replace(/^(most|now) \d+\n/gm, '') }).toEqual({
      exitCode: 0,
      bytes: 5 * cases.length,
      log: '',
    })
    const wrong = cases.filter(({ traps }, i) => output[5 * i] !== (traps ? trap : 0))
    expect(wrong.map((one) => ({ ...one, body: operations[one.which]!.body }))).toEqual([])
  })
})

it('has cases of both kinds for every operation', () => {
  for (const which of operations.keys()) {
    const own = cases.filter((one) => one.which === which)
    // A remainder never traps but on 0.
    expect(new Set(own.map(({ traps }) => traps)).size).toBe(2)
  }
})
