// SPDX-License-Identifier: Apache-2.0
// The memory plan for people (a picture in the terminal) and for programs (the `memory` object of `inspect
// --json`).
// Picture: time runs to the right, one column per node between `in` (the host writes) and `out` (the host
// reads); offsets rise upwards, not to scale; a box is a block; ▲ marks the columns in which most bytes live.
import { Canvas, clip } from './canvas.js'
import { addressOf, type Lifetimes } from './lifetimes.js'
import { alignUp, type Placement } from './plan.js'
import type { LifetimePlan } from './plan-lifetimes.js'

export interface MemoryReport {
  readonly arena: number
  readonly peak_live: number
  readonly state: number
  readonly tensors: readonly {
    readonly name: string
    readonly offset: number
    readonly bytes: number
    readonly first: number
    readonly last: number
  }[]
}

/**
 * Every tensor in the order of its first use, then every node's scratch. `first` and `last` are indices of
 * nodes; -1 is the host's writing before them, the number of nodes its reading after them.
 */
export function reportMemory(lifetimes: Lifetimes, plan: LifetimePlan): MemoryReport {
  const tensors = [...lifetimes.tensors.values()].map(({ name, bytes, firstUse, lastUse }) => {
    return { name, offset: addressOf(name, lifetimes, plan), bytes, first: firstUse, last: lastUse }
  })
  const scratch = [...lifetimes.scratch.values()].map((block) => {
    const { name, offset, bytes, firstUse, lastUse } = plan.placements[block]!
    return { name, offset, bytes, first: firstUse, last: lastUse }
  })
  return { arena: plan.arena, peak_live: plan.peakLive, state: plan.state, tensors: [...tensors, ...scratch] }
}

const axisWidth = 10
const narrowestSlot = 5
const widestSlot = 16

/** Pictures of at most `width` columns; a long network continues in further pictures below the first. */
export function drawMemory(lifetimes: Lifetimes, plan: LifetimePlan, width = 80): string {
  const slots = lifetimes.nodeCount + 2
  const room = width - axisWidth - 1
  const panels = Math.ceil(slots / Math.max(1, Math.floor(room / narrowestSlot)))
  const slotsPerPanel = Math.ceil(slots / panels)
  const slotWidth = Math.min(widestSlot, Math.floor(room / slotsPerPanel))
  const boxes = boxesOf(lifetimes, plan)
  const unnamed = new Set(boxes)
  const lines: string[] = []
  for (let first = -1; first < slots - 1; first += slotsPerPanel) {
    const panel = { first, last: Math.min(slots - 2, first + slotsPerPanel - 1), slotWidth }
    lines.push(...drawPanel(boxes, panel, unnamed), ...drawRulers(boxes, plan, panel, slots), '')
  }
  return `${[...lines, ...legend(unnamed), summary(plan)].join('\n')}\n`
}

interface Box extends Placement {
  /** One past its last byte, padding included. */
  readonly end: number
  /** Every tensor of the block. */
  readonly label: string
  readonly isState: boolean
}

/** A stretch of time that fits the width of the terminal. */
interface Panel {
  readonly first: number
  readonly last: number
  readonly slotWidth: number
}

function boxesOf(lifetimes: Lifetimes, plan: LifetimePlan): Box[] {
  const names = plan.placements.map((): string[] => [])
  for (const { name, block } of lifetimes.tensors.values()) names[block]!.push(name)
  return plan.placements
    .map((placement, block) => {
      const end = placement.offset + alignUp(placement.bytes, plan.alignment)
      const isState = block >= lifetimes.blocks.length
      const label = names[block]!.join(' + ') || placement.name
      return { ...placement, end, label: isState ? `state ${label}` : label, isState }
    })
    .filter((box) => box.bytes > 0)
}

