// SPDX-License-Identifier: Apache-2.0
// caplet bench on emulated boards: every figure is the same at every run, and the nodes make up the whole.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { boardNamed } from '../runtime/device/boards.js'
import { missingFor } from '../runtime/device/toolchain.js'
import { caplet, capletJson, root } from './run-caplet.js'

const model = join(root, 'examples', 'ecg-beat', 'model.onnx')
const board = boardNamed('mps2-an386')!

describe.each(['native', 'wamr-fast'] as const)('cortex-m4:%s', async (tier) => {
  const missing = await missingFor(board, tier)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  const words = [model, '--runtime', 'cortex-m4', '--nodes', '-n', '2']

  it('counts to the instruction: the same JSON twice', async ({ skip }) => {
    skip(missing !== null, reason)
    const first = await capletJson('bench', 'bench', ...words)
    const second = await capletJson('bench', 'bench', ...words)
    expect(second.json).toEqual(first.json)
    const run = first.json.runs.find((r: { runtime: string }) => r.runtime === `cortex-m4:${tier}`)
    expect(run.spread).toBeLessThan(run.per_inference / 100)
    const sum = run.nodes.reduce(
      (total: number, node: { per_inference: number }) => total + node.per_inference,
      0,
    )
    // An interpreter runs the same code either way; the C compiler sees another `invoke` and inlines otherwise.
    expect(Math.abs(sum / run.per_inference - 1)).toBeLessThan(tier === 'native' ? 0.1 : 0.005)
    expect(run.device.flash.capsule).toBeGreaterThan(run.capsule.weights)
    expect(run.device.memory.most).toBeGreaterThan(run.capsule.total)
  })

  it('is one line of the tables, and a bar', async ({ skip }) => {
    skip(missing !== null, reason)
    const { exitCode, stdout } = await caplet('bench', model, '--runtime', `cortex-m4:${tier}`)
    expect(exitCode).toBe(0)
    expect(stdout.match(new RegExp(`^  cortex-m4:${tier} `, 'gm'))!.length).toBeGreaterThanOrEqual(3)
  })
})

it('states the level of optimization, and measures at the one that is asked for', async ({ skip }) => {
  const missing = await missingFor(board, 'native')
  skip(missing !== null, missing ? `${missing.reason}; ${missing.remedy}` : '')
  const at = async (...words: string[]) =>
    (await capletJson('bench', 'bench', model, '--runtime', 'cortex-m4:native', ...words)).json.runs[0]
  const [fast, small] = [await at(), await at('--level', 'Os')]
  expect([fast.device.level, small.device.level]).toEqual(['-O3', '-Os'])
  expect(small.device.flash.capsule).toBeLessThan(fast.device.flash.capsule)
  expect(small.per_inference).toBeGreaterThan(fast.per_inference)
})

it('a board without room for the capsule is skipped with the reason, unless it was asked for', async ({
  skip,
}) => {
  const small = boardNamed('microbit')!
  const missing = await missingFor(small, 'native')
  skip(missing !== null, missing ? `${missing.reason}; ${missing.remedy}` : '')
  const large = join(root, 'test', 'networks', 'keyword.qdq.onnx')
  const { json } = await capletJson('bench', 'bench', large, '--runtime', 'cortex-m0')
  expect(json.runs).toEqual([])
  expect(json.skipped).toMatchObject([{ name: 'cortex-m0:native' }])
  expect(json.skipped[0].reason).toMatch(/too small|overflowed/)
  const { exitCode } = await caplet('bench', large, '--runtime', 'cortex-m0:native')
  expect(exitCode).toBe(1)
})
