// SPDX-License-Identifier: Apache-2.0
// Names the first node that computes something else. Either the capsule differs from our own reference: then it is
// compared tensor by tensor, compiled so that every tensor keeps its bytes. Or our reference differs from the contract's:
// then both run prefixes of the model.

import type { Program, ProgramTensor, Step } from '../../compiler/codegen/program.js'
import {
  bytesOf,
  evaluateGraph,
  fromEdge,
  initialStates,
  nextStates,
  openEvaluation,
  type StateValues,
  toEdge,
} from '../../compiler/evaluate.js'
import { stridesOf } from '../../compiler/ir/layout.js'
import {
  allocate,
  bytesPerElement,
  type Data,
  isQuantumType,
  rowMajorStrides,
  sizeOf,
} from '../../compiler/ir/types.js'
import type { Value } from '../../compiler/operators/definition.js'
import type { EdgeLayout } from '../../compiler/passes/assign-layouts.js'
import { elementsOf, quantizationOf, quantizeAll } from '../edge-values.js'
import { nodeRuntime } from '../node.js'
import type { OracleTensor } from '../oracle/oracle.js'
import { referenceTitle } from '../oracle/reference.js'
import type { EdgeBytes, Runtime } from '../runtime.js'
import { openBoundReference } from './bound-reference.js'
import { compareData, compareOutput, feedsOf, type ModelEdge } from './feeds.js'
import { attempt, keepsNodes, prefixesOf } from './prefixes.js'
import { modelEdges, type Subject, type Toolchain } from './subject.js'

export interface Location {
  /** null where no single node is to blame. */
  readonly node: string | null
  /** What was found, for people. */
  readonly note: string
}

/** The first node whose result differs, given inputs of consecutive runs from the start, in the last of which outputs do. */
export async function locate(
  subject: Subject,
  steps: readonly EdgeBytes[],
  runtime: Runtime | null,
  tools: Toolchain,
): Promise<Location> {
  const fault = await locateInLowering(subject, steps, tools)
  if (fault) return fault
  if (runtime) return locateInCapsule(subject, steps, runtime, tools)
  return { node: null, note: `Our reference equals ${referenceTitle(subject.model.bytes)} on the model.` }
}

/** null where our reference equals the contract's on the whole model. */
async function locateInLowering(
  subject: Subject,
  steps: readonly EdgeBytes[],
  tools: Toolchain,
): Promise<Location | null> {
  const { options, graph, model } = subject
  if (options.contract === 'integer') return null // our reference is its definition
  const edges = modelEdges(subject.program.inputs, graph)
  const feeds = steps.map((inputs) => feedsOf(edges, inputs, options.edgeLayout))
  if ((await differingOutput(subject, steps)) === null) return null
  const title = referenceTitle(model.bytes)
  for (const prefix of prefixesOf(model, options.shapes)) {
    const shapes = new Map([...options.shapes].filter(([name]) => name in feeds[0]!))
    const lowered = attempt(() => tools.lower(prefix.model, { ...options, shapes }))
    if (!lowered || !keepsNodes(lowered.graph, graph)) continue
    const part = { ...subject, ...lowered, model: prefix.model }
    const partEdges = modelEdges(part.program.inputs, part.graph)
    const given = feeds.map((feed) =>
      partEdges.map((edge) => edgeBytesOf(feed[edge.name]!, edge, options.edgeLayout)),
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

/** The first output whose bits differ between our reference and the contract's in any run; null where none does. */
async function differingOutput(subject: Subject, steps: readonly EdgeBytes[]): Promise<string | null> {
  const { options, graph, program } = subject
  const oracle = await openBoundReference(subject)
  if (!oracle) return null
  try {
    const edges = modelEdges(program.inputs, graph)
    const evaluation = openEvaluation(graph, options.edgeLayout)
    for (const inputs of steps) {
      const expected = await oracle.run(feedsOf(edges, inputs, options.edgeLayout, oracle.inputTypes))
      const actual = evaluation.invoke(inputs)
      const index = modelEdges(program.outputs, graph).findIndex(
        (edge, i) => compareOutput(edge, actual[i]!, expected[edge.name]!, options.edgeLayout) !== null,
      )
      if (index >= 0) return graph.outputs[index]!
    }
    return null
  } finally {
    await oracle.release()
  }
}

async function locateInCapsule(
  subject: Subject,
  steps: readonly EdgeBytes[],
  runtime: Runtime,
  tools: Toolchain,
): Promise<Location> {
  const { model, graph, program, options } = subject
  const apart = { ...options, reuseMemory: false, wasi: false }
  const { wasm, layout } = await tools.assemble(model, graph, program, apart)
  const opened = await runtime.open({ wasm, wasi: null }).catch(() => nodeRuntime.open({ wasm, wasi: null }))
  const running = opened.read(0, 0) === null ? await nodeRuntime.open({ wasm, wasi: null }) : opened
  let states = initialStates(graph)
  for (const inputs of steps) {
    await running.run([inputs])
    const expected = expectedValues(subject, inputs, states)
    states = nextStates(graph, expected)
    const found = await firstWrongStep(
      program,
      expected,
      (tensor, bytes) => running.read(layout.addresses.get(tensor)!, bytes)!,
    )
    if (found) return found
  }
  return {
    node: null,
    note: 'With memory of its own for every tensor each node is right: the memory plan, or the file itself, is at fault.',
  }
}

/** The first step that left something else behind than was expected. `read` gives the bytes of a tensor. */
async function firstWrongStep(
  program: Program,
  expected: ReadonlyMap<string, Value>,
  read: (tensor: string, bytes: number) => Promise<Uint8Array>,
): Promise<Location | null> {
  for (const step of program.steps) {
    for (const output of step.outputs) {
      const value = expected.get(output)
      if (!value) continue
      const tensor = program.tensors.get(output)!
      const actual = rowMajor(await read(output, sizeOf(tensor.shape) * bytesPerElement(tensor.type)), tensor)
      const difference = compareData(actual.length, (index) => actual[index]!, value.data)
      if (!difference) continue
      const { index, expected: wanted, actual: found, count } = difference
      const where = `element ${index} of "${output}" is ${found} instead of ${wanted} (${count} of ${actual.length} differ)`
      return { node: step.name, note: `The kernel of ${step.operator} is at fault: ${where}.` }
    }
  }
  return null
}

/** Values of the program's tensors: those of the graph, and those that only change how a tensor is stored. */
function expectedValues(
  { graph, program, options }: Subject,
  inputs: EdgeBytes,
  states: StateValues,
): Map<string, Value> {
  const given = modelEdges(program.inputs, graph).map((edge, i) => ({
    shape: edge.modelShape,
    data: fromEdge(elementsOf(inputs[i]!, edge), edge.modelShape, options.edgeLayout),
  }))
  const values = evaluateGraph(graph, given, states)
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
    quantization && isQuantumType(edge.type) && feed.type === 'float32'
      ? quantizeAll(feed.data as Float32Array, edge.type, quantization)
      : feed.data
  return bytesOf(toEdge(data, edge.modelShape, layout))
}
