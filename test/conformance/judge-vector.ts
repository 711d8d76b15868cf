// SPDX-License-Identifier: Apache-2.0
// One test vector of CMSIS-NN: the operator with the vector's own multipliers, by our reference and our kernels, against the
// output that the vector states. A vector is 'refused' where its file does not determine it.
import { defaultOptions } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { bytesOf, openEvaluation } from '../../compiler/evaluate.js'
import { normalizeModel } from '../../compiler/front-end.js'
import { tensorOf } from '../../compiler/ir/graph.js'
import { allocate, type Data, sizeOf } from '../../compiler/ir/types.js'
import type { NormalizedGraph } from '../../compiler/passes/normalize.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import type { ModelEdge } from '../../runtime/verify/feeds.js'
import { differenceOf, type Subject } from '../random/compare.js'
import type { Verdict } from './judge.js'
import { Incomplete, VectorFile } from './vector-file.js'
import type { Vector } from './vectors/vector.js'
import { vectorOf } from './vectors.js'

/** Operators that the vector's numbers go to: whatever computes, not what moves elements to another layout. */
const moves: readonly string[] = ['transpose', 'reshape', 'constant', 'pad', 'clip']

const inputNames = ['lhs_input_tensor', 'input1', 'input_tensor_1', 'input_tensor', 'input']
const secondNames = ['rhs_input_tensor', 'input2', 'input_tensor_2']
const outputNames = ['output_ref', 'output']

export function judgeVector(path: string): Verdict {
  const file = VectorFile.read(path)
  try {
    const vector = vectorOf(file)
    const graph = statedGraph(vector)
    const edges = (names: readonly string[]) => names.map((name) => edgeOf(graph, name))
    const [inputs, outputs] = [edges(graph.inputs), edges(graph.outputs)]
    const usual = () => inputs.map(({ shape }, i) => file.array([inputNames, secondNames][i]!, sizeOf(shape)))
    const runs = (vector.runs ?? [usual()]).map((data) => data.map(bytesOf))
    const { name, type, shape } = outputs[0]!
    const stated = file.array(vector.output ? [vector.output] : outputNames, sizeOf(shape))
    const { invoke } = openEvaluation(graph, 'model')
    const results = runs.map((bytes) => invoke(bytes))
    // Only what the last run gives is stated; the kernels are compared with the reference on those before it.
    const expectedOf = (data: Data) => ({ [name]: { type, dims: shape, data } })
    const samples = runs.map((bytes, i) => ({
      bytes,
      expected: expectedOf(i === runs.length - 1 ? stated : dataOf(results[i]![0]!, outputs[0]!)),
    }))
    const subject: Subject = { graph, inputs, outputs, samples }
    const text = differenceOf({ ...subject, samples: samples.slice(-1) }, () => results.at(-1)!)
    return text === null ? { kind: 'exact', subject, differsFromRecorded: false } : { kind: 'mismatch', text }
  } catch (error) {
    if (error instanceof Incomplete) return incomplete(error.message)
    if (!(error instanceof CapletError)) throw error
    return { kind: 'refused', problems: error.problems }
  }
}

/** The vector's model, with the numbers that it states in the attributes of what computes. */
function statedGraph({ text, attributes }: Vector): NormalizedGraph {
  const model = modelFromBytes(writeTflite(text), 'vector.tflite')
  const read = normalizeModel(model, defaultOptions, () => {})
  const computing = read.nodes.filter(({ operator }) => !moves.includes(operator))
  if (computing.length !== attributes.length) {
    throw new Error(`${computing.length} nodes compute, but ${attributes.length} have numbers`)
  }
  const nodes = read.nodes.map((node) => {
    const index = computing.indexOf(node)
    return index < 0 ? node : { ...node, attributes: attributes[index]!(node.attributes) }
  })
  return { ...read, nodes }
}

function dataOf(bytes: Uint8Array, { type, shape }: ModelEdge): Data {
  const data = allocate(type, sizeOf(shape))
  bytesOf(data).set(bytes)
  return data
}

function edgeOf(graph: NormalizedGraph, name: string): ModelEdge {
  const { type, shape } = tensorOf(graph, name)
  return { name, type, shape, modelShape: shape, scale: null, zero_point: null }
}

const incomplete = (reason: string): Verdict => ({
  kind: 'refused',
  problems: [{ code: 'vector-incomplete', message: reason }],
})
