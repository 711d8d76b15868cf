// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawMemory, reportMemory } from './draw.js'
import { analyzeLifetimes, type MemoryGraph } from './lifetimes.js'
import { networks } from './networks.fixture.js'
import { planLifetimes } from './plan-lifetimes.js'

/** Two convolutions, the second one's activation in place, a residual addition. */
const residual: MemoryGraph = {
  tensors: ['x', 'conv1', 'conv2', 'relu', 'sum', 'y'].map((name) => ({
    name,
    bytes: { x: 1000, y: 10 }[name] ?? 3000,
  })),
  inputs: ['x'],
  outputs: ['y'],
  nodes: [
    { name: 'conv1', inputs: ['x'], outputs: ['conv1'], scratchBytes: 600 },
    { name: 'conv2', inputs: ['conv1'], outputs: ['conv2'], scratchBytes: 0 },
    {
      name: 'relu',
      inputs: ['conv2'],
      outputs: ['relu'],
      scratchBytes: 0,
      inPlace: [{ input: 0, output: 0 }],
    },
    {
      name: 'add',
      inputs: ['conv1', 'relu'],
      outputs: ['sum'],
      scratchBytes: 0,
      inPlace: [{ input: 0, output: 0 }],
    },
    { name: 'dense', inputs: ['sum'], outputs: ['y'], scratchBytes: 128 },
  ],
}

const onePicture = `
    6,000                   ┌──────────────────────────┐
                            │conv2 + relu              │
    4,600          ┌────────┤3,000 B                   │
                   │conv1.s…│                          │
    4,000 ┌────────┴────────┤                          │
          │x                │                          │
    3,144 │1,000 B          │                          ├─────────────────┐
          │                 │                          │y                │
    3,128 │                 │                          ├────────┬────────┘
          │                 │                          │dense.s…│
    3,000 └────────┬────────┴──────────────────────────┴────────┤
                   │conv1 + sum                                 │
                   │3,000 B                                     │
                   │                                            │
        0          └────────────────────────────────────────────┘
              in        0        1        2        3        4       out
                                 ▲        ▲        ▲

no room above for
    4,000 conv1.scratch (600 B)
    3,000 dense.scratch (128 B)

arena 6,000 bytes; at most 6,000 bytes live at one time (▲): no plan needs less
`

const threePictures = `
    6,000             ┌──────
                      │conv…
    4,600       ┌─────┤
                │conv…│
    4,000 ┌─────┴─────┤
          │x          │
    3,000 └─────┬─────┴──────
                │conv1 + sum
                │3,000 B
                │
        0       └────────────
             in    0     1
                         ▲

    6,000 ────────────┐
           conv2 + re…│
           3,000 B    │
                      │
    3,144             ├──────
                      │y
    3,128             ├─────┐
                      │dens…│
    3,000 ────────────┴─────┤
           conv1 + sum      │
           3,000 B          │
                            │
        0 ──────────────────┘
             2     3     4
             ▲     ▲

    3,144 ──────┐
           y    │
    3,128 ──────┘
        0
            out

no room above for
    3,000 conv2 + relu (3,000 B)
    4,000 conv1.scratch (600 B)
    3,000 dense.scratch (128 B)

arena 6,000 bytes; at most 6,000 bytes live at one time (▲): no plan needs less
`

const draw = (graph: MemoryGraph, width?: number) => {
  const lifetimes = analyzeLifetimes(graph)
  return drawMemory(lifetimes, planLifetimes(lifetimes), width)
}

describe('drawMemory', () => {
  test('one picture', () => expect(`\n${draw(residual)}`).toBe(onePicture))
  test('a narrow terminal takes several', () => expect(`\n${draw(residual, 30)}`).toBe(threePictures))

  test('nothing to draw', () => {
    expect(draw({ tensors: [], inputs: [], outputs: [], nodes: [] })).toContain('arena 0 bytes')
  })

  test.each([40, 80, 110])('%i columns are never exceeded, and every block is named', (width) => {
    fc.assert(
      fc.property(networks(60), (graph) => {
        const lines = draw(graph, width).split('\n')
        const pictures = lines.slice(
          0,
          lines.findIndex((line) => /^(no room above|arena)/.test(line)),
        )
        for (const line of pictures) expect([...line].length).toBeLessThanOrEqual(width)
        for (const { name } of analyzeLifetimes(graph).blocks)
          expect(lines.some((line) => line.includes(name))).toBe(true)
      }),
      { numRuns: 50 },
    )
  })
})

describe('reportMemory', () => {
  test('lists tensors by first use, then scratch, with their bytes and nodes', () => {
    const lifetimes = analyzeLifetimes(residual)
    const plan = planLifetimes(lifetimes, { base: 16 })
    const report = reportMemory(lifetimes, plan)
    expect(report.arena).toBe(plan.arena)
    expect(report.peak_live).toBe(plan.peakLive)
    expect(report.tensors.map(({ name, bytes, first, last }) => [name, bytes, first, last])).toEqual([
      ['x', 1000, -1, 0],
      ['conv1', 3000, 0, 3],
      ['conv2', 3000, 1, 2],
      ['relu', 3000, 2, 3],
      ['sum', 3000, 3, 4],
      ['y', 10, 4, 5],
      ['conv1.scratch', 600, 0, 0],
      ['dense.scratch', 128, 4, 4],
    ])
    const offset = (name: string) => report.tensors.find((tensor) => tensor.name === name)!.offset
    expect(offset('relu')).toBe(offset('conv2'))
    expect(offset('sum')).toBe(offset('conv1'))
    expect(Math.min(...report.tensors.map((tensor) => tensor.offset))).toBe(16)
  })
})
