// SPDX-License-Identifier: Apache-2.0
// Names the first node that computes something else. Either the capsule differs from our own reference: then it is
// compared tensor by tensor, compiled so that every tensor keeps its bytes. Or our reference differs from the contract's:
// then both run prefixes of the model.

import type { ProgramTensor, Step } from '../../compiler/codegen/program.js'
import { bytesOf, evaluateBytes, evaluateGraph, fromEdge, toEdge } from '../../compiler/evaluate.js'
import { stridesOf } from '../../compiler/ir/layout.js'
import {
  allocate,
  bytesPerElement,
  type Data,
  isQuantizedType,
  rowMajorStrides,
  sizeOf,
} from '../../compiler/ir/types.js'
import type { Value } from '../../compiler/operators/definition.js'
import type { EdgeLayout } from '../../compiler/passes/assign-layouts.js'
import { elementsOf, quantizationOf, quantizeAll } from '../edge-values.js'
import { nodeRuntime } from '../node.js'
import type { OracleTensor } from '../oracle/oracle.js'
import { openReference, referenceTitle } from '../oracle/reference.js'
import type { EdgeBytes, Runtime } from '../runtime.js'
import { compareData, compareOutput, feedsOf, type ModelEdge } from './feeds.js'
import { attempt, keepsNodes, prefixesOf } from './prefixes.js'
import { modelEdges, type Subject, type Toolchain } from './subject.js'

export interface Location {
  /** null where no single node is to blame. */
  readonly node: string | null
  /** What was found, for people. */
  readonly note: string
}

/** The first node whose result differs, given inputs on which the capsule's outputs do. */
export async function locate(
  subject: Subject,
  inputs: EdgeBytes,
  runtime: Runtime | null,
  tools: Toolchain,
): Promise<Location> {
  const fault = await locateInLowering(subject, inputs, tools)
  if (fault) return fault
  if (runtime) return locateInCapsule(subject, inputs, runtime, tools)
  return { node: null, note: `Our reference equals ${referenceTitle(subject.model.bytes)} on the model.` }
}

/** null where our reference equals the contract's on the whole model. */
async function locateInLowering(
  subject: Subject,
  inputs: EdgeBytes,
  tools: Toolchain,
): Promise<Location | null> {
  const { options, graph, model } = subject
  if (options.contract === 'integer') return null // our reference is its definition
  const edges = modelEdges(subject.program.inputs, graph)
  const feeds = feedsOf(edges, inputs, options.edgeLayout)
  if ((await differingOutput(subject, inputs)) === null) return null
  const title = referenceTitle(model.bytes)
  for (const prefix of prefixesOf(model, options.shapes)) {
    const shapes = new Map([...options.shapes].filter(([name]) => name in feeds))
    const lowered = attempt(() => tools.lower(prefix.model, { ...options, shapes }))
    if (!lowered || !keepsNodes(lowered.graph, graph)) continue
    const part = { ...subject, ...lowered, model: prefix.model }
    const given = modelEdges(part.program.inputs, part.graph).map((edge) =>
      edgeBytesOf(feeds[edge.name]!, edge, options.edgeLayout),
    )
    const name = await differingOutput(part, given)
    if (name === null) continue
    const node = part.graph.nodes.find(({ outputs }) => outputs.includes(name))?.name ?? prefix.tensor
    return {
      node,
      note: `Up to tensor "${prefix.tensor}" our own reference computes something else than ${title}: a fault of the lowering.`,
    }
  }
  return { node: null, note: `Our own reference differs from ${title}, but on no prefix of the model.` }
}