/** The line of the picture, counted from the bottom, for each offset at which a box begins or ends. */
function rowsOf(boxes: readonly Box[]): Map<number, number> {
  const offsets = [...new Set([0, ...boxes.flatMap((box) => [box.offset, box.end])])].sort((a, b) => a - b)
  // Room for a line of text in each box, for a second one in large boxes; none at all where there are many
  // boxes.
  const least = offsets.length <= 16 ? 2 : 1
  const rows = new Map([[0, 0]])
  let row = 0
  for (const [index, offset] of offsets.entries()) {
    if (index === 0) continue
    const below = offsets[index - 1]!
    const isUsed = boxes.some((box) => box.offset < offset && below < box.end)
    row += isUsed ? Math.max(least, Math.round((8 * (offset - below)) / offsets.at(-1)!)) : 1
    rows.set(offset, row)
  }
  return rows
}

/** Removes from `unnamed` the boxes whose label is to be read. */
function drawPanel(all: readonly Box[], { first, last, slotWidth }: Panel, unnamed: Set<Box>): string[] {
  const boxes = all.filter((box) => box.firstUse <= last && box.lastUse >= first)
  const rows = rowsOf(boxes)
  const bottom = Math.max(...rows.values())
  const right = (last - first + 1) * slotWidth
  const canvas = new Canvas(right + 1, bottom + 1)
  for (const box of boxes) {
    const isNamed = canvas.box({
      left: Math.max(0, (box.firstUse - first) * slotWidth),
      right: Math.min(right, (box.lastUse + 1 - first) * slotWidth),
      top: bottom - rows.get(box.end)!,
      bottom: bottom - rows.get(box.offset)!,
      openLeft: box.firstUse < first,
      openRight: box.lastUse > last,
      title: box.label,
      detail: sizeOf(box),
    })
    if (isNamed) unnamed.delete(box)
  }
  const offsetAt = new Map([...rows].map(([offset, row]) => [bottom - row, withCommas(offset)]))
  return canvas
    .lines()
    .map((line, y) => `${(offsetAt.get(y) ?? '').padStart(axisWidth - 1)} ${line}`.trimEnd())
}

/** The nodes' indices, and below them the marks of the peak where this panel has any. */
function drawRulers(boxes: readonly Box[], plan: LifetimePlan, panel: Panel, slots: number): string[] {
  const isPeak = (slot: number) => {
    const live = boxes.filter((box) => !box.isState && box.firstUse <= slot && slot <= box.lastUse)
    return plan.peakLive > 0 && live.reduce((sum, box) => sum + box.end - box.offset, 0) === plan.peakLive
  }
  const nameOf = (slot: number) => (slot < 0 ? 'in' : slot === slots - 2 ? 'out' : String(slot))
  const indices = drawRuler(panel, nameOf)
  const peaks = drawRuler(panel, (slot) => (isPeak(slot) ? '▲' : ''))
  return peaks === '' ? [indices] : [indices, peaks]
}

/** One mark in the middle of each slot. */
function drawRuler({ first, last, slotWidth }: Panel, mark: (slot: number) => string): string {
  let line = ' '.repeat(axisWidth)
  for (let slot = first; slot <= last; slot++) {
    const text = clip(mark(slot), slotWidth)
    line += text.padStart(Math.ceil((slotWidth + 1 + text.length) / 2)).padEnd(slotWidth)
  }
  return line.trimEnd()
}

/** The boxes whose labels the picture had no room for. */
function legend(boxes: ReadonlySet<Box>): string[] {
  if (boxes.size === 0) return []
  const lines = [...boxes].map(
    (box) => `${withCommas(box.offset).padStart(axisWidth - 1)} ${box.label} (${sizeOf(box)})`,
  )
  return ['no room above for', ...lines, '']
}

const sizeOf = (box: Box): string => `${withCommas(box.bytes)} B`

/** 12,345: the same in every locale. */
const withCommas = (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, ',')

function summary({ arena, peakLive, state }: LifetimePlan): string {
  const excess =
    arena === peakLive
      ? 'no plan needs less'
      : `the plan needs ${(100 * (arena / peakLive - 1)).toFixed(1)} % more`
  const kept = state > 0 ? `\nstate ${withCommas(state)} bytes, kept from one run to the next` : ''
  return `arena ${withCommas(arena)} bytes; at most ${withCommas(peakLive)} bytes live at one time (▲): ${excess}${kept}`
}
