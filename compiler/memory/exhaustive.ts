// SPDX-License-Identifier: Apache-2.0
// The smallest arena there is, for few blocks: branch and bound over all plans in which every block stands on
// another one or on the ground. Blocks are placed by rising offset, so each goes right on top of the earlier
// ones that live at the same time. Some smallest plan has this form: take any and let its blocks sink, lowest
// first, until none can.
import type { Block } from './plan.js'
import { conflictsOf, type Solution } from './search.js'

const unplaced = -1

/**
 * Pre: a solution to start from. Post: no plan has a smaller arena. The work grows with the factorial of the
 * blocks.
 */
export function searchExhaustively(blocks: readonly Block[], bound: number, start: Solution): Solution {
  return new Search(blocks, bound, start).run()
}

class Search {
  private readonly blocks: readonly Block[]
  private readonly bound: number
  private readonly conflicts: readonly (readonly number[])[]
  /** For each time at which a block begins, the blocks that live then. */
  private readonly alive: readonly (readonly number[])[]
  private readonly offsets: Float64Array
  private best: Solution

  constructor(blocks: readonly Block[], bound: number, start: Solution) {
    this.blocks = blocks
    this.bound = bound
    this.conflicts = conflictsOf(blocks)
    const times = [...new Set(blocks.map((block) => block.firstUse))]
    this.alive = times.map((time) =>
      [...blocks.keys()].filter((index) => blocks[index]!.firstUse <= time && time <= blocks[index]!.lastUse),
    )
    this.offsets = new Float64Array(blocks.length).fill(unplaced)
    this.best = start
  }

  run(): Solution {
    this.descend(0, unplaced, 0)
    return this.best
  }

  /**
   * `floor` is the offset of `lastBlock`, placed just before; equal offsets come by index, so that no plan is
   * seen twice.
   */
  private descend(placed: number, lastBlock: number, floor: number): void {
    const least = this.leastArena(floor)
    if (least >= this.best.arena) return
    if (placed === this.blocks.length) {
      this.best = { arena: least, offsets: this.offsets.slice() }
      return
    }
    for (const block of this.blocks.keys()) {
      if (this.best.arena <= this.bound) return
      if (this.offsets[block] !== unplaced) continue
      const offset = this.topUnder(block)
      if (offset < floor || (offset === floor && block < lastBlock)) continue
      this.offsets[block] = offset
      this.descend(placed + 1, block, offset)
      this.offsets[block] = unplaced
    }
  }

  private end(block: number): number {
    return this.offsets[block]! + this.blocks[block]!.bytes
  }

  private topUnder(block: number): number {
    const placed = this.conflicts[block]!.filter((other) => this.offsets[other] !== unplaced)
    return placed.reduce((top, other) => Math.max(top, this.end(other)), 0)
  }

  /**
   * What the arena needs at least: at each time, the pile so far plus every block still to come on top of it.
   */
  private leastArena(floor: number): number {
    let least = 0
    for (const slot of this.alive) {
      let pile = 0
      let waiting = 0
      for (const block of slot) {
        if (this.offsets[block] === unplaced) waiting += this.blocks[block]!.bytes
        else pile = Math.max(pile, this.end(block))
      }
      least = Math.max(least, waiting > 0 ? Math.max(pile, floor) + waiting : pile)
    }
    return least
  }
}