/** The first output whose bits differ between our reference and the contract's; null where none does. */
async function differingOutput(
  { model, externalData, options, graph, program }: Subject,
  inputs: EdgeBytes,
): Promise<string | null> {
  const oracle = await openReference(model.bytes, { ...options, externalData })
  if (!oracle) return null
  try {
    const edges = modelEdges(program.inputs, graph)
    const expected = await oracle.run(feedsOf(edges, inputs, options.edgeLayout, oracle.inputTypes))
    const actual = evaluateBytes(graph, inputs, options.edgeLayout)
    const index = modelEdges(program.outputs, graph).findIndex(
      (edge, i) => compareOutput(edge, actual[i]!, expected[edge.name]!, options.edgeLayout) !== null,
    )
    return graph.outputs[index] ?? null
  } finally {
    await oracle.release()
  }
}

async function locateInCapsule(
  subject: Subject,
  inputs: EdgeBytes,
  runtime: Runtime,
  tools: Toolchain,
): Promise<Location> {
  const { model, graph, program, options } = subject
  const apart = { ...options, reuseMemory: false, wasi: false }
  const { wasm, layout } = await tools.assemble(model, graph, program, apart)
  const opened = await runtime.open({ wasm, wasi: null }).catch(() => nodeRuntime.open({ wasm, wasi: null }))
  const running = opened.read(0, 0) === null ? await nodeRuntime.open({ wasm, wasi: null }) : opened
  await running.run([inputs])
  const expected = expectedValues(subject, inputs)
  for (const step of program.steps) {
    for (const output of step.outputs) {
      const value = expected.get(output)
      if (!value) continue
      const tensor = program.tensors.get(output)!
      const size = sizeOf(tensor.shape) * bytesPerElement(tensor.type)
      const bytes = await running.read(layout.addresses.get(output)!, size)!
      const actual = rowMajor(bytes, tensor)
      const difference = compareData(actual.length, (index) => actual[index]!, value.data)
      if (!difference) continue
      const { index, expected: wanted, actual: found, count } = difference
      const where = `element ${index} of "${output}" is ${found} instead of ${wanted} (${count} of ${actual.length} differ)`
      return { node: step.name, note: `The kernel of ${step.operator} is at fault: ${where}.` }
    }
  }
  return {
    node: null,
    note: 'With memory of its own for every tensor each node is right: the memory plan, or the file itself, is at fault.',
  }
}

/** Values of the program's tensors: those of the graph, and those that only change how a tensor is stored. */
function expectedValues({ graph, program, options }: Subject, inputs: EdgeBytes): Map<string, Value> {
  const given = modelEdges(program.inputs, graph).map((edge, i) => ({
    shape: edge.modelShape,
    data: fromEdge(elementsOf(inputs[i]!, edge), edge.modelShape, options.edgeLayout),
  }))
  const values = evaluateGraph(graph, given)
  for (const step of program.steps) {
    const [output] = step.outputs
    const source = isCopy(step) ? values.get(step.inputs[0]!) : undefined
    if (source && output !== undefined && !values.has(output)) values.set(output, source)
  }
  return values
}

/** A change of storage order keeps a tensor's value; the graph does not have it as a node. */
const isCopy = (step: Step): boolean => step.operator === 'transpose' && step.inputs.length === 1

function rowMajor(bytes: Uint8Array, { type, shape, layout }: ProgramTensor): Data {
  const stored = elementsOf(bytes, { type, shape })
  const strides = stridesOf(shape, layout.order)
  const plain = rowMajorStrides(shape)
  const result = allocate(type, stored.length)
  for (let index = 0; index < result.length; index++) {
    const place = strides.reduce(
      (sum, stride, axis) => sum + (Math.floor(index / plain[axis]!) % shape[axis]!) * stride,
      0,
    )
    result[index] = stored[place]!
  }
  return result
}

/** What the reference was fed, as the bytes of a prefix's own edge. */
function edgeBytesOf(feed: OracleTensor, edge: ModelEdge, layout: EdgeLayout): Uint8Array {
  const quantization = quantizationOf(edge)
  const data =
    quantization && isQuantizedType(edge.type) && feed.type === 'float32'
      ? quantizeAll(feed.data as Float32Array, edge.type, quantization)
      : feed.data
  return bytesOf(toEdge(data, edge.modelShape, layout))
}
