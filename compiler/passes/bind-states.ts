// SPDX-License-Identifier: Apache-2.0
/**
 * Inputs and outputs that the user has bound together (`--state h_in=h_out`) become states: what a run gives out, the next
 * one reads.
 *
 *     x, h_in -> [model] -> y, h_out     =>     x -> [model] -> y     state h_in <- h_out, at first 0
 *
 * At first means a real 0: the zero point of a quantized edge.
 * Pre: step 4 is done: edges have their types, shapes and quantization.
 */
import { CapletError, type Problem } from '../errors.js'
import { type Graph, type State, statesOf, tensorOf } from '../ir/graph.js'
import { allocate, type Quantization, sizeOf } from '../ir/types.js'
import type { NormalizedGraph } from './normalize.js'

/** Output by input. */
export type StateBindings = ReadonlyMap<string, string>

/** Throws CapletError with everything that does not fit. */
export function bindStates(graph: NormalizedGraph, bindings: StateBindings): NormalizedGraph {
  if (bindings.size === 0) return graph
  const pairs = [...bindings]
  const problems = pairs.flatMap(([input, output], index) => {
    const isRepeated = pairs.slice(0, index).some(([, other]) => other === output)
    return isRepeated
      ? [notBindable(input, output, 'that output is bound already')]
      : problemOf(graph, input, output)
  })
  if (problems.length > 0) throw new CapletError(problems)
  const outputs = new Set(bindings.values())
  return {
    ...graph,
    inputs: graph.inputs.filter((name) => !bindings.has(name)),
    outputs: graph.outputs.filter((name) => !outputs.has(name)),
    states: [...statesOf(graph), ...pairs.map(([input, output]) => stateOf(graph, input, output))],
  }
}

function problemOf(graph: NormalizedGraph, input: string, output: string): Problem[] {
  const missing = graph.inputs.includes(input) ? missingOutput(graph, output) : missingInput(graph, input)
  if (missing !== null) return [notBindable(input, output, missing)]
  const [before, after] = [input, output].map((name) => describe(graph, name))
  return before === after ? [] : [notBindable(input, output, `the input is ${before}, the output ${after}`)]
}

const missingInput = ({ inputs }: Graph, name: string) =>
  inputs.includes(name) ? null : `there is no input "${name}": ${listOf(inputs)}`

const missingOutput = ({ outputs }: Graph, name: string) =>
  outputs.includes(name) ? null : `there is no output "${name}": ${listOf(outputs)}`

const listOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ')

/** Equal texts, equal bytes. */
function describe(graph: NormalizedGraph, name: string): string {
  const { type, shape } = tensorOf(graph, name)
  return `${type} [${shape}]${inWords(graph.quantization.get(name))}`
}

const inWords = (quantization: Quantization | undefined): string =>
  quantization ? ` of scale ${quantization.scale} and zero point ${quantization.zeroPoint}` : ''

function stateOf(graph: NormalizedGraph, before: string, after: string): State {
  const { type, shape } = tensorOf(graph, before)
  const zero = graph.quantization.get(before)?.zeroPoint ?? 0
  const data = allocate(type, sizeOf(shape))
  if (zero !== 0) (data as Int8Array).fill(zero)
  return { before, after, initial: { type, shape, data } }
}

const notBindable = (input: string, output: string, why: string): Problem => ({
  code: 'state-mismatch',
  message: `--state ${input}=${output} cannot be kept: ${why}`,
  remedy:
    'Bind an input to an output of the same shape, type, scale and zero point: export the model so, or keep both float with --io float.',
})
