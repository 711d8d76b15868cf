// SPDX-License-Identifier: Apache-2.0
// Our own reference in the oracle's place, where the contract's is not to be had on this machine: a capsule is still held
// to it, but nothing is said about the contract.
import { type Evaluation, openEvaluation } from '../../compiler/evaluate.js'
import { type Graph, tensorOf } from '../../compiler/ir/graph.js'
import { allocate, type Data, sizeOf } from '../../compiler/ir/types.js'
import type { Oracle } from './oracle.js'

const bytesOf = (data: Data): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

/** Takes and gives the quanta of the graph's edges. */
export const ownReference = (graph: Graph): Oracle => over(graph, openEvaluation(graph, 'model'))

const over = (graph: Graph, evaluation: Evaluation): Oracle => ({
  inputNames: graph.inputs,
  outputNames: graph.outputs,
  inputTypes: new Map(graph.inputs.map((name) => [name, tensorOf(graph, name).type])),
  run: async (feeds) => {
    const results = evaluation.invoke(graph.inputs.map((name) => bytesOf(feeds[name]!.data)))
    return Object.fromEntries(
      graph.outputs.map((name, index) => {
        const { type, shape } = tensorOf(graph, name)
        const data = allocate(type, sizeOf(shape))
        bytesOf(data).set(results[index]!)
        return [name, { type, dims: shape, data }]
      }),
    )
  },
  reset: async () => evaluation.reset(),
  release: async () => {},
})
