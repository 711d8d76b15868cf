// SPDX-License-Identifier: Apache-2.0
// Step 2 for TensorFlow Lite: the file's first subgraph as a graph, and those that it runs once to give variables their
// initial values.
import { CapletError } from '../errors.js'
import { FlatTable, malformedFile } from './flat-table.js'
import {
  fileIdentifier,
  modelFields,
  schemaVersion,
  signatureFields,
  subgraphFields,
  tensorMapFields,
} from './tflite-schema.js'
import { readSubgraph, type TfliteGraph } from './tflite-subgraph.js'

export type { TensorQuantization } from './tflite-tensor.js'

/** The model as written. */
export interface TfliteModel extends TfliteGraph {
  /** By the node that runs it once: CALL_ONCE. */
  readonly initializers: ReadonlyMap<string, TfliteGraph>
}

/** Whether the bytes begin as a TensorFlow Lite file does. */
export const isTflite = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(4, 8)) === fileIdentifier

/** Throws CapletError for everything that is not a complete model of the known schema. */
export function readTflite(bytes: Uint8Array): TfliteModel {
  const model = FlatTable.root(bytes)
  const version = model.uint32(modelFields.version, 0)
  if (version !== schemaVersion) {
    throw new CapletError({
      code: 'unsupported-version',
      message: `The model uses version ${version} of the TensorFlow Lite schema; version ${schemaVersion} is supported`,
      remedy: 'Convert the model with a current TensorFlow Lite converter.',
    })
  }
  const subgraphs = model.tables(modelFields.subgraphs)
  const [first] = subgraphs
  if (!first) throw malformedFile('The file holds no graph')
  const graph = readSubgraph(model, first, bytes, edgeNames(model))
  if (graph.outputs.length === 0) throw malformedFile('The graph has no outputs')
  const initializers = new Map(
    graph.nodes.flatMap(({ name, operator, attributes }) => {
      if (operator !== 'CALL_ONCE') return []
      const index = attributes.subgraph as number
      const called = subgraphs[index]
      if (!called || index === 0)
        throw malformedFile(`${operator} runs graph ${index} of ${subgraphs.length}`)
      return [[name, readSubgraph(model, called, bytes, new Map())] as const]
    }),
  )
  return { ...graph, initializers }
}

/** The same file with one of its tensors, by place, as the only output. Pre: it is one that readTflite takes. */
export function withOutput(bytes: Uint8Array, tensor: number): Uint8Array {
  const [subgraph] = FlatTable.root(bytes).tables(modelFields.subgraphs)
  const vector = subgraph!.placeOfVector(subgraphFields.outputs)!
  const changed = bytes.slice()
  const view = new DataView(changed.buffer)
  view.setUint32(vector, 1, true)
  view.setUint32(vector + 4, tensor, true)
  return changed
}

/** Names that the first graph's signature gives to its inputs and outputs, by tensor. */
function edgeNames(model: FlatTable): Map<number, string> {
  const names = new Map<number, string>()
  const signature = model
    .tables(modelFields.signatures)
    .find((table) => table.uint32(signatureFields.subgraph, 0) === 0)
  for (const field of [signatureFields.inputs, signatureFields.outputs]) {
    for (const entry of signature?.tables(field) ?? []) {
      const index = entry.uint32(tensorMapFields.tensor, 0)
      const name = entry.text(tensorMapFields.name)
      if (name !== '' && !names.has(index)) names.set(index, name)
    }
  }
  return names
}
