// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { blockOf, graphOf, inPlace, planned, shareBytes, view } from './lifetimes.fixture.js'
import { analyzeLifetimes } from './lifetimes.js'
import { planMemory } from './plan.js'

describe('updates', () => {
  const start = { inputs: ['x'], outputs: ['whole'] }
  const update = { inputs: ['x', 'whole'], outputs: ['whole'] }
  const sizes = { x: 8, whole: 16, b: 16, y: 8 }

  test('a tensor written in parts lives from the first part on', () => {
    const lifetimes = planned(
      graphOf(sizes, ['x'], [start, update, { inputs: ['whole'], outputs: ['y'] }], ['y']),
    )
    expect(lifetimes.tensors.get('whole')).toMatchObject({ firstUse: 0, lastUse: 2 })
  })

  test('no view is taken of a tensor that is updated later, nor is a view updated', () => {
    const before = [
      start,
      { inputs: ['whole'], outputs: ['b'], ...view },
      update,
      { inputs: ['b', 'whole'], outputs: ['y'] },
    ]
    expect(planned(graphOf(sizes, ['x'], before, ['y'])).copies[0]!.reason).toBe('whole is updated later')
    const after = [
      start,
      update,
      { inputs: ['whole'], outputs: ['b'], ...view },
      { inputs: ['b', 'whole'], outputs: ['y'] },
    ]
    expect(planned(graphOf(sizes, ['x'], after, ['y'])).copies).toEqual([])
    const ofView = [
      { inputs: ['x'], outputs: ['b'] },
      { inputs: ['b'], outputs: ['whole'], ...view },
      update,
      { inputs: ['b', 'whole'], outputs: ['y'] },
    ]
    expect(planned(graphOf(sizes, ['x'], ofView, ['y'])).copies).toHaveLength(1)
  })

  test('graph inputs are not updated', () => {
    const graph = graphOf(sizes, ['x'], [{ inputs: ['x'], outputs: ['x'] }], [])
    expect(() => analyzeLifetimes(graph)).toThrow('graph input x is updated')
  })
})

describe('in place', () => {
  const chain = [
    { inputs: ['x'], outputs: ['a'] },
    { inputs: ['a'], outputs: ['b'], ...inPlace },
    { inputs: ['b'], outputs: ['c'], ...inPlace },
  ]
  const sizes = { x: 8, a: 64, b: 64, c: 64, y: 8, v: 64 }

  test('a chain of activations is one block', () => {
    const lifetimes = planned(graphOf(sizes, ['x'], [...chain, { inputs: ['c'], outputs: ['y'] }], ['y']))
    expect(blockOf(lifetimes, 'c')).toEqual({ name: 'a', bytes: 64, firstUse: 0, lastUse: 3 })
    expect(lifetimes.inPlace).toEqual([
      { node: 'node1', input: 'a', output: 'b' },
      { node: 'node2', input: 'b', output: 'c' },
    ])
  })

  test('not while the input, or a view of it, is still needed', () => {
    const later = planned(graphOf(sizes, ['x'], [...chain, { inputs: ['c', 'a'], outputs: ['y'] }], ['y']))
    expect(shareBytes(later, 'a', 'b')).toBe(false)
    const viewed = [
      chain[0]!,
      { inputs: ['a'], outputs: ['v'], ...view },
      ...chain.slice(1),
      { inputs: ['c', 'v'], outputs: ['y'] },
    ]
    const lifetimes = planned(graphOf(sizes, ['x'], viewed, ['y']))
    expect(shareBytes(lifetimes, 'a', 'v')).toBe(true)
    expect(shareBytes(lifetimes, 'a', 'b')).toBe(false)
  })

  test('a tensor read twice by the node: only where both positions allow it', () => {
    const add = (positions: number[]) => ({
      inputs: ['a', 'a'],
      outputs: ['b'],
      inPlace: positions.map((input) => ({ input, output: 0 })),
    })
    const nodes = (positions: number[]) => [chain[0]!, add(positions), { inputs: ['b'], outputs: ['y'] }]
    expect(shareBytes(planned(graphOf(sizes, ['x'], nodes([0, 1]), ['y'])), 'a', 'b')).toBe(true)
    expect(shareBytes(planned(graphOf(sizes, ['x'], nodes([0]), ['y'])), 'a', 'b')).toBe(false)
  })

  test('an addition takes over whichever operand ends there', () => {
    const add = { inputs: ['a', 'b'], outputs: ['c'], inPlace: [0, 1].map((input) => ({ input, output: 0 })) }
    const nodes = [
      { inputs: ['x'], outputs: ['a'] },
      { inputs: ['a'], outputs: ['b'] },
      add,
      { inputs: ['c', 'a'], outputs: ['y'] },
    ]
    expect(planned(graphOf(sizes, ['x'], nodes, ['y'])).inPlace).toEqual([
      { node: 'node2', input: 'b', output: 'c' },
    ])
  })

  test('graph inputs are consumed, unless they are to be preserved', () => {
    const graph = graphOf({ x: 64, y: 64 }, ['x'], [{ inputs: ['x'], outputs: ['y'], ...inPlace }], ['y'])
    expect(planMemory(planned(graph).blocks).arena).toBe(64)
    const preserved = planned(graph, { preserveInputs: true })
    expect(preserved.inPlace).toEqual([])
    expect(planMemory(preserved.blocks).arena).toBe(128)
  })

  test('a graph output is never overwritten', () => {
    const nodes = [
      { inputs: ['x'], outputs: ['y'] },
      { inputs: ['y'], outputs: ['z'], ...inPlace },
    ]
    expect(planned(graphOf({ x: 8, y: 64, z: 64 }, ['x'], nodes, ['y', 'z'])).inPlace).toEqual([])
  })

  test('a larger output does not fit; a much smaller one would keep the large block alive', () => {
    const pair = (a: number, b: number) =>
      graphOf(
        { x: 8, a, b, c: 64, y: 64 },
        ['x'],
        [chain[0]!, chain[1]!, { inputs: ['x'], outputs: ['c'] }, { inputs: ['b', 'c'], outputs: ['y'] }],
        ['y'],
      )
    expect(planned(pair(64, 128)).inPlace).toEqual([])
    expect(planned(pair(640, 8)).inPlace).toEqual([])
    expect(planned(pair(64, 64)).inPlace).toHaveLength(1)
  })

  test('a slice is overwritten while its sibling is still needed', () => {
    const halves = [0, 16].map((offset, index) => ({
      inputs: ['a'],
      outputs: [`half${index}`],
      views: [{ input: 0, output: 0, offset }],
    }))
    const nodes = [
      { inputs: ['x'], outputs: ['a'] },
      ...halves,
      { inputs: ['half0'], outputs: ['b'], ...inPlace },
      { inputs: ['b', 'half1'], outputs: ['y'] },
    ]
    const lifetimes = planned(
      graphOf({ x: 8, a: 32, half0: 16, half1: 16, b: 16, y: 8 }, ['x'], nodes, ['y']),
    )
    expect(lifetimes.inPlace).toHaveLength(1)
    expect(blockOf(lifetimes, 'b').bytes).toBe(32)
  })
})
