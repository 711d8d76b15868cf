// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { blockOf, graphOf, planned, shareBytes, view } from './lifetimes.fixture.js'
import { planMemory } from './plan.js'

describe('views', () => {
  test('a view of a view of an intermediate result is the same block, with the union of the lives', () => {
    const nodes = [
      { inputs: ['x'], outputs: ['a'] },
      { inputs: ['a'], outputs: ['b'], ...view },
      { inputs: ['b'], outputs: ['c'], ...view },
      { inputs: ['c'], outputs: ['y'] },
    ]
    const lifetimes = planned(graphOf({ x: 8, a: 16, b: 16, c: 16, y: 8 }, ['x'], nodes, ['y']))
    expect(blockOf(lifetimes, 'c')).toEqual({ name: 'a', bytes: 16, firstUse: 0, lastUse: 3 })
    expect(lifetimes.copies).toEqual([])
  })

  test('a view of a graph input costs nothing', () => {
    const nodes = [
      { inputs: ['x'], outputs: ['a'], ...view },
      { inputs: ['a'], outputs: ['y'] },
    ]
    expect(shareBytes(planned(graphOf({ x: 16, a: 16, y: 8 }, ['x'], nodes, ['y'])), 'x', 'a')).toBe(true)
  })

  test('an output that is a view of an input, of its view, or of another output becomes a copy', () => {
    const sizes = { x: 16, a: 16, y: 16, z: 16 }
    const direct = planned(graphOf(sizes, ['x'], [{ inputs: ['x'], outputs: ['y'], ...view }], ['y']))
    expect(direct.copies).toEqual([
      { node: 'node0', tensor: 'y', reason: 'y and x are both seen by the host' },
    ])
    const chain = [
      { inputs: ['x'], outputs: ['a'], ...view },
      { inputs: ['a'], outputs: ['y'], ...view },
    ]
    expect(planned(graphOf(sizes, ['x'], chain, ['y'])).copies.map((copy) => copy.tensor)).toEqual(['y'])
    const two = [
      { inputs: ['x'], outputs: ['y'] },
      { inputs: ['y'], outputs: ['z'], ...view },
    ]
    expect(planned(graphOf(sizes, ['x'], two, ['y', 'z'])).copies.map((copy) => copy.tensor)).toEqual(['z'])
    const siblings = [
      { inputs: ['x'], outputs: ['a'] },
      ...['y', 'z'].map((name) => ({ inputs: ['a'], outputs: [name], ...view })),
    ]
    expect(planned(graphOf(sizes, ['x'], siblings, ['y', 'z'])).copies.map((copy) => copy.tensor)).toEqual([
      'z',
    ])
  })

  test('slices and concatenations share bytes at a distance', () => {
    const halves = [0, 16].map((offset, index) => ({
      inputs: ['a'],
      outputs: [`half${index}`],
      views: [{ input: 0, output: 0, offset }],
    }))
    const concat = {
      inputs: ['half1', 'b'],
      outputs: ['c'],
      views: [
        { input: 0, output: 0 },
        { input: 1, output: 0, offset: -16 },
      ],
    }
    const nodes = [
      { inputs: ['x'], outputs: ['a'] },
      ...halves,
      { inputs: ['half0'], outputs: ['b'] },
      concat,
      { inputs: ['c'], outputs: ['y'] },
      { inputs: ['y'], outputs: ['z'], scratchBytes: 500 }, // the peak is here, so sharing costs nothing before
    ]
    const lifetimes = planned(
      graphOf({ x: 8, a: 32, half0: 16, half1: 16, b: 16, c: 32, y: 8, z: 8 }, ['x'], nodes, ['z']),
    )
    expect(lifetimes.copies).toEqual([])
    expect(lifetimes.tensors.get('half1')!.offset).toBe(16)
    expect(lifetimes.tensors.get('b')!.offset).toBe(32)
    expect(blockOf(lifetimes, 'c').bytes).toBe(48)
  })

  test('a tensor concatenated with itself, or at two places, is copied', () => {
    const twice = {
      inputs: ['a', 'a'],
      outputs: ['c'],
      views: [
        { input: 0, output: 0 },
        { input: 1, output: 0, offset: -8 },
      ],
    }
    const nodes = [{ inputs: ['x'], outputs: ['a'] }, twice, { inputs: ['c'], outputs: ['y'] }]
    expect(planned(graphOf({ x: 8, a: 8, c: 16, y: 8 }, ['x'], nodes, ['y'])).copies[0]!.reason).toContain(
      'place elsewhere',
    )
  })

  test('two concatenations with a common part cannot both be views: their other parts would collide', () => {
    const concat = (other: string, output: string) => ({
      inputs: ['a', other],
      outputs: [output],
      views: [
        { input: 0, output: 0 },
        { input: 1, output: 0, offset: -8 },
      ],
    })
    const nodes = [
      ...['a', 'b', 'c'].map((name) => ({ inputs: ['x'], outputs: [name] })),
      concat('b', 'd'),
      concat('c', 'e'),
      { inputs: ['d', 'e'], outputs: ['y'] },
    ]
    const lifetimes = planned(graphOf({ x: 8, a: 8, b: 8, c: 8, d: 16, e: 16, y: 8 }, ['x'], nodes, ['y']))
    expect(lifetimes.copies.map((copy) => copy.tensor)).toEqual(['e'])
  })

  test('a view off the alignment is copied', () => {
    const slice = { inputs: ['a'], outputs: ['b'], views: [{ input: 0, output: 0, offset: 4 }] }
    const graph = graphOf(
      { x: 8, a: 16, b: 8, y: 8 },
      ['x'],
      [{ inputs: ['x'], outputs: ['a'] }, slice, { inputs: ['b'], outputs: ['y'] }],
      ['y'],
    )
    expect(planned(graph).copies[0]!.reason).toBe('its offset is not aligned')
    expect(planned(graph, { alignment: 4 }).copies).toEqual([])
  })

  test('a small slice that would keep a large tensor alive at the peak is copied', () => {
    const nodes = [
      { inputs: ['x'], outputs: ['large'] },
      { inputs: ['large'], outputs: ['slice'], views: [{ input: 0, output: 0, offset: 8 }] },
      { inputs: ['x'], outputs: ['b'] },
      { inputs: ['slice', 'b'], outputs: ['y'] },
    ]
    const lifetimes = planned(graphOf({ x: 8, large: 800, slice: 8, b: 800, y: 8 }, ['x'], nodes, ['y']))
    expect(lifetimes.copies[0]!.reason).toContain('peak')
    expect(planMemory(lifetimes.blocks).arena).toBe(816)
  })
})
