// SPDX-License-Identifier: Apache-2.0
// Which tensors share bytes. A group is a set of tensors at fixed distances from each other; it becomes one
// block.
// Two tensors of a group may cover the same bytes if they never live at the same time, if their values are
// equal there (views), or if one is an in-place result written over the other.
import { alignUp, type Block, peakOfLive } from './plan.js'

type Lifetime = Pick<Block, 'firstUse' | 'lastUse'>

const always: Lifetime = { firstUse: Number.NEGATIVE_INFINITY, lastUse: Number.POSITIVE_INFINITY }

/** When a tensor's bytes hold its value; see Block for the meaning of the ends. */
export interface Span {
  readonly bytes: number
  readonly firstUse: number
  readonly lastUse: number
  /** A host sees it: graph input or output; or the next run reads it. */
  readonly edge: 'input' | 'output' | 'state' | null
}

/** A part of `whole`: address(part) = address(whole) + some offset, equal bytes. */
interface View {
  readonly whole: string
  readonly part: string
}

export interface Group {
  /** Distance of each tensor from the group's first byte. */
  readonly offsets: ReadonlyMap<string, number>
  readonly span: Block
}

/** Decides whether `earlier` may still be read by the node that writes `later` over it. */
type Overwrite = (earlier: string, later: string) => boolean

const never: Overwrite = () => false

export class Sharing {
  private readonly spans: ReadonlyMap<string, Span>
  /** Blocks that share with nobody; they count towards the peak. */
  private readonly others: readonly Block[]
  private readonly alignment: number
  private readonly groupOf = new Map<string, Group>()
  private readonly views: View[] = []

  constructor(spans: ReadonlyMap<string, Span>, others: readonly Block[], alignment: number) {
    this.spans = spans
    this.others = others
    this.alignment = alignment
    for (const [name, span] of spans) {
      this.groupOf.set(name, { offsets: new Map([[name, 0]]), span: { name, ...span } })
    }
  }

  /** Each group once, in the order of its first tensor. */
  groups(): Group[] {
    return [...new Set(this.groupOf.values())]
  }

  groupOfTensor(name: string): Group {
    return this.groupOf.get(name)!
  }

  /** Puts two tensors of the same size, which never live at the same time, at one address. Pre: neither shares yet. */
  join(first: string, second: string): void {
    this.commit(
      this.group(
        new Map([
          [first, 0],
          [second, 0],
        ]),
      ),
    )
  }

  /**
   * Puts `output` at address(input) + offset for every input given, all or none. A negative offset puts the
   * input inside the output (a concatenation). Returns why not, or null once done.
   */
  takeViews(
    output: string,
    inputs: readonly { readonly name: string; readonly offset: number }[],
  ): string | null {
    if (inputs.some(({ offset }) => offset % this.alignment !== 0)) return 'its offset is not aligned'
    const added = inputs.map(({ name, offset }) =>
      offset < 0 ? { whole: output, part: name } : { whole: name, part: output },
    )
    const views = [...this.views, ...added]
    const before = new Set([this.groupOfTensor(output)])
    let merged = this.groupOfTensor(output)
    for (const { name, offset } of inputs) {
      const at = merged.offsets.get(output)! - offset
      const known = merged.offsets.get(name)
      if (known !== undefined && known !== at) return `its input ${name} has its place elsewhere`
      if (known !== undefined) continue
      before.add(this.groupOfTensor(name))
      const next = this.merge(merged, this.groupOfTensor(name), at, name, views, never)
      if (typeof next === 'string') return next
      merged = next
    }
    const peak = (after: readonly Group[]) => this.cost(before, after, always).peak
    if (peak([merged]) > peak([...before])) return 'sharing would raise the peak of live bytes'
    this.commit(merged)
    this.views.push(...added)
    return null
  }

  /**
   * Puts `output` over `input`'s bytes, where that is safe and the peak of live bytes does not rise on the
   * way.
   * `overwritten` names the tensors that the node reads element by element before it writes the same bytes.
   */
  takeInPlace(input: string, output: string, overwritten: ReadonlySet<string>): boolean {
    const source = this.groupOfTensor(input)
    const target = this.groupOfTensor(output)
    if (source === target || this.spans.get(output)!.bytes > this.spans.get(input)!.bytes) return false
    const at = source.offsets.get(input)!
    const merged = this.merge(source, target, at, output, this.views, (earlier, later) => {
      return later === output && overwritten.has(earlier)
    })
    if (typeof merged === 'string') return false
    const pair = new Set([source, target])
    const before = this.cost(pair, [source, target], merged.span)
    const after = this.cost(pair, [merged], merged.span)
    if (after.peak > before.peak || (after.peak === before.peak && after.area > before.area)) return false
    this.commit(merged)
    return true
  }

