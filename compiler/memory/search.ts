// SPDX-License-Identifier: Apache-2.0
// Finds a small arena by squeaky-wheel search: place the blocks in some order, each in the lowest gap that it
// fits; then move every block that ended above the target to an earlier turn, and place again. On networks
// this reaches the lower bound within a few dozen rounds. The budget counts comparisons of two blocks, so the
// outcome does not depend on time.
import type { Block } from './plan.js'

export interface Solution {
  readonly arena: number
  /** One per block. */
  readonly offsets: Float64Array
}

/** Comparisons for each starting order: some 20 ms, spent only where the bound is out of reach. */
const budget = 300_000

const unplaced = -1

/** For each block, the others that share a time slot with it. */
export function conflictsOf(blocks: readonly Block[]): number[][] {
  return blocks.map((a, index) => {
    const others: number[] = []
    for (const [other, b] of blocks.entries()) {
      if (other !== index && a.firstUse <= b.lastUse && b.firstUse <= a.lastUse) others.push(other)
    }
    return others
  })
}

/**
 * The smallest arena found. Stops as soon as one needs no more than `bound` bytes, the peak of live bytes.
 */
export function searchOrders(blocks: readonly Block[], bound: number): Solution {
  const conflicts = conflictsOf(blocks)
  let best: Solution | null = null
  for (const order of startingOrders(blocks)) {
    const found = squeakyWheel(blocks, conflicts, order, bound)
    if (best === null || found.arena < best.arena) best = found
    if (best.arena <= bound) break
  }
  return best!
}

/**
 * Blocks that live when memory is tightest first, then large ones; and large ones first, then long-lived
 * ones.
 */
function startingOrders(blocks: readonly Block[]): number[][] {
  const indices = blocks.map((_, index) => index)
  const pressure = pressures(blocks)
  const bytes = (index: number) => blocks[index]!.bytes
  const slots = (index: number) => blocks[index]!.lastUse - blocks[index]!.firstUse
  return [
    indices.toSorted((a, b) => pressure[b]! - pressure[a]! || bytes(b) - bytes(a) || a - b),
    indices.toSorted((a, b) => bytes(b) - bytes(a) || slots(b) - slots(a) || a - b),
  ]
}

/** For each block, the most bytes that live at one time during its life. */
function pressures(blocks: readonly Block[]): number[] {
  const isAlive = (block: Block, time: number) => block.firstUse <= time && time <= block.lastUse
  const times = [...new Set(blocks.map((block) => block.firstUse))]
  const live = times.map((time) => blocks.reduce((sum, b) => (isAlive(b, time) ? sum + b.bytes : sum), 0))
  return blocks.map((block) =>
    times.reduce((most, time, slot) => (isAlive(block, time) ? Math.max(most, live[slot]!) : most), 0),
  )
}

function squeakyWheel(
  blocks: readonly Block[],
  conflicts: number[][],
  start: readonly number[],
  bound: number,
) {
  const random = generator()
  const order = [...start]
  const move = (from: number, to: number) => order.splice(to, 0, order.splice(from, 1)[0]!)
  let best: Solution | null = null
  for (let work = 0; work < budget; ) {
    const solution = place(blocks, conflicts, order)
    if (best === null || solution.arena < best.arena) best = solution
    if (best.arena <= bound) break
    for (const block of [...order]) {
      if (solution.offsets[block]! + blocks[block]!.bytes <= bound) continue
      const turn = order.indexOf(block)
      const nearby = Math.max(0, turn - 1 - random(8))
      move(turn, random(4) === 0 ? random(turn + 1) : nearby)
    }
    // Now and then a random move, against going round in circles.
    if (random(10) === 0) move(random(order.length), random(order.length))
    work += conflicts.reduce((sum, others) => sum + others.length, order.length)
  }
  return best!
}

/**
 * Gives each block, in the order's turn, the lowest gap between the blocks before it that live at the same
 * time.
 */
function place(blocks: readonly Block[], conflicts: number[][], order: readonly number[]): Solution {
  const offsets = new Float64Array(blocks.length).fill(unplaced)
  let arena = 0
  for (const block of order) {
    const { bytes } = blocks[block]!
    const below = conflicts[block]!.filter((other) => offsets[other] !== unplaced)
    below.sort((a, b) => offsets[a]! - offsets[b]!)
    let offset = 0
    for (const other of below) {
      if (offsets[other]! - offset >= bytes) break
      offset = Math.max(offset, offsets[other]! + blocks[other]!.bytes)
    }
    offsets[block] = offset
    arena = Math.max(arena, offset + bytes)
  }
  return { arena, offsets }
}

/** A linear congruential generator, always with the same seed. */
function generator(): (below: number) => number {
  let state = 1
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
