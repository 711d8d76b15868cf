// SPDX-License-Identifier: Apache-2.0
// Runs operator cases through the real way of a graph (layouts, lowering, memory plan, build, every runtime that is here)
// and compares every output byte with the operator's reference. All cases of a call become one capsule, one node each.

import { presentRuntimes } from '../../runtime/list.js'
import { assemble } from '../codegen/assemble.js'
import type { Capsule } from '../codegen/capsule.js'
import { bytesOf, fromEdge, toEdge } from '../evaluate.js'
import { type Graph, type Node, type Tensor, tensorOf } from '../ir/graph.js'
import type { OperatorAttributes, OperatorName } from '../ir/operators.js'
import { allocate, type Constant, type Data, type ElementType, sizeOf } from '../ir/types.js'
import type { EdgeLayout } from '../passes/assign-layouts.js'
import { lowerGraph } from '../passes/lower.js'
import type { TypedNode, Value } from './definition.js'
import { definitionOf } from './list.js'

/** One node with its input data. */
export interface OperatorCase<Name extends OperatorName = OperatorName> {
  readonly name: string
  readonly operator: Name
  readonly attributes: OperatorAttributes[Name]
  readonly inputs: readonly Constant[]
  readonly outputs: readonly { readonly type: ElementType; readonly shape: readonly number[] }[]
}

export interface BenchOptions {
  readonly preferFloat?: boolean
  readonly reuseMemory?: boolean
}

type AnyNode = TypedNode<OperatorName>

/** What the operator's reference gives for the case. */
export function referenceOf(operatorCase: OperatorCase): Value[] {
  const { node, outputs } = nodeOf(operatorCase, 0)
  return definitionOf(node.operator).reference(node, operatorCase.inputs, outputs)
}

/** One line per case that differs: which output, where, and both values. Empty = all equal, under both edge layouts. */
export async function compareWithReference(
  cases: readonly OperatorCase[],
  options: BenchOptions = {},
): Promise<string[]> {
  const expected = cases.map(referenceOf)
  const differences: string[] = []
  for (const layout of ['model', 'nhwc'] as const) {
    const outputs = await runCases(cases, layout, options)
    cases.forEach((operatorCase, index) => {
      const found = firstDifference(expected[index]!, outputs[index]!)
      if (found) differences.push(`${operatorCase.name} (${layout}): ${found}`)
    })
  }
  return differences
}

/** Outputs of every case, row-major in the model's order. */
async function runCases(
  cases: readonly OperatorCase[],
  layout: EdgeLayout,
  options: BenchOptions,
): Promise<Data[][]> {
  const inputs = cases.flatMap((operatorCase) => operatorCase.inputs)
  const results = await runGraph(graphOf(cases), inputs, layout, options)
  return cases.map(({ outputs }) => results.splice(0, outputs.length))
}

/** The graph's outputs, row-major in the model's order, as its capsule computes them in one `invoke`. */
export async function runGraph(
  graph: Graph,
  inputs: readonly Value[],
  layout: EdgeLayout,
  options: BenchOptions = {},
): Promise<Data[]> {
  return (await runSteps(graph, [inputs], layout, options))[0]!
}

/** The same for one `invoke` after the other, from `reset` on. */
export async function runSteps(
  graph: Graph,
  steps: readonly (readonly Value[])[],
  layout: EdgeLayout,
  options: BenchOptions = {},
): Promise<Data[][]> {
  const capsule = await assembleGraph(graph, layout, options)
  const { instance } = await WebAssembly.instantiate(capsule.wasm as BufferSource)
  const exports = instance.exports as unknown as Exports
  const memory = new Uint8Array(exports.memory.buffer)
  // Nothing may depend on what memory held before.
  memory.fill(0xa5, 0, capsule.memory.total)
  exports.reset?.()
  const edges = steps.map((inputs) => inputs.map(({ data, shape }) => bytesOf(toEdge(data, shape, layout))))
  const results = edges.map((inputs) => {
    capsule.inputs.forEach((edge, index) => {
      memory.set(inputs[index]!, edge.offset)
    })
    exports.invoke()
    return capsule.outputs.map(({ offset, bytes }) => memory.slice(offset, offset + bytes))
  })
  await confirmElsewhere(capsule, edges, results)
  return results.map((outputs) =>
    graph.outputs.map((name, index) => {
      const { type, shape } = tensorOf(graph, name)
      const data = allocate(type, sizeOf(shape))
      bytesOf(data).set(outputs[index]!)
      return fromEdge(data, shape, layout)
    }),
  )
}

