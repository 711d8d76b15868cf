// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CapletError } from '../errors.js'
import { searchExhaustively } from './exhaustive.js'
import { analyzeLifetimes } from './lifetimes.js'
import { networks } from './networks.fixture.js'
import { type Block, exhaustiveLimit, type Plan, planMemory } from './plan.js'

const block = (name: string, bytes: number, firstUse: number, lastUse: number): Block => ({
  name,
  bytes,
  firstUse,
  lastUse,
})

const offsets = (plan: Plan) => Object.fromEntries(plan.placements.map((p) => [p.name, p.offset]))

/** Plays the time slots one by one, byte by byte: fails where two blocks claim a byte at once. */
function playThrough(plan: Plan): void {
  const last = Math.max(-1, ...plan.placements.map((p) => p.lastUse))
  const top = Math.max(0, ...plan.placements.map((p) => p.offset + p.bytes))
  for (let slot = -1; slot <= last; slot++) {
    const isTaken = new Uint8Array(top)
    for (const p of plan.placements) {
      if (slot < p.firstUse || slot > p.lastUse) continue
      for (let byte = p.offset; byte < p.offset + p.bytes; byte++) {
        if (isTaken[byte]) throw new Error(`${p.name} claims byte ${byte} at ${slot}, which is taken`)
        isTaken[byte] = 1
      }
    }
  }
}

/**
 * Smallest arena over every order of the blocks, each put right above the placed ones that it meets in time.
 */
function smallestArena(blocks: readonly Block[], alignment: number): number {
  const up = (bytes: number) => Math.ceil(bytes / alignment) * alignment
  let best = Number.POSITIVE_INFINITY
  const visit = (placed: { block: Block; end: number }[], rest: readonly Block[], arena: number) => {
    if (arena >= best) return
    if (rest.length === 0) best = arena
    for (const next of rest) {
      const meets = placed.filter(
        ({ block }) => block.firstUse <= next.lastUse && next.firstUse <= block.lastUse,
      )
      const end = Math.max(0, ...meets.map((p) => p.end)) + up(next.bytes)
      visit(
        [...placed, { block: next, end }],
        rest.filter((other) => other !== next),
        Math.max(arena, end),
      )
    }
  }
  visit([], blocks, 0)
  return best
}

const anyBlocks = (maxLength: number, maxBytes: number) =>
  fc
    .array(
      fc.record({
        bytes: fc.integer({ min: 0, max: maxBytes }),
        firstUse: fc.integer({ min: -1, max: 12 }),
        slots: fc.nat(6),
      }),
      { maxLength, size: 'max' },
    )
    .map((rows) =>
      rows.map(({ bytes, firstUse, slots }, i) => block(`b${i}`, bytes, firstUse, firstUse + slots)),
    )

describe('planMemory', () => {
  test('a chain alternates between the two ends of what its largest pair needs', () => {
    const plan = planMemory([
      block('a', 64, -1, 0),
      block('b', 32, 0, 1),
      block('c', 48, 1, 2),
      block('d', 8, 2, 3),
    ])
    expect(plan.arena).toBe(96)
    expect(plan.peakLive).toBe(96)
    playThrough(plan)
  })

  test('a block in use while another ends still conflicts with it', () => {
    expect(planMemory([block('a', 8, 0, 1), block('b', 8, 1, 2)]).arena).toBe(16)
    expect(planMemory([block('a', 8, 0, 1), block('b', 8, 2, 2)]).arena).toBe(8)
  })

  test('sizes are rounded up to the alignment, offsets start at the base', () => {
    const plan = planMemory([block('a', 5, 0, 1), block('b', 3, 0, 1)], { alignment: 4, base: 20 })
    expect(offsets(plan)).toEqual({ a: 20, b: 28 })
    expect(plan.arena).toBe(12)
  })

  test('nothing to place, and blocks without bytes, need nothing', () => {
    expect(planMemory([])).toEqual({ arena: 0, peakLive: 0, alignment: 8, placements: [] })
    expect(planMemory([block('empty', 0, 0, 4), block('a', 8, 1, 2)]).arena).toBe(8)
  })

  test('reaches the optimum where placing large blocks first does not', () => {
    // By size, a and b take the ends and c cannot use the space beside either; the best plan interleaves
    // them.
    const blocks = [
      block('a', 24, 0, 1),
      block('b', 16, 2, 4),
      block('c', 16, 1, 2),
      block('d', 8, 3, 5),
      block('e', 24, 5, 6),
      block('f', 8, 0, 0),
    ]
    expect(planMemory(blocks).arena).toBe(smallestArena(blocks, 8))
  })

  // [bytes, firstUse, lastUse]: memory is full at all times, and no arrangement fits into the peak.
  test.each([
    [48, '16 0 1, 24 0 2, 8 2 4, 8 2 3, 16 3 3, 8 3 4, 24 4 7, 16 5 7'],
    [48, '16 0 4, 24 0 1, 16 2 6, 8 2 5, 8 5 6, 8 5 5, 16 6 7, 24 7 7'],
    [40, '16 0 1, 16 0 0, 8 1 3, 8 1 2, 8 2 2, 8 2 3, 16 3 5, 16 4 4, 16 5 7, 16 6 7'],
  ])('no plan reaches the peak, and the best one is found: %i bytes', (arena, rows) => {
    const blocks = rows.split(', ').map((row, index) => {
      const [bytes, firstUse, lastUse] = row.split(' ').map(Number)
      return block(`b${index}`, bytes!, firstUse!, lastUse!)
    })
    const plan = planMemory(blocks)
    playThrough(plan)
    expect([plan.arena, plan.peakLive]).toEqual([arena, arena - 8])
    expect(smallestArena(blocks, 8)).toBe(arena)
  })

  test.each([
    ['an odd alignment', () => planMemory([], { alignment: 6 })],
    ['a base off the alignment', () => planMemory([], { base: 4 })],
    ['a life that ends before it begins', () => planMemory([block('a', 1, 2, 1)])],
    ['negative bytes', () => planMemory([block('a', -1, 0, 1)])],
  ])('%s is a fault of the caller', (_, plan) => expect(plan).toThrow(Error))

  test('more than 4 GiB is refused by name', () => {
    expect(() => planMemory([block('a', 2 ** 31, 0, 1), block('b', 2 ** 31 + 8, 0, 1)])).toThrow(CapletError)
  })
})

