// SPDX-License-Identifier: Apache-2.0
// Many random models in one capsule: building takes most of the time, and one build of many networks costs far less than
// many builds. Each network keeps its own inputs and outputs; one `invoke` runs them all.
import { assemble } from '../../compiler/codegen/assemble.js'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { type Graph, statesOf } from '../../compiler/ir/graph.js'
import { lowerGraph } from '../../compiler/passes/lower.js'
import { joinGraphs } from '../../compiler/passes/random-graph.js'
import { openNode } from '../../runtime/node.js'
import { differenceOf, type Subject } from './compare.js'

/** Per model what the kernels do differently from the oracle, in words; null = nothing. */
export async function compareKernels(subjects: readonly Subject[]): Promise<(string | null)[]> {
  const graphs = subjects.map(({ graph }, i) => prefixed(graph, `m${i}/`))
  const capsule = await openNode((await build(joinGraphs(graphs))).wasm)
  // A model with fewer samples than another runs them over again.
  const sampleCount = Math.max(...subjects.map(({ samples }) => samples.length))
  const results: Uint8Array[][][] = subjects.map(() => [])
  for (let k = 0; k < sampleCount; k++) {
    const outputs = capsule.invoke(subjects.flatMap(({ samples }) => samples[k % samples.length]!.bytes))
    subjects.forEach((subject, i) => {
      results[i]!.push(outputs.splice(0, subject.outputs.length))
    })
  }
  return subjects.map((subject, i) => {
    const own = results[i]!
    return differenceOf(subject, () => own.shift()!)
  })
}

function build(graph: Graph): Promise<Capsule> {
  const program = lowerGraph(graph, { edgeLayout: 'model', preferFloat: false, quantization: new Map() })
  const info = {
    compilerVersion: '0',
    contract: { name: 'onnxruntime', reference: 'random', version: '0' },
    modelName: 'random',
    modelSha256: '0'.repeat(64),
    expectedOutputs: null,
  }
  return assemble(program, info, { name: 'random', converge: false })
}

/** Every name with the prefix in front. */
function prefixed(graph: Graph, prefix: string): Graph {
  const named = (names: readonly string[]) => names.map((name) => prefix + name)
  return {
    name: graph.name,
    inputs: named(graph.inputs),
    outputs: named(graph.outputs),
    tensors: new Map(
      [...graph.tensors].map(([name, tensor]) => [prefix + name, { ...tensor, name: prefix + name }]),
    ),
    states: statesOf(graph).map((state) => ({
      ...state,
      before: prefix + state.before,
      after: prefix + state.after,
    })),
    nodes: graph.nodes.map((node) => ({
      ...node,
      name: prefix + node.name,
      inputs: named(node.inputs),
      outputs: named(node.outputs),
    })),
  }
}
