// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { graphOf, inPlace, planned, view } from './lifetimes.fixture.js'
import { addressOf, analyzeLifetimes, type MemoryGraph, type MemoryNode } from './lifetimes.js'
import { networks } from './networks.fixture.js'
import { planMemory } from './plan.js'
import { planLifetimes } from './plan-lifetimes.js'

describe('lifetimes', () => {
  test('inputs live from -1, outputs to the node count, the rest from writer to last reader', () => {
    const graph = graphOf(
      { x: 8, a: 8, y: 8 },
      ['x'],
      [
        { inputs: ['x'], outputs: ['a'] },
        { inputs: ['a', 'x'], outputs: ['y'] },
      ],
      ['y'],
    )
    expect(planned(graph).blocks).toEqual([
      expect.objectContaining({ name: 'x', firstUse: -1, lastUse: 1 }),
      expect.objectContaining({ name: 'a', firstUse: 0, lastUse: 1 }),
      expect.objectContaining({ name: 'y', firstUse: 1, lastUse: 2 }),
    ])
  })

  test('an output that later nodes read lives to the end; a tensor never read lives while it is written', () => {
    const nodes = [
      { inputs: ['x'], outputs: ['y', 'unread'] },
      { inputs: ['y'], outputs: ['z'] },
    ]
    const lifetimes = planned(graphOf({ x: 8, y: 8, unread: 8, z: 8 }, ['x'], nodes, ['y', 'z']))
    expect(lifetimes.tensors.get('y')).toMatchObject({ firstUse: 0, lastUse: 2 })
    expect(lifetimes.tensors.get('unread')).toMatchObject({ firstUse: 0, lastUse: 0 })
  })

  test('an input never read needs bytes only while the host writes', () => {
    const lifetimes = planned(
      graphOf({ x: 8, unread: 64, y: 64 }, ['x', 'unread'], [{ inputs: ['x'], outputs: ['y'] }], ['y']),
    )
    expect(lifetimes.tensors.get('unread')).toMatchObject({ firstUse: -1, lastUse: -1 })
    expect(planMemory(lifetimes.blocks).arena).toBe(72)
  })

  test('scratch lives for its node alone', () => {
    const nodes = [
      { label: 'conv', inputs: ['x'], outputs: ['a'], scratchBytes: 100 },
      { inputs: ['a'], outputs: ['y'] },
    ]
    const lifetimes = planned(graphOf({ x: 8, a: 8, y: 8 }, ['x'], nodes, ['y']))
    const scratch = lifetimes.blocks[lifetimes.scratch.get('node0')!]
    expect(scratch).toEqual({ name: 'conv.scratch', bytes: 100, firstUse: 0, lastUse: 0 })
    expect(lifetimes.scratch.has('node1')).toBe(false)
  })

  test('absent inputs are skipped, tensors that no node names left alone', () => {
    const lifetimes = planned(
      graphOf({ x: 8, stale: 8, y: 8 }, ['x'], [{ inputs: ['x'], outputs: ['y'] }], ['y']),
    )
    expect([...lifetimes.tensors.keys()]).toEqual(['x', 'y'])
    const absent = graphOf({ x: 8, y: 8 }, ['x'], [{ inputs: ['x', ''], outputs: ['y'] }], ['y'])
    expect(analyzeLifetimes(absent).blocks).toHaveLength(2)
  })

  test.each<[string, MemoryGraph]>([
    ['read before it is written', graphOf({ x: 8, y: 8 }, [], [{ inputs: ['x'], outputs: ['y'] }], ['y'])],
    ['written twice', graphOf({ x: 8, y: 8 }, ['x'], [{ outputs: ['y'] }, { outputs: ['y'] }], ['y'])],
    ['has no size', graphOf({ x: 8 }, ['x'], [{ inputs: ['x'], outputs: ['y'] }], ['y'])],
    ['already a graph input', graphOf({ x: 8 }, ['x'], [], ['x'])],
    [
      'already a graph output',
      graphOf({ x: 8, y: 8 }, ['x'], [{ inputs: ['x'], outputs: ['y'] }], ['y', 'y']),
    ],
    [
      'no view of x',
      graphOf(
        { x: 8, y: 16 },
        ['x'],
        [{ inputs: ['x'], outputs: ['y'], views: [{ input: 0, output: 0, offset: 8 }] }],
        ['y'],
      ),
    ],
  ])('%s: a fault of the caller', (message, graph) => expect(() => analyzeLifetimes(graph)).toThrow(message))
})

