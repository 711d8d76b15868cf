// SPDX-License-Identifier: Apache-2.0
// One test vector of CMSIS-NN: the operator with the vector's own multipliers, by our reference and our kernels, against the
// output that the vector states. A vector is 'refused' where it cannot be replayed.
import { defaultOptions } from '../../compiler/compile.js'
import { CapletError } from '../../compiler/errors.js'
import { bytesOf, evaluateBytes } from '../../compiler/evaluate.js'
import { normalizeModel } from '../../compiler/front-end.js'
import { tensorOf } from '../../compiler/ir/graph.js'
import { sizeOf } from '../../compiler/ir/types.js'
import type { NormalizedGraph } from '../../compiler/passes/normalize.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import type { ModelEdge } from '../../runtime/verify/feeds.js'
import { differenceOf, type Subject } from '../random/compare.js'
import type { Verdict } from './judge.js'
import { Incomplete, VectorFile } from './vector-file.js'
import { vectorOf } from './vectors.js'

/** Operators that the vector's numbers go to: whatever computes, not what moves elements to another layout. */
const moves: readonly string[] = ['transpose', 'reshape', 'constant', 'pad', 'clip']

const inputNames = ['lhs_input_tensor', 'input1', 'input_tensor_1', 'input_tensor', 'input']
const secondNames = ['rhs_input_tensor', 'input2', 'input_tensor_2']
const outputNames = ['output_ref', 'output']

export function judgeVector(path: string): Verdict {
  const file = new VectorFile(path)
  try {
    const vector = vectorOf(file)
    if (typeof vector === 'string') return notReplayed(vector)
    const model = modelFromBytes(writeTflite(vector.text), 'vector.tflite')
    const read = normalizeModel(model, defaultOptions, () => {})
    const nodes = read.nodes.map((node) =>
      moves.includes(node.operator) ? node : { ...node, attributes: vector.attributes(node.attributes) },
    )
    const graph: NormalizedGraph = { ...read, nodes }
    const edges = (names: readonly string[]) => names.map((name) => edgeOf(graph, name))
    const [inputs, outputs] = [edges(graph.inputs), edges(graph.outputs)]
    const given = [inputNames, secondNames].slice(0, inputs.length)
    const bytes = given.map((names, i) => bytesOf(file.array(names, sizeOf(inputs[i]!.shape))))
    const { type, shape } = outputs[0]!
    const data = file.array(outputNames, sizeOf(shape))
    const samples = [{ bytes, expected: { [outputs[0]!.name]: { type, dims: shape, data } } }]
    const subject: Subject = { graph, inputs, outputs, samples }
    const text = differenceOf(subject, (inputBytes) => evaluateBytes(graph, inputBytes, 'model'))
    return text === null ? { kind: 'exact', subject, differsFromRecorded: false } : { kind: 'mismatch', text }
  } catch (error) {
    if (error instanceof Incomplete) return notReplayed(error.message)
    if (!(error instanceof CapletError)) throw error
    return { kind: 'refused', problems: error.problems }
  }
}

function edgeOf(graph: NormalizedGraph, name: string): ModelEdge {
  const { type, shape } = tensorOf(graph, name)
  return { name, type, shape, modelShape: shape, scale: null, zero_point: null }
}

const notReplayed = (reason: string): Verdict => ({
  kind: 'refused',
  problems: [{ code: 'unsupported-operator', message: `Not replayed: ${reason}`, remedy: '' }],
})
