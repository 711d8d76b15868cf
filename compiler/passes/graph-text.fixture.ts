// SPDX-License-Identifier: Apache-2.0
// Tests of passes write graphs as text (test/random/text.ts), with or without indentation.
import { writeModel } from '../../runtime/oracle/write-model.js'
import { parseModel } from '../../test/random/text.js'
import { CapletError, type Problem } from '../errors.js'
import { type OnnxGraph, readOnnx, type SourceModel } from '../import/onnx.js'
import type { Graph } from '../ir/graph.js'
import { inferTypes, type Shapes } from './infer-types.js'
import { type EdgeIo, type NormalizedGraph, normalize } from './normalize.js'

export const dedent = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join('\n')

export const sourceOf = (text: string): SourceModel =>
  readOnnx(writeModel(parseModel(dedent(text))), () => new Uint8Array(0))

/** The graph after step 3. */
export const typedGraph = (text: string, shapes: Shapes = new Map()): OnnxGraph =>
  inferTypes(sourceOf(text), shapes)

/** The graph after step 4. */
export const normalizedGraph = (text: string, io: EdgeIo = 'quantized'): NormalizedGraph =>
  normalize(typedGraph(text), io)

/** operator "label" (inputs) -> output: type, a node a line. */
export const nodesOf = (graph: Graph): string =>
  graph.nodes
    .map(({ operator, inputs, outputs, attributes }) => {
      const label = attributes.label === undefined ? '' : `"${attributes.label}" `
      const types = outputs.map((name) => `${name}: ${graph.tensors.get(name)!.type}`)
      return `${operator} ${label}(${inputs.join(', ')}) -> ${types.join(', ')}`
    })
    .join('\n')

/** What the step refuses. */
export function problemsOf(step: () => unknown): readonly Problem[] {
  try {
    step()
  } catch (error) {
    if (error instanceof CapletError) return error.problems
    throw error
  }
  return []
}

/** "code node" of each problem. */
export const refusals = (step: () => unknown): string[] =>
  problemsOf(step).map(({ code, node }) => (node === undefined ? code : `${code} ${node}`))
