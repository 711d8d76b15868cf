// SPDX-License-Identifier: Apache-2.0
// caplet bench on a laptop: exact counts, node by node, against an earlier run; the boards are in test/bench-boards.test.ts.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { defaultOptions } from '../compiler/compile.js'
import { drawBars, svgBars } from '../runtime/bench/bars.js'
import { type BenchOptions, benchModel } from '../runtime/bench/bench.js'
import type { Meter } from '../runtime/bench/run.js'
import { wasmtimeMeter } from '../runtime/bench/wasmtime-meter.js'
import { wasmtimeRuntime } from '../runtime/wasmtime/wasmtime.js'
import { caplet, capletError, capletJson, root } from './run-caplet.js'

const model = join(root, 'examples', 'digits', 'model.onnx')
const folder = mkdtempSync(join(tmpdir(), 'caplet-bench-'))
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await wasmtimeRuntime.close()
})

const availability = await wasmtimeMeter.availability()
const reason = 'reason' in availability ? `${availability.reason}; ${availability.remedy}` : null

describe('with wasmtime', () => {
  const file = join(folder, 'before.json')

  it('counts one number of operators for every input, and the same again', async ({ skip }) => {
    skip(reason !== null, reason!)
    const first = await capletJson('bench', 'bench', model, '--runtime', 'wasmtime', '-n', '9')
    expect(first.exitCode).toBe(0)
    expect(first.json).toMatchObject({ macs: 77664, inputs: 13, baseline: null, skipped: [] })
    const [run] = first.json.runs
    expect(run).toMatchObject({ runtime: 'wasmtime', tier: 'portable', unit: 'operators', spread: 0 })
    expect(run.per_inference).toBeGreaterThan(first.json.macs)
    expect(run.per_mac).toBe(run.per_inference / first.json.macs)
    expect(run).toMatchObject({ ratio: null, nodes: null, device: null })
    writeFileSync(file, JSON.stringify(first.json))
    const second = await capletJson('bench', 'bench', model, '--runtime', 'wasmtime', '--seed', '7')
    expect(second.json.runs[0].per_inference).toBe(run.per_inference)
  })

  it('splits the count among the nodes, all of it', async ({ skip }) => {
    skip(reason !== null, reason!)
    const { json } = await capletJson('bench', 'bench', model, '--runtime', 'wasmtime', '--nodes')
    const [run] = json.runs
    const sum = (key: string) => run.nodes.reduce((total: number, node: never) => total + node[key], 0)
    // The calls between the nodes belong to none: at most three operators for each.
    expect(Math.abs(sum('per_inference') - run.per_inference)).toBeLessThan(3 * run.nodes.length)
    expect(sum('macs')).toBe(json.macs)
    expect(run.nodes.map((node: { name: string }) => node.name).slice(0, 2)).toEqual(['stem', 'depthwise1'])
    for (const node of run.nodes) expect(node.per_inference).toBeGreaterThan(node.macs)
  })

  it('gives the ratio to an earlier run, and draws both', async ({ skip }) => {
    skip(reason !== null, reason!)
    const before = JSON.parse(readFileSync(file, 'utf8'))
    before.runs[0].per_inference *= 2
    writeFileSync(file, JSON.stringify(before))
    const svg = join(folder, 'model.svg')
    const words = ['bench', model, '--runtime', 'wasmtime', '--baseline', file, '--svg', svg]
    const { json } = await capletJson('bench', ...words)
    expect(json.runs[0].ratio).toBe(0.5)
    expect(json.baseline).toEqual({ file, same_model: true })
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg [^>]*>[\s\S]*wasmtime portable[\s\S]*<\/svg>\n$/)
    const { stdout } = await caplet(...words)
    expect(stdout).toMatch(/wasmtime +portable +operators +[\d,]+ +0 +8\.\d\d +0\.5000/)
    expect(stdout).toMatch(/wasmtime portable +█+ +8\.\d\d/)
  })
})

describe('a baseline that is none', () => {
  it.each([
    ['text', 'hello', /no JSON/],
    ['another command', '{"exact": true}', /no benchmark/],
    ['null', 'null', /no benchmark/],
    [
      'a run without a count',
      `{"model": {"sha256": ""}, "runs": [{"runtime": "x"}]}`,
      /runs\[0\] has no count/,
    ],
  ])('%s is refused', async (_, text, message) => {
    const file = join(folder, 'wrong.json')
    writeFileSync(file, text)
    const error = await capletError(1, 'bench', model, '--baseline', file)
    expect(error).toMatchObject({ name: 'bad-baseline', file })
    expect(error.message).toMatch(message)
  })

  it('a file that is not there is refused', async () => {
    const error = await capletError(1, 'bench', model, '--baseline', join(folder, 'absent.json'))
    expect(error.name).toBe('unreadable-file')
  })
})

describe('a runtime that is absent', () => {
  const absent: Meter = {
    name: 'cortex-m4:moon',
    tier: 'portable',
    availability: async () => ({ reason: 'too far', remedy: 'wait' }),
    measure: () => Promise.reject(new Error('absent')),
  }
  const options: BenchOptions = { ...defaultOptions, count: 1, seed: 0, nodes: false, level: '-O3' }

  it('is listed as skipped, with the reason', async () => {
    const benchmark = await benchModel(model, options, [absent])
    expect(benchmark).toMatchObject({
      runs: [],
      skipped: [{ name: 'cortex-m4:moon portable', reason: 'too far; wait' }],
    })
  })

  it('is an error where it was named, alone or by its group', async () => {
    for (const name of ['cortex-m4', 'cortex-m4:moon']) {
      await expect(benchModel(model, { ...options, runtimes: [name] }, [absent])).rejects.toThrow(/too far/)
    }
    await expect(benchModel(model, { ...options, runtimes: ['sun'] }, [absent])).rejects.toThrow(
      /no runtime "sun"/,
    )
  })
})

describe('bars', () => {
  const bars = [
    { label: 'wasm3 <x>', value: 80, text: '80.00' },
    { label: 'native', value: 5, text: '5.00' },
  ]

  it('are in proportion, within the width', () => {
    const lines = drawBars(bars, 60).split('\n')
    const lengths = lines.map((line) => [...line].filter((sign) => /[\u2588-\u258f]/.test(sign)).length)
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60)
    expect(lengths[0]! / lengths[1]!).toBeGreaterThan(12)
    expect(lines[1]).toMatch(/^native +█+.* +5\.00$/)
  })

  it('are one SVG file, with every sign escaped', () => {
    const svg = svgBars('a & b', bars)
    expect(svg).toContain('a &#38; b')
    expect(svg).toContain('wasm3 &#60;x&#62;')
    const widths = [...svg.matchAll(/<rect x="\d+" y="\d+" width="(\d+)"/g)].map(([, width]) => Number(width))
    expect(widths[0]! / widths[1]!).toBeCloseTo(16, 0)
  })
})
