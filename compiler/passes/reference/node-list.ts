// SPDX-License-Identifier: Apache-2.0
// The nodes of a graph in order, with an index of who writes and who reads each tensor. Replacing a node updates the
// index instead of building it anew, so that a pass over n nodes takes n steps, not n * n.
import type { Node } from '../../ir/graph.js'

export interface Use {
  readonly node: Node
  readonly input: number
}

interface Entry {
  readonly node: Node
  previous: Entry
  next: Entry
}

export class NodeList {
  /** Stands before the first entry and behind the last. */
  readonly #ends: Entry
  readonly #entries = new Map<string, Entry>()
  readonly #producers = new Map<string, Node>()
  readonly #uses = new Map<string, Use[]>()
  /** Tensors whose uses may be out of order. */
  readonly #unordered = new Set<string>()
  #nodes: readonly Node[] | null = null
  #positions: ReadonlyMap<Node, number> | null = null

  /** Pre: names are unique. */
  constructor(nodes: readonly Node[]) {
    const ends = {} as Entry
    ends.previous = ends
    ends.next = ends
    this.#ends = ends
    for (const node of nodes) this.append(node)
    this.#unordered.clear()
  }

  inOrder(): readonly Node[] {
    if (this.#nodes) return this.#nodes
    const nodes: Node[] = []
    for (let entry = this.#ends.next; entry !== this.#ends; entry = entry.next) nodes.push(entry.node)
    this.#nodes = nodes
    return nodes
  }

  named(name: string): Node | undefined {
    return this.#entries.get(name)?.node
  }

  producer(tensor: string): Node | undefined {
    return this.#producers.get(tensor)
  }

  /** In the order of nodes, and of their inputs. */
  uses(tensor: string): readonly Use[] {
    const uses = this.#uses.get(tensor)
    if (!uses) return []
    if (this.#unordered.delete(tensor) && uses.length > 1) {
      this.#positions ??= new Map(this.inOrder().map((node, position) => [node, position]))
      const positions = this.#positions
      uses.sort((a, b) => positions.get(a.node)! - positions.get(b.node)! || a.input - b.input)
    }
    return [...uses]
  }

  append(node: Node): void {
    this.#insertBefore(this.#ends, node)
  }

  /** Puts `replacements` where `node` was; nothing where it is no more. */
  replace(node: Node, replacements: readonly Node[]): void {
    const entry = this.#entries.get(node.name)
    if (entry?.node !== node) return
    this.#remove(entry)
    for (const replacement of replacements) this.#insertBefore(entry.next, replacement)
  }

  #remove({ node, previous, next }: Entry): void {
    previous.next = next
    next.previous = previous
    this.#entries.delete(node.name)
    for (const output of node.outputs) {
      if (this.#producers.get(output) === node) this.#producers.delete(output)
    }
    for (const input of new Set(node.inputs)) {
      const rest = this.#uses.get(input)?.filter((use) => use.node !== node) ?? []
      if (rest.length > 0) this.#uses.set(input, rest)
      else this.#uses.delete(input)
    }
    this.#forgetOrder()
  }

  #insertBefore(next: Entry, node: Node): void {
    const entry = { node, previous: next.previous, next }
    next.previous.next = entry
    next.previous = entry
    this.#entries.set(node.name, entry)
    for (const output of node.outputs) if (output !== '') this.#producers.set(output, node)
    node.inputs.forEach((input, index) => {
      if (input === '') return
      const uses = this.#uses.get(input)
      if (uses) uses.push({ node, input: index })
      else this.#uses.set(input, [{ node, input: index }])
      this.#unordered.add(input)
    })
    this.#forgetOrder()
  }

  #forgetOrder(): void {
    this.#nodes = null
    this.#positions = null
  }
}
