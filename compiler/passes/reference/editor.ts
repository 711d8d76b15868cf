// SPDX-License-Identifier: Apache-2.0
// A working copy of an ONNX graph for the passes that repeat what the reference does to it before it runs.
// Nodes are replaced, never changed; a change costs the same however large the graph is.
import type { OnnxGraph } from '../../import/onnx.js'
import type { Attributes, Node, Tensor } from '../../ir/graph.js'
import type { Constant } from '../../ir/types.js'
import { OnnxNode, type OnnxOperator, type TensorType } from '../../operators/onnx.js'
import { onnxOperators } from '../../operators/onnx-list.js'
import { NodeList, type Use } from './node-list.js'

export type { Use }

export class GraphEditor {
  readonly opset: number
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly #name: string
  readonly #tensors: Map<string, Tensor>
  readonly #nodes: NodeList

  constructor(graph: OnnxGraph) {
    this.opset = graph.opset
    this.inputs = graph.inputs
    this.outputs = graph.outputs
    this.#name = graph.name
    this.#tensors = new Map(graph.tensors)
    this.#nodes = new NodeList(graph.nodes)
  }

  get nodes(): readonly Node[] {
    return this.#nodes.inOrder()
  }

  /**
   * Visits every node in the reference's execution order, as it is by then, nodes added meanwhile excepted. Returns whether any visit
   * changed something.
   */
  each(visit: (node: Node) => boolean): boolean {
    let changed = false
    for (const { name } of this.#sorted()) {
      const node = this.#nodes.named(name)
      if (node) changed = visit(node) || changed
    }
    return changed
  }

  /** The node of that name, as it is now. */
  named(name: string): Node {
    const node = this.#nodes.named(name)
    if (!node) throw new Error(`no node named ${name}`)
    return node
  }

  tensor(name: string): Tensor | undefined {
    return this.#tensors.get(name)
  }

  constant(name: string): Constant | undefined {
    return this.#tensors.get(name)?.constant
  }

  isOutput(name: string): boolean {
    return this.outputs.includes(name)
  }

  producer(name: string): Node | undefined {
    return this.#nodes.producer(name)
  }

  uses(name: string): readonly Use[] {
    return this.#nodes.uses(name)
  }

  /** The only use of a tensor that is no graph output, or undefined. */
  onlyUse(name: string): Use | undefined {
    const uses = this.uses(name)
    return uses.length === 1 && !this.isOutput(name) ? uses[0] : undefined
  }

  operator(node: Node): OnnxOperator {
    return onnxOperators.get(node.operator)!
  }

  /** Whether the reference does this with the operator, in the model's operator set. */
  isOnQuanta(node: Node, how: 'propagatesQuantization' | 'runsOnQuanta'): boolean {
    const operator = this.operator(node)
    return operator[how] === true && this.opset >= (operator.onQuantaSince ?? 0)
  }

  view(node: Node): OnnxNode {
    return new OnnxNode(
      node,
      this.opset,
      (name) => this.#tensors.get(name),
      (name) => this.constant(name),
    )
  }

  /** Puts `replacements` where `node` was. */
  replace(node: Node, ...replacements: readonly Node[]): void {
    this.#nodes.replace(node, replacements)
  }

  remove(node: Node): void {
    this.replace(node)
  }

  append(node: Node): void {
    this.#nodes.append(node)
  }

  replaceInput(node: Node, input: number, name: string): void {
    this.replace(node, { ...node, inputs: node.inputs.map((old, i) => (i === input ? name : old)) })
  }

  /** Inputs of `node` that read `from` read `to` instead; returns the new node. */
  redirect(node: Node, from: string, to: string): Node {
    const changed = { ...node, inputs: node.inputs.map((name) => (name === from ? to : name)) }
    this.replace(node, changed)
    return changed
  }

  redirectAll(from: string, to: string): void {
    for (const node of new Set(this.uses(from).map((use) => use.node))) this.redirect(node, from, to)
  }

  addTensor(base: string, type: TensorType): string {
    const name = this.#fresh(base)
    this.#tensors.set(name, { name, type: type.type, shape: type.shape })
    return name
  }

  addConstant(base: string, constant: Constant): string {
    const name = this.#fresh(base)
    this.#tensors.set(name, { name, type: constant.type, shape: constant.shape, constant })
    return name
  }

  newNode(
    base: string,
    operator: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: Attributes = {},
  ): Node {
    let name = base
    for (let i = 2; this.#nodes.named(name); i++) name = `${base}.${i}`
    return { name, operator, inputs, outputs, attributes }
  }

  /** Drops nodes that nothing reads, and gives the graph in execution order. */
  finish(): OnnxGraph {
    const needed = new Set<string>(this.outputs)
    const kept: Node[] = []
    for (const node of this.#inFileOrder().reverse()) {
      if (!node.outputs.some((output) => needed.has(output))) continue
      for (const input of node.inputs) needed.add(input)
      kept.push(node)
    }
    return {
      name: this.#name,
      opset: this.opset,
      inputs: this.inputs,
      outputs: this.outputs,
      tensors: this.#tensors,
      nodes: kept.reverse(),
    }
  }

  /**
   * The reference's execution order: depth first from the nodes that nothing reads, the last one first, and from each
   * node's later inputs first. No recursion, since a graph may be thousands of nodes deep.
   */
  #sorted(): Node[] {
    const { nodes } = this
    const position = new Map(nodes.map((node, index) => [node, index]))
    const isRead = (node: Node) => node.outputs.some((output) => this.uses(output).length > 0)
    const stack = nodes.filter((node) => !isRead(node)).map((node) => ({ node, isDone: false }))
    const seen = new Set<Node>()
    const sorted: Node[] = []
    for (let top = stack.pop(); top; top = stack.pop()) {
      const { node, isDone } = top
      if (isDone) sorted.push(node)
      if (isDone || seen.has(node)) continue
      seen.add(node)
      stack.push({ node, isDone: true })
      const inputs = new Set(node.inputs.flatMap((name) => this.producer(name) ?? []))
      const inOrder = [...inputs].sort((a, b) => position.get(a)! - position.get(b)!)
      for (const input of inOrder) if (!seen.has(input)) stack.push({ node: input, isDone: false })
    }
    return sorted
  }

  /** Execution order near the file's own. */
  #inFileOrder(): Node[] {
    const seen = new Set<Node>()
    const sorted: Node[] = []
    for (const root of this.nodes) {
      if (seen.has(root)) continue
      seen.add(root)
      const stack = [{ node: root, next: 0 }]
      for (let top = stack.at(-1); top; top = stack.at(-1)) {
        const input = top.node.inputs[top.next++]
        if (input === undefined) {
          sorted.push(top.node)
          stack.pop()
          continue
        }
        const producer = this.producer(input)
        if (!producer || seen.has(producer)) continue
        seen.add(producer)
        stack.push({ node: producer, next: 0 })
      }
    }
    return sorted
  }

  #fresh(base: string): string {
    let name = base
    for (let i = 2; this.#tensors.has(name); i++) name = `${base}.${i}`
    return name
  }
}
