// SPDX-License-Identifier: Apache-2.0
// Step 6: from nodes to steps, each one kernel call with its constants. Below it no real numbers are left, apart from
// those of the f32 requantizer and of row operators.
import type { Edge, Program, ProgramState, ProgramTensor, Step } from '../codegen/program.js'
import { CapletError, type Problem } from '../errors.js'
import { bytesOf } from '../evaluate.js'
import { type Graph, type Node, type State, statesOf, tensorOf } from '../ir/graph.js'
import type { OperatorAttributes, OperatorName } from '../ir/operators.js'
import type { Quantization } from '../ir/types.js'
import type { LoweringContext, LoweringOptions, TypedNode } from '../operators/definition.js'
import { definitionOf } from '../operators/list.js'
import { copyTensor } from '../operators/strided-copy.js'
import { assignLayouts, type EdgeLayout, edgeOrder } from './assign-layouts.js'

export interface LowerOptions extends LoweringOptions {
  readonly edgeLayout: EdgeLayout
  /** Scale and zero point of graph inputs and outputs, by name; others have none. */
  readonly quantization: ReadonlyMap<string, Quantization>
}

/**
 * Pre: steps 3 to 5 are done: the operators are Caplet's own, every shape is static.
 * Post: every tensor has a storage order; graph outputs share their bytes with no graph input, no state and no other
 *       output.
 * Throws CapletError with every node that has no exact form.
 */
export function lowerGraph(graph: Graph, options: LowerOptions): Program {
  rejectEmpty(graph)
  const { nodes, tensors, outputs, states } = assignLayouts(graph, definitionOf, options.edgeLayout)
  const context: LoweringContext = {
    preferFloat: options.preferFloat,
    hostKernels: options.hostKernels ?? false,
    tensor: (name) => tensors.get(name)!,
  }
  const steps = lowerNodes(nodes, context)
  const all = new Map(tensors)
  const held = separateOutputs(graph, outputs, steps, all)
  const kept = separateStates(graph, states, steps, all)
  const edge = (name: string, tensor: string): Edge => {
    const { type, shape } = tensorOf(graph, name)
    return {
      name,
      type,
      shape: edgeOrder(options.edgeLayout, shape.length).map((axis) => shape[axis]!),
      quantization: options.quantization.get(name) ?? null,
      tensor,
    }
  }
  return {
    name: graph.name,
    inputs: graph.inputs.map((name) => edge(name, name)),
    outputs: graph.outputs.map((name, index) => edge(name, held[index]!)),
    states: kept,
    tensors: all,
    steps,
  }
}

/** All refusals at once, not the first only. */
function lowerNodes(nodes: readonly Node[], context: LoweringContext): Step[] {
  const steps: Step[] = []
  const problems: Problem[] = []
  for (const node of nodes) {
    const typed = node as TypedNode<OperatorName> & { attributes: OperatorAttributes[OperatorName] }
    try {
      steps.push(...definitionOf(node.operator).lower(typed, context))
    } catch (error) {
      if (!(error instanceof CapletError)) throw error
      problems.push(...error.problems)
    }
  }
  if (problems.length > 0) throw new CapletError(problems)
  return steps
}

function rejectEmpty({ nodes, tensors }: Graph): void {
  const problems = nodes.flatMap((node): Problem[] => {
    const empty = [...node.inputs, ...node.outputs].find((name) => tensors.get(name)?.shape.includes(0))
    if (empty === undefined) return []
    return [
      {
        code: 'empty-tensor',
        message: `Tensor ${empty} has no elements: its shape is [${tensors.get(empty)!.shape}].`,
        remedy: 'Remove the node, or bind the dimension that is 0 to another size.',
        node: node.name,
        operator: node.operator,
      },
    ]
  })
  if (problems.length > 0) throw new CapletError(problems)
}

/**
 * The tensors that hold the graph's outputs. An output that would be the very bytes of a graph input, of a state or of
 * another output (through views) gets a copy of its own, so that the host may write and read each edge by itself.
 */
function separateOutputs(
  graph: Graph,
  outputs: readonly string[],
  steps: Step[],
  tensors: Map<string, ProgramTensor>,
): string[] {
  const rootOf = rootsOf(steps)
  const taken = new Set([...graph.inputs, ...statesOf(graph).map(({ before }) => before)])
  return outputs.map((name, index) => {
    const root = rootOf(name)
    if (taken.has(root)) return copied(name, `output_${index}`, steps, tensors)
    taken.add(root)
    return name
  })
}

/** A value that is kept must not be a state itself, which may change first: it gets a copy. */
function separateStates(
  graph: Graph,
  states: readonly State[],
  steps: Step[],
  tensors: Map<string, ProgramTensor>,
): ProgramState[] {
  const rootOf = rootsOf(steps)
  const taken = new Set([...graph.inputs, ...states.map(({ before }) => before)])
  return states.map(({ before, after, initial }, index) => {
    const isOther = rootOf(after) !== before && taken.has(rootOf(after))
    const kept = isOther ? copied(after, `state_${index}`, steps, tensors) : after
    return { before, after: kept, initial: bytesOf(initial.data) }
  })
}

/** The tensor whose bytes a view shows. */
function rootsOf(steps: readonly Step[]): (name: string) => string {
  const viewed = new Map(steps.flatMap((s) => (s.kernel === null ? [[s.outputs[0]!, s.inputs[0]!]] : [])))
  const rootOf = (name: string): string => {
    const source = viewed.get(name)
    return source === undefined ? name : rootOf(source)
  }
  return rootOf
}

/** A copy of the tensor, made by a step of its own. */
function copied(name: string, label: string, steps: Step[], tensors: Map<string, ProgramTensor>): string {
  let copy = `${name}@${label}`
  while (tensors.has(copy)) copy += "'"
  const from = tensors.get(name)!
  tensors.set(copy, { ...from, name: copy })
  steps.push(copyTensor({ name: copy, operator: 'transpose' }, from, tensors.get(copy)!))
  return copy
}