describe('states', () => {
  const sizes = { x: 8, s: 64, t: 64, y: 8 }
  const withState = (nodes: Partial<MemoryNode>[], outputs = ['y']): MemoryGraph => ({
    ...graphOf(sizes, ['x'], nodes, outputs),
    states: [{ before: 's', after: 't' }],
  })
  const placesOf = (graph: MemoryGraph) => {
    const lifetimes = planned(graph)
    const plan = planLifetimes(lifetimes, { base: 16 })
    return { ...plan, s: addressOf('s', lifetimes, plan), t: addressOf('t', lifetimes, plan) }
  }

  test('lie behind the arena and count apart from it', () => {
    const { arena, state, s } = placesOf(
      withState([
        { inputs: ['s', 'x'], outputs: ['t'] },
        { inputs: ['s', 't'], outputs: ['y'] },
      ]),
    )
    expect({ arena, state, s }).toEqual({ arena: 72, state: 64, s: 96 })
  })

  test('are written in place where nothing reads the old value any more', () => {
    const early = placesOf(
      withState([
        { inputs: ['s'], outputs: ['y'] },
        { inputs: ['x', 'y'], outputs: ['t'] },
      ]),
    )
    expect(early.t).toBe(early.s)
    const listed = placesOf(
      withState([
        { inputs: ['s', 'x'], outputs: ['t'], ...inPlace },
        { inputs: ['t'], outputs: ['y'] },
      ]),
    )
    expect(listed.t).toBe(listed.s)
  })

  test('are copied where the old value, or a view of it, is still read', () => {
    const writer = { inputs: ['s', 'x'], outputs: ['t'] }
    const late = { ...writer, ...inPlace }
    for (const nodes of [
      [writer, { inputs: ['t'], outputs: ['y'] }],
      [late, { inputs: ['s', 't'], outputs: ['y'] }],
      [
        { inputs: ['x'], outputs: ['t'] },
        { inputs: ['s'], outputs: ['y'] },
      ],
    ]) {
      const { s, t } = placesOf(withState(nodes))
      expect(t).not.toBe(s)
    }
  })

  test('no output shows their bytes, and no result is written over them', () => {
    const lifetimes = planned(
      withState(
        [
          { inputs: ['s'], outputs: ['t'], ...view },
          { inputs: ['x'], outputs: ['y'] },
        ],
        ['t', 'y'],
      ),
    )
    expect(lifetimes.copies).toHaveLength(1)
    const shown = [
      { inputs: ['s', 'x'], outputs: ['t'], ...inPlace },
      { inputs: ['t'], outputs: ['y'], ...view },
    ]
    const whole = {
      ...withState(shown),
      tensors: withState(shown).tensors.map(({ name }) => ({ name, bytes: 64 })),
    }
    expect(planned(whole).copies).toHaveLength(1)
    const overwriting = withState([
      { inputs: ['s'], outputs: ['y'], ...inPlace },
      { inputs: ['x', 's'], outputs: ['t'] },
    ])
    expect(planned(overwriting).inPlace).toEqual([])
  })
})

test('any network runs on its plan: every node finds its inputs whole, every output survives', () => {
  fc.assert(
    fc.property(networks(30), fc.constantFrom(4, 8), fc.boolean(), (graph, alignment, preserveInputs) => {
      const lifetimes = planned(graph, { alignment, preserveInputs })
      expect(analyzeLifetimes(graph, { alignment, preserveInputs })).toEqual(lifetimes)
    }),
    { numRuns: 400 },
  )
})
