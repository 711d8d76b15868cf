// SPDX-License-Identifier: Apache-2.0
// Prefix models: the model up to one of its tensors, which becomes the output.
//
//     x -> A -> t -> B -> y      cut at t  =>      x -> A -> t
//
// Naming a tensor as output changes what the reference fuses, so only cuts are used after which the normalized prefix
// is node for node a part of the normalized whole. In practice: behind a tensor that the model quantizes.
import { isDeepStrictEqual } from 'node:util'
import type { onnx } from 'onnx-proto'
import onnxProto from 'onnx-proto'
import { CapletError } from '../../compiler/errors.js'
import { type OnnxGraph, readOnnx } from '../../compiler/import/onnx.js'
import { isTflite, readTflite, withOutput } from '../../compiler/import/tflite.js'
import type { Graph, Node } from '../../compiler/ir/graph.js'
import { type ElementType, isQuantizedType } from '../../compiler/ir/types.js'
import { inferTypes, type Shapes } from '../../compiler/passes/infer-types.js'
import { type ModelFile, modelFromBytes } from '../../compiler/read-model.js'

export interface Prefix {
  /** The tensor of the model that is the prefix's output. */
  readonly tensor: string
  readonly model: ModelFile
}

/** Prefixes in execution order, shortest first; each one's fusions are still to be compared with `keepsNodes`. */
export function* prefixesOf(model: ModelFile, shapes: Shapes): Generator<Prefix> {
  if (isTflite(model.bytes)) {
    yield* tflitePrefixesOf(model)
    return
  }
  const typed = inferTypes(readOnnx(model.bytes, model.loadExternal), shapes)
  for (const tensor of cutsOf(typed)) {
    const bytes = cut(model.bytes, tensor, typed)
    yield { tensor, model: modelFromBytes(bytes, model.path, model.loadExternal) }
  }
}

/** Every quantized result of a node, as the file's only output. */
function* tflitePrefixesOf(model: ModelFile): Generator<Prefix> {
  const { nodes, tensors } = readTflite(model.bytes)
  const places = new Map([...tensors.keys()].map((name, place) => [name, place]))
  for (const tensor of nodes.flatMap(({ outputs }) => outputs)) {
    const type = tensors.get(tensor)?.type
    if (type !== 'int8' && type !== 'int16') continue
    const bytes = withOutput(model.bytes, places.get(tensor)!)
    yield { tensor, model: modelFromBytes(bytes, model.path) }
  }
}

/** Tensors behind which a cut may leave the fusions alone: 8-bit ones, read through their DequantizeLinear if they have one. */
function cutsOf(graph: OnnxGraph): string[] {
  const cuts: string[] = []
  for (const node of graph.nodes) {
    for (const output of node.outputs) {
      const tensor = graph.tensors.get(output)
      if (!tensor || tensor.constant) continue
      if (graph.outputs.includes(output)) cuts.push(output)
      else if (isQuantizedType(tensor.type)) cuts.push(dequantizedBy(graph, output) ?? output)
    }
  }
  return [...new Set(cuts)]
}

function dequantizedBy(graph: OnnxGraph, name: string): string | undefined {
  const reader = graph.nodes.find((n) => n.operator.endsWith('DequantizeLinear') && n.inputs[0] === name)
  return reader?.outputs[0]
}

/** Numbers of TensorProto.DataType. */
const elementNumbers: Partial<Record<ElementType, number>> = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9 },
}

function cut(bytes: Uint8Array, tensor: string, typed: OnnxGraph): Uint8Array {
  const message = onnxProto.onnx.ModelProto.decode(bytes)
  const graph = message.graph!
  const { nodes, read } = ancestors(graph.node ?? [], tensor)
  graph.node = nodes
  graph.initializer = (graph.initializer ?? []).filter(({ name }) => read.has(name ?? ''))
  graph.input = (graph.input ?? []).filter(({ name }) => read.has(name ?? ''))
  graph.valueInfo = []
  const { type, shape } = typed.tensors.get(tensor)!
  const elemType = elementNumbers[type]
  if (elemType === undefined) throw new Error(`no number for ${type}`)
  const dim = shape.map((dimValue) => ({ dimValue }))
  graph.output = [{ name: tensor, type: { tensorType: { elemType, shape: { dim } } } }]
  return onnxProto.onnx.ModelProto.encode(message).finish()
}

/** The nodes that a tensor depends on, in the file's order, and every name that they read. */
function ancestors(
  nodes: readonly onnx.INodeProto[],
  tensor: string,
): { nodes: onnx.INodeProto[]; read: Set<string> } {
  const producers = new Map(nodes.flatMap((node) => (node.output ?? []).map((name) => [name, node] as const)))
  const kept = new Set<onnx.INodeProto>()
  const read = new Set<string>()
  const open = [tensor]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = producers.get(name)
    if (!node || kept.has(node)) continue
    kept.add(node)
    for (const input of node.input ?? []) {
      read.add(input)
      open.push(input)
    }
  }
  return { nodes: nodes.filter((node) => kept.has(node)), read }
}

/** Every node of `part` is in `whole`, with the same attributes. */
export function keepsNodes(part: Graph, whole: Graph): boolean {
  const byName = new Map(whole.nodes.map((node) => [node.name, node]))
  return part.nodes.every((node) => isSame(node, byName.get(node.name)))
}

const isSame = (a: Node, b: Node | undefined): boolean =>
  a.operator === b?.operator && isDeepStrictEqual(a.attributes, b.attributes)

/** The lowered prefix; null where the prefix by itself does not compile. */
export function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof CapletError) return null
    throw error
  }
}
