// SPDX-License-Identifier: Apache-2.0
// The memory plan: every block of the arena gets an offset, so that no two blocks that live at the same time
// overlap.
// Deterministic: the search's budget counts work, not time.
//
//   offset        [ b ]          time runs to the right; a block occupies its bytes in every slot of
//     |    [   a   ][ c   ]      firstUse..lastUse, both ends included
//     +------------------------> node
import { CapletError } from '../errors.js'
import { searchExhaustively } from './exhaustive.js'
import { searchOrders } from './search.js'

/** One run of bytes in the arena. Tensors that share bytes (views, in-place results) are one block. */
export interface Block {
  readonly name: string
  readonly bytes: number
  /** Index of the node that writes it first; -1 for a graph input. */
  readonly firstUse: number
  /**
   * Index of the last node that reads it (or of its writer, when nothing reads it); the node count for a
   * graph output.
   */
  readonly lastUse: number
}

export interface Placement extends Block {
  readonly offset: number
}

export interface Plan {
  /** High-water mark: bytes from `base` to the end of the highest block, a multiple of the alignment. */
  readonly arena: number
  /** Most aligned bytes that live at one time: no plan can need less. */
  readonly peakLive: number
  readonly alignment: number
  /** One per block, in the order given. */
  readonly placements: readonly Placement[]
}

export interface PlanOptions {
  /** Every offset is a multiple of it: 4 or 8 (the default, enough for int64). */
  readonly alignment?: number
  /** Offset of the arena's first byte; a multiple of the alignment. Default 0. */
  readonly base?: number
}

export const defaultAlignment = 8

/** Up to this many blocks the plan is the best there is. */
export const exhaustiveLimit = 10

const linearMemoryBytes = 2 ** 32

export const alignUp = (bytes: number, alignment: number): number => Math.ceil(bytes / alignment) * alignment

/** Most bytes, each block rounded up to the alignment, that live in one time slot. */
export function peakOfLive(blocks: readonly Block[], alignment: number): number {
  const changes = new Map<number, number>()
  const change = (slot: number, bytes: number) => changes.set(slot, (changes.get(slot) ?? 0) + bytes)
  for (const block of blocks) {
    const bytes = alignUp(block.bytes, alignment)
    change(block.firstUse, bytes)
    change(block.lastUse + 1, -bytes)
  }
  let live = 0
  let peak = 0
  for (const slot of [...changes.keys()].sort((a, b) => a - b)) {
    live += changes.get(slot)!
    peak = Math.max(peak, live)
  }
  return peak
}

/**
 * Places the blocks.
 * Pre:  bytes >= 0, firstUse <= lastUse, all integers.
 * Post: blocks with a time slot in common have disjoint bytes; offsets are multiples of the alignment, from
 *       `base` on; with at most `exhaustiveLimit` blocks the arena is the smallest possible. Same blocks,
 *       same plan.
 * Throws CapletError where the arena does not fit WebAssembly's 4 GiB.
 */
export function planMemory(blocks: readonly Block[], options: PlanOptions = {}): Plan {
  const { alignment = defaultAlignment, base = 0 } = options
  check(blocks, alignment, base)
  const peakLive = peakOfLive(blocks, alignment)
  if (base + peakLive > linearMemoryBytes) throw tooLarge(base + peakLive)
  // Empty blocks need no place: they stay at the base.
  const placed = blocks.map((_, index) => index).filter((index) => blocks[index]!.bytes > 0)
  const problem = placed.map((index) => ({
    ...blocks[index]!,
    bytes: alignUp(blocks[index]!.bytes, alignment),
  }))
  let best = searchOrders(problem, peakLive)
  const few = placed.length <= exhaustiveLimit
  if (few && best.arena > peakLive) best = searchExhaustively(problem, peakLive, best)
  if (base + best.arena > linearMemoryBytes) throw tooLarge(base + best.arena)
  const offsets = new Map(placed.map((index, position) => [index, base + best.offsets[position]!]))
  const placements = blocks.map((block, index) => ({ ...block, offset: offsets.get(index) ?? base }))
  return { arena: best.arena, peakLive, alignment, placements }
}

function check(blocks: readonly Block[], alignment: number, base: number): void {
  if (alignment !== 4 && alignment !== 8) throw new Error(`alignment must be 4 or 8, not ${alignment}`)
  if (!Number.isSafeInteger(base) || base < 0 || base % alignment !== 0) {
    throw new Error(`arena base ${base} is not a multiple of ${alignment}`)
  }
  for (const { name, bytes, firstUse, lastUse } of blocks) {
    if (![bytes, firstUse, lastUse].every(Number.isSafeInteger) || bytes < 0 || firstUse > lastUse) {
      throw new Error(`block ${name}: ${bytes} bytes from ${firstUse} to ${lastUse}`)
    }
  }
}

const tooLarge = (bytes: number) =>
  new CapletError({
    code: 'arena-too-large',
    message: `The tensors that live at the same time need ${bytes} bytes; a WebAssembly memory has ${linearMemoryBytes}.`,
    remedy: 'Use a smaller input shape or batch; "caplet inspect" shows which tensors are large.',
  })
