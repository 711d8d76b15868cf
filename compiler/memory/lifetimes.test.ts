// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addressOf,
  analyzeLifetimes,
  type LifetimeOptions,
  type Lifetimes,
  type MemoryGraph,
  type MemoryNode,
} from './lifetimes.js'
import { networks } from './networks.fixture.js'
import { type Plan, planMemory } from './plan.js'
import { planLifetimes } from './plan-lifetimes.js'

/** `bytes` per tensor in the order of their names; nodes as given. */
function graphOf(
  bytes: Record<string, number>,
  inputs: string[],
  nodes: Partial<MemoryNode>[],
  outputs: string[],
): MemoryGraph {
  const tensors = Object.entries(bytes).map(([name, size]) => ({ name, bytes: size }))
  return {
    tensors,
    inputs,
    outputs,
    nodes: nodes.map((node, index) => ({
      name: `node${index}`,
      inputs: [],
      outputs: [],
      scratchBytes: 0,
      ...node,
    })),
  }
}

const view = { views: [{ input: 0, output: 0 }] }
const inPlace = { inPlace: [{ input: 0, output: 0 }] }

const blockOf = (lifetimes: Lifetimes, tensor: string) =>
  lifetimes.blocks[lifetimes.tensors.get(tensor)!.block]!
const shareBytes = (lifetimes: Lifetimes, a: string, b: string) =>
  blockOf(lifetimes, a) === blockOf(lifetimes, b)

/**
 * Runs the network on memory whose cells are labels (byte 3 of value 7), knowing only addresses: every node
 * must find the whole value of each input, every output must be whole at the end. Reads happen before writes
 * only where the node allows it.
 */
function execute(graph: MemoryGraph, lifetimes: Lifetimes, plan: Plan, preserveInputs: boolean): void {
  const size = new Map(graph.tensors.map(({ name, bytes }) => [name, bytes]))
  const memory = new Float64Array(Math.max(8, ...plan.placements.map((p) => p.offset + p.bytes)))
  const values = new Map<string, Float64Array>()
  const copied = new Set(lifetimes.copies.map((copy) => copy.tensor))
  const write = (name: string, value: Float64Array) => {
    values.set(name, value)
    memory.set(value, addressOf(name, lifetimes, plan))
  }
  const check = (name: string, when: string) => {
    const address = addressOf(name, lifetimes, plan)
    const byte = values.get(name)!.findIndex((label, index) => memory[address + index] !== label)
    if (byte >= 0) throw new Error(`${when}: byte ${byte} of ${name} is overwritten`)
  }
  let labels = 0
  const fresh = (name: string) => {
    const number = ++labels
    return Float64Array.from({ length: size.get(name)! }, (_, byte) => number * 2 ** 20 + byte)
  }
  const states = graph.states ?? []
  for (const name of [...graph.inputs, ...states.map(({ before }) => before)]) write(name, fresh(name))
  for (const node of graph.nodes) {
    for (const name of node.inputs) check(name, node.name)
    const scratch = lifetimes.scratch.get(node.name)
    if (scratch !== undefined)
      memory.fill(-1, plan.placements[scratch]!.offset, plan.placements[scratch]!.offset + node.scratchBytes)
    for (const name of node.inputs) check(name, `${node.name} after its scratch`)
    for (const [index, output] of node.outputs.entries()) {
      const views = (node.views ?? []).filter((v) => v.output === index)
      if (views.length === 0) checkOverlap(graph, node, index, lifetimes, plan)
      const value = views.length > 0 ? viewedValue(node, index, values, size.get(output)!) : fresh(output)
      // A view that was taken runs no code: its bytes must be right already.
      if (views.length > 0 && !copied.has(output)) {
        values.set(output, value)
        check(output, node.name)
      } else write(output, value)
    }
  }
  const kept = [
    ...graph.outputs,
    ...states.map(({ after }) => after),
    ...(preserveInputs ? graph.inputs : []),
  ]
  for (const name of kept) check(name, 'at the end')
}

function viewedValue(node: MemoryNode, output: number, values: Map<string, Float64Array>, bytes: number) {
  const value = new Float64Array(bytes)
  for (const { input, offset = 0 } of node.views!.filter((v) => v.output === output)) {
    const source = values.get(node.inputs[input]!)!
    if (offset >= 0) value.set(source.subarray(offset, offset + bytes))
    else value.set(source, -offset)
  }
  return value
}

/**
 * An output may touch an input's bytes only at the same address and at positions that are all listed as
 * in-place.
 */
function checkOverlap(
  graph: MemoryGraph,
  node: MemoryNode,
  output: number,
  lifetimes: Lifetimes,
  plan: Plan,
): void {
  const size = (name: string) => graph.tensors.find((tensor) => tensor.name === name)!.bytes
  const name = node.outputs[output]!
  const start = addressOf(name, lifetimes, plan)
  for (const [position, input] of node.inputs.entries()) {
    if (input === name) continue // updated
    const at = addressOf(input, lifetimes, plan)
    if (at >= start + size(name) || start >= at + size(input)) continue
    const listed = node.inPlace?.some((pair) => pair.input === position && pair.output === output)
    if (at !== start || !listed) throw new Error(`${node.name} writes ${name} over its input ${input}`)
  }
}

function planned(graph: MemoryGraph, options: LifetimeOptions = {}): Lifetimes {
  const lifetimes = analyzeLifetimes(graph, options)
  const plan = planLifetimes(lifetimes, options.alignment ? { alignment: options.alignment } : {})
  execute(graph, lifetimes, plan, options.preserveInputs ?? false)
  return lifetimes
}

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
