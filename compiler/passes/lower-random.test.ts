// SPDX-License-Identifier: Apache-2.0
// Layouts, views, in-place results, states and memory sharing on random graphs: capsule and integer reference give the same
// bytes, run after run.
import { expect, it } from 'vitest'
import { evaluateGraph, initialStates, nextStates } from '../evaluate.js'
import { Random } from '../operators/random.js'
import { runSteps } from '../operators/test-bench.js'
import { joinGraphs, randomGraph } from './random-graph.js'

const seeds = [1, 2, 3]
const runs = 4

it.each(seeds.flatMap((seed) => [[seed, 'model'] as const, [seed, 'nhwc'] as const]))(
  'equals the reference (seed %i, edges %s)',
  async (seed, layout) => {
    const random = new Random(seed)
    const graphs = Array.from({ length: 12 }, (_, index) =>
      randomGraph(random, `g${index}_`, random.integer(3, 10)),
    )
    const graph = joinGraphs(graphs)
    const steps = Array.from({ length: runs }, () =>
      graph.inputs.map((name) => random.tensor('int8', graph.tensors.get(name)!.shape)),
    )
    let states = initialStates(graph)
    const results = await runSteps(graph, steps, layout)
    const wrong = steps.flatMap((inputs, step) => {
      const values = evaluateGraph(graph, inputs, states)
      states = nextStates(graph, values)
      return graph.outputs.filter((name, index) => {
        const expected = values.get(name)!.data
        const found = results[step]![index]!
        return found.length !== expected.length || found.some((value, i) => value !== expected[i])
      })
    })
    const producers = wrong.map((name) => graph.nodes.find((node) => node.outputs.includes(name))?.operator)
    expect(wrong.map((name, index) => `${name} (${producers[index]})`)).toEqual([])
  },
  240_000,
)
