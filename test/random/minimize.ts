// SPDX-License-Identifier: Apache-2.0
// Makes a failing model small: fewer outputs, nodes bypassed, tensors cut into inputs, as long as it still fails.
import type { ModelNode } from '../../runtime/oracle/write-model.js'
import type { RandomModel } from './model.js'

export type Fails = (model: RandomModel) => Promise<boolean>

/** Pre: `fails(model)`. Post: the result fails, and none of the single steps below keeps it failing. */
export async function minimize(model: RandomModel, fails: Fails): Promise<RandomModel> {
  let current = model
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false
    for (const candidate of candidates(current)) {
      if (!(await fails(candidate))) continue
      current = candidate
      isSmaller = true
      break
    }
  }
  return current
}

/** Smaller models, the boldest first. */
function* candidates(model: RandomModel): Generator<RandomModel> {
  for (const output of model.outputs) {
    if (model.outputs.length > 1) yield prune({ ...model, outputs: [output] })
  }
  for (const node of [...model.nodes].reverse()) {
    const name = node.outputs[0]!
    if (model.outputs.some((output) => output.name === name)) {
      for (const input of activations(model, node)) {
        const edge = { name: input, ...model.tensors.get(input)! }
        const others = model.outputs.filter((output) => output.name !== name)
        if (model.inputs.some((i) => i.name === input)) continue
        yield prune({ ...model, outputs: [...others, edge] })
      }
    }
    for (const input of activations(model, node)) {
      if (sameType(model, input, name)) yield prune(bypass(model, node, input))
    }
  }
  for (const node of model.nodes) {
    const name = node.outputs[0]!
    if (activations(model, node).length === 0 || model.outputs.some((o) => o.name === name)) continue
    const nodes = model.nodes.filter((n) => n !== node)
    const edge = { name, ...model.tensors.get(name)! }
    yield prune({ ...model, nodes, inputs: [...model.inputs, edge] })
  }
}

/** Inputs of a node that are no constants. */
function activations(model: RandomModel, node: ModelNode): string[] {
  const constants = new Set((model.initializers ?? []).map((c) => c.name))
  for (const { operator, outputs } of model.nodes) if (operator === 'Constant') constants.add(outputs[0]!)
  return node.inputs.filter((name) => name !== '' && !constants.has(name))
}

const sameType = ({ tensors }: RandomModel, a: string, b: string): boolean => {
  const [left, right] = [tensors.get(a)!, tensors.get(b)!]
  return left.type === right.type && `${left.shape}` === `${right.shape}`
}

function bypass(model: RandomModel, node: ModelNode, input: string): RandomModel {
  const name = node.outputs[0]!
  const renamed = (n: string) => (n === name ? input : n)
  const edge = { name: input, ...model.tensors.get(input)! }
  return {
    ...model,
    nodes: model.nodes.filter((n) => n !== node).map((n) => ({ ...n, inputs: n.inputs.map(renamed) })),
    outputs: model.outputs.map((output) => (output.name === name ? edge : output)),
  }
}

/** Without what no output needs. */
function prune(model: RandomModel): RandomModel {
  const needed = new Set(model.outputs.map((output) => output.name))
  const nodes: ModelNode[] = []
  for (const node of [...model.nodes].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    for (const name of node.inputs) needed.add(name)
    nodes.push(node)
  }
  return {
    ...model,
    nodes: nodes.reverse(),
    inputs: model.inputs.filter((input) => needed.has(input.name)),
    initializers: (model.initializers ?? []).filter((constant) => needed.has(constant.name)),
  }
}