describe('properties', () => {
  test('any blocks: no overlap, aligned, within the arena, not below the peak, the same again', () => {
    fc.assert(
      fc.property(
        anyBlocks(40, 50),
        fc.constantFrom(4, 8),
        fc.constantFrom(0, 16, 1024),
        (blocks, alignment, base) => {
          const plan = planMemory(blocks, { alignment, base })
          playThrough(plan)
          for (const [index, p] of plan.placements.entries()) {
            expect(p).toEqual({ ...blocks[index], offset: p.offset })
            expect(p.offset % alignment).toBe(0)
            expect(p.offset).toBeGreaterThanOrEqual(base)
            expect(p.offset + p.bytes).toBeLessThanOrEqual(base + plan.arena)
          }
          expect(plan.arena % alignment).toBe(0)
          expect(plan.arena).toBeGreaterThanOrEqual(plan.peakLive)
          expect(planMemory(structuredClone(blocks), { alignment, base })).toEqual(plan)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('up to seven blocks: the smallest arena there is', () => {
    fc.assert(
      fc.property(anyBlocks(7, 30), fc.constantFrom(4, 8), (blocks, alignment) => {
        expect(planMemory(blocks, { alignment }).arena).toBe(smallestArena(blocks, alignment))
      }),
      { numRuns: 300 },
    )
  })

  test('the exhaustive search alone, starting from the worst plan, finds the smallest arena', () => {
    fc.assert(
      fc.property(anyBlocks(7, 6), (blocks) => {
        const units = blocks.map((b) => ({ ...b, bytes: b.bytes + 1 }))
        const sum = units.reduce((total, b) => total + b.bytes, 0)
        const { arena } = searchExhaustively(units, 0, {
          arena: sum + 1,
          offsets: new Float64Array(units.length),
        })
        expect(arena).toBe(smallestArena(units, 1))
      }),
      { numRuns: 300 },
    )
  })

  test.each([12, 40, 150])(
    'networks of up to %i nodes: within 5 percent of the peak, or the smallest of all',
    (maxNodes) => {
      fc.assert(
        fc.property(networks(maxNodes), (graph) => {
          const { blocks } = analyzeLifetimes(graph)
          const plan = planMemory(blocks)
          playThrough(plan)
          if (blocks.length > exhaustiveLimit) expect(plan.arena).toBeLessThanOrEqual(plan.peakLive * 1.05)
          else if (plan.arena > plan.peakLive) expect(plan.arena).toBe(smallestArena(blocks, 8))
        }),
        { numRuns: 100 },
      )
    },
  )

  test('300 blocks reach the peak', () => {
    const graph = fc
      .sample(networks(420), { numRuns: 200, seed: 3 })
      .find((graph) => analyzeLifetimes(graph).blocks.length > 280)!
    const { blocks } = analyzeLifetimes(graph)
    const plan = planMemory(blocks)
    expect(plan.arena / plan.peakLive).toBeLessThanOrEqual(1.05)
  })
})