  private commit(group: Group): void {
    for (const name of group.offsets.keys()) this.groupOf.set(name, group)
  }

  /**
   * The two groups as one, with `anchor` (of b) at distance `at` from a's first byte; or the reason why not.
   */
  private merge(
    a: Group,
    b: Group,
    at: number,
    anchor: string,
    views: readonly View[],
    mayOverwrite: Overwrite,
  ) {
    const shift = at - b.offsets.get(anchor)!
    const offsets = new Map(a.offsets)
    for (const [name, offset] of b.offsets) offsets.set(name, offset + shift)
    for (const p of a.offsets.keys()) {
      for (const q of b.offsets.keys()) {
        const problem = this.clash(p, q, offsets, views, mayOverwrite)
        if (problem) return problem
      }
    }
    const lowest = Math.min(...offsets.values())
    return this.group(new Map([...offsets].map(([name, offset]) => [name, offset - lowest])))
  }

  private group(offsets: ReadonlyMap<string, number>): Group {
    const spans = [...offsets.keys()].map((name) => ({ name, ...this.spans.get(name)! }))
    const first = spans.reduce((a, b) => (b.firstUse < a.firstUse ? b : a))
    const bytes = Math.max(...spans.map((span) => offsets.get(span.name)! + span.bytes))
    const lastUse = Math.max(...spans.map((span) => span.lastUse))
    return { offsets, span: { name: first.name, bytes, firstUse: first.firstUse, lastUse } }
  }

  private clash(
    p: string,
    q: string,
    offsets: ReadonlyMap<string, number>,
    views: readonly View[],
    mayOverwrite: Overwrite,
  ): string | null {
    const [a, b] = [this.spans.get(p)!, this.spans.get(q)!]
    const low = Math.max(offsets.get(p)!, offsets.get(q)!)
    const high = Math.min(offsets.get(p)! + a.bytes, offsets.get(q)! + b.bytes)
    if (low >= high) return null
    const meet = a.firstUse <= b.lastUse && b.firstUse <= a.lastUse
    const isKept = a.edge === 'state' || b.edge === 'state'
    if (isKept && (a.edge === 'output' || b.edge === 'output')) return `one of ${p} and ${q} is kept`
    const seenTwice = a.edge !== null && b.edge !== null && (a.edge === 'output' || b.edge === 'output')
    if (!meet && !seenTwice) return null
    if (this.equal(p, q, low, high, offsets, views)) {
      return seenTwice ? `${p} and ${q} are both seen by the host` : null
    }
    if (!meet) return null
    if (a.lastUse === b.firstUse && offsets.get(p) === offsets.get(q) && mayOverwrite(p, q)) return null
    return `${p} and ${q} live at the same time`
  }

  /**
   * Whether views make every byte of [low, high) the same in p and q: each elementary range has a path of
   * views that all cover it.
   */
  private equal(
    p: string,
    q: string,
    low: number,
    high: number,
    offsets: ReadonlyMap<string, number>,
    views: readonly View[],
  ): boolean {
    const ends = [...offsets].flatMap(([name, offset]) => [offset, offset + this.spans.get(name)!.bytes])
    const cuts = [...new Set([low, ...ends.filter((cut) => low < cut && cut < high)])].sort((x, y) => x - y)
    const covers = (name: string, byte: number) => {
      const offset = offsets.get(name)
      return offset !== undefined && offset <= byte && byte < offset + this.spans.get(name)!.bytes
    }
    return cuts.every((byte) => {
      const reached = new Set([p])
      for (const name of reached) {
        for (const { whole, part } of views) {
          if (whole === name && covers(part, byte)) reached.add(part)
          if (part === name && covers(whole, byte)) reached.add(whole)
        }
      }
      return reached.has(q)
    })
  }

  /**
   * Peak of all live bytes with the groups `before` replaced by `after`, during `during`; and their bytes
   * times slots.
   */
  private cost(
    before: ReadonlySet<Group>,
    after: readonly Group[],
    during: Lifetime,
  ): { peak: number; area: number } {
    const kept = this.groups().filter((group) => !before.has(group))
    const spans = [...[...kept, ...after].map((group) => group.span), ...this.others]
    const blocks = spans.flatMap((span) => {
      const firstUse = Math.max(span.firstUse, during.firstUse)
      const lastUse = Math.min(span.lastUse, during.lastUse)
      return firstUse <= lastUse ? [{ ...span, firstUse, lastUse }] : []
    })
    const area = after.reduce((sum, { span }) => {
      return sum + alignUp(span.bytes, this.alignment) * (span.lastUse - span.firstUse + 1)
    }, 0)
    return { peak: peakOfLive(blocks, this.alignment), area }
  }
}