interface Exports {
  readonly memory: WebAssembly.Memory
  invoke(): void
  reset?(): void
}

/** The same capsule in the other runtimes that are here. Throws where one gives another byte. */
async function confirmElsewhere(
  capsule: Capsule,
  steps: readonly (readonly Uint8Array[])[],
  expected: readonly (readonly Uint8Array[])[],
): Promise<void> {
  const { present } = await presentRuntimes(undefined)
  for (const { runtime, needsWasi } of present) {
    if (runtime.name === 'node' || needsWasi) continue
    const running = await runtime.open(capsule)
    const results = await running.run(steps)
    await running.close()
    expected.forEach((outputs, step) => {
      outputs.forEach((bytes, i) => {
        const at = bytes.findIndex((byte, k) => byte !== results[step]![i]![k])
        if (at >= 0)
          throw new Error(`${runtime.name}: ${capsule.outputs[i]!.name} differs from V8 at byte ${at}`)
      })
    })
  }
}

/** All cases in one capsule. */
export const assembleCases = (
  cases: readonly OperatorCase[],
  layout: EdgeLayout,
  options: BenchOptions = {},
) => assembleGraph(graphOf(cases), layout, options)

async function assembleGraph(graph: Graph, layout: EdgeLayout, options: BenchOptions): Promise<Capsule> {
  const program = lowerGraph(graph, {
    edgeLayout: layout,
    preferFloat: options.preferFloat ?? false,
    quantization: new Map(),
  })
  const info = {
    compilerVersion: '0',
    contract: { name: 'onnxruntime', reference: 'cases', version: '0' },
    modelName: 'cases',
    modelSha256: '0'.repeat(64),
    expectedOutputs: null,
  }
  return assemble(program, info, { name: 'cases', converge: false, reuseMemory: options.reuseMemory ?? true })
}

function graphOf(cases: readonly OperatorCase[]): Graph {
  const parts = cases.map(nodeOf)
  const tensors = parts.flatMap((part) => [...part.inputs, ...part.outputs])
  const names = (list: readonly Tensor[]) => list.map((tensor) => tensor.name)
  return {
    name: 'cases',
    inputs: names(parts.flatMap((part) => part.inputs)),
    outputs: names(parts.flatMap((part) => part.outputs)),
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    nodes: parts.map((part) => part.node),
  }
}

function nodeOf(
  operatorCase: OperatorCase,
  index: number,
): { node: AnyNode; inputs: Tensor[]; outputs: Tensor[] } {
  const inputs = operatorCase.inputs.map(({ type, shape }, k) => ({
    name: `case_${index}_input_${k}`,
    type,
    shape,
  }))
  const outputs = operatorCase.outputs.map(({ type, shape }, k) => ({
    name: `case_${index}_output_${k}`,
    type,
    shape,
  }))
  const node: Node = {
    name: operatorCase.name,
    operator: operatorCase.operator,
    inputs: inputs.map((tensor) => tensor.name),
    outputs: outputs.map((tensor) => tensor.name),
    attributes: operatorCase.attributes as unknown as Node['attributes'],
  }
  return { node: node as AnyNode, inputs, outputs }
}

/** Every NaN counts as the same; -0 and 0 do not. */
export function firstDifference(expected: readonly Value[], actual: readonly Data[]): string | null {
  for (const [output, { data }] of expected.entries()) {
    const found = actual[output]!
    if (found.length !== data.length)
      return `output ${output} has ${found.length} elements instead of ${data.length}`
    const values: (number | bigint)[] = Array.from(data as ArrayLike<number | bigint>)
    const index = values.findIndex((value, i) => !Object.is(value, found[i]))
    if (index >= 0) return `output ${output}[${index}] is ${found[index]} instead of ${data[index]}`
  }
  return null
}
