// SPDX-License-Identifier: Apache-2.0
// Layouts, views, in-place results and memory sharing on random graphs: capsule and integer reference give the same bytes.
import { expect, it } from 'vitest'
import { evaluateGraph } from '../evaluate.js'
import { Random } from '../operators/random.js'
import { runGraph } from '../operators/test-bench.js'
import { joinGraphs, randomGraph } from './random-graph.js'

const seeds = [1, 2, 3]

it.each(seeds.flatMap((seed) => [[seed, 'model'] as const, [seed, 'nhwc'] as const]))(
  'equals the reference (seed %i, edges %s)',
  async (seed, layout) => {
    const random = new Random(seed)
    const graphs = Array.from({ length: 12 }, (_, index) =>
      randomGraph(random, `g${index}_`, random.integer(3, 10)),
    )
    const graph = joinGraphs(graphs)
    const inputs = graph.inputs.map((name) => random.tensor('int8', graph.tensors.get(name)!.shape))
    const values = evaluateGraph(graph, inputs)
    const results = await runGraph(graph, inputs, layout)
    const wrong = graph.outputs.filter((name, index) => {
      const expected = values.get(name)!.data
      return (
        results[index]!.length !== expected.length ||
        results[index]!.some((value, i) => value !== expected[i])
      )
    })
    const producers = wrong.map((name) => graph.nodes.find((node) => node.outputs.includes(name))?.operator)
    expect(wrong.map((name, index) => `${name} (${producers[index]})`)).toEqual([])
  },
  240_000,
)
