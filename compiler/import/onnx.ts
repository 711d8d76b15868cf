// SPDX-License-Identifier: Apache-2.0
// Step 2: ONNX bytes -> the model as written. Decoded, nothing renamed, nothing inferred: types of the inputs,
// constants, and nodes in execution order.

import type { onnx } from 'onnx-proto'
import onnxProto from 'onnx-proto'
import { CapletError } from '../errors.js'
import type { Attributes, Graph, Node, Tensor } from '../ir/graph.js'
import type { Constant } from '../ir/types.js'
import { type DeclaredInput, declaredInput, declaredTypes } from './declared.js'
import { refuseOtherFormats } from './file-format.js'
import { malformed, readNode } from './node-proto.js'
import { constantFromProto, type LoadExternalData, toNumber } from './tensor-proto.js'

/** The oldest operator set whose quantized forms are accepted, and the newest that the pinned reference loads. */
export const oldestOpset = 7
export const newestOpset = 26
export const newestIrVersion = 13

/** The model as written: tensors hold only constants; types are inferred in step 3. */
export interface SourceModel {
  readonly graphName: string
  readonly opset: number
  readonly inputs: readonly DeclaredInput[]
  readonly outputs: readonly string[]
  /** What value_info and outputs say of tensors that nodes give. */
  readonly declared: ReadonlyMap<string, DeclaredInput>
  readonly constants: ReadonlyMap<string, Constant>
  /** In execution order; operators outside the default domain carry it ("com.microsoft.QLinearAdd"). */
  readonly nodes: readonly Node[]
}

/** ONNX-level graph after type inference: operators are ONNX's own, every tensor has a static type. */
export interface OnnxGraph extends Graph {
  readonly opset: number
}

export const asTensors = (constants: ReadonlyMap<string, Constant>): Map<string, Tensor> =>
  new Map([...constants].map(([name, c]) => [name, { name, type: c.type, shape: c.shape, constant: c }]))

const unreadable = (message: string): CapletError =>
  new CapletError({
    code: 'unreadable-model',
    message,
    remedy: 'Give a complete .onnx file, as onnx.save or an exporter writes it.',
  })

/** Reads a model. Throws CapletError for everything that is not a complete ONNX model of a supported version. */
export function readOnnx(bytes: Uint8Array, loadExternal: LoadExternalData): SourceModel {
  const model = decode(bytes)
  const graph = model.graph
  if (!graph || !(graph.node?.length || graph.output?.length)) {
    throw unreadable('The file holds no ONNX graph')
  }
  if (!graph.output?.length) throw malformed('The graph has no outputs')
  const opset = checkVersions(model)
  const constants = new Map<string, Constant>()
  for (const proto of graph.initializer ?? []) {
    constants.set(proto.name ?? '', constantFromProto(proto, loadExternal))
  }
  if (graph.sparseInitializer?.length) {
    throw new CapletError({
      code: 'unsupported-feature',
      message: 'The model has sparse initializers',
      remedy: 'Save it with dense initializers.',
    })
  }
  const inputs = (graph.input ?? [])
    .filter((input) => !constants.has(input.name ?? ''))
    .map((input) => declaredInput(input))
  const outputs = (graph.output ?? []).map((output) => output.name ?? '')
  refuseRepeated(
    'Initializer',
    (graph.initializer ?? []).map(({ name }) => name ?? ''),
  )
  refuseRepeated(
    'Input',
    inputs.map(({ name }) => name),
  )
  refuseRepeated('Output', outputs)
  refuseRepeated(
    'Node name',
    (graph.node ?? []).flatMap(({ name }) => (name ? [name] : [])),
  )
  refuseOverridable(model)
  refuseEarlyQuantization(graph, opset)
  const nodes = sortTopologically(
    uniquelyNamed((graph.node ?? []).map((node) => readNode(node, loadExternal))),
    new Set([...constants.keys(), ...inputs.map((i) => i.name)]),
  )
  return {
    graphName: graph.name ?? '',
    opset,
    inputs,
    outputs,
    declared: declaredTypes(graph),
    constants,
    nodes,
  }
}

function refuseRepeated(what: string, names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) throw malformed(`${what} "${name}" is listed more than once`)
    seen.add(name)
  }
}

/** Which schema a node follows that com.microsoft has, too, shows here only: later steps see one operator. */
function refuseEarlyQuantization({ node: nodes }: onnx.IGraphProto, opset: number): void {
  for (const { name, domain, opType, attribute, output } of nodes ?? []) {
    if (domain || (opType !== 'QuantizeLinear' && opType !== 'DequantizeLinear')) continue
    const hasAxis = (attribute ?? []).some((a) => a.name === 'axis')
    const since = hasAxis ? 13 : 10
    if (opset >= since) continue
    throw new CapletError({
      code: 'unsupported-version',
      message: `Operator set ${opset} does not have ${opType}${hasAxis ? ' with an axis' : ''}`,
      remedy: `Export the model with opset ${since} or newer.`,
      node: name || output?.[0] || undefined,
      operator: opType,
    })
  }
}

/** From IR version 4 on, an initializer that is an input, too, is no constant to the reference: it fuses nothing with it. */
function refuseOverridable({ irVersion, graph }: onnx.ModelProto): void {
  if (toNumber(irVersion) < 4) return
  const read = new Set((graph!.node ?? []).flatMap(({ input }) => input ?? []))
  const constants = new Set((graph!.initializer ?? []).map(({ name }) => name))
  const both = (graph!.input ?? []).flatMap(({ name }) => (name && constants.has(name) ? [name] : []))
  const found = both.filter((name) => read.has(name)).map((name) => `"${name}"`)
  if (found.length === 0) return
  const names =
    found.length > 4 ? `${found.slice(0, 3).join(', ')} and ${found.length - 3} more` : found.join(', ')
  throw new CapletError({
    code: 'unsupported-feature',
    message: `Initializers are inputs, too, so that a caller could replace them: ${names}`,
    remedy:
      'Delete them from graph.input (exporters have an option for it, such as keep_initializers_as_inputs=False).',
  })
}

function decode(bytes: Uint8Array): onnx.ModelProto {
  if (bytes.length === 0) throw unreadable('The file is empty')
  refuseOtherFormats(bytes)
  try {
    return onnxProto.onnx.ModelProto.decode(bytes)
  } catch (error) {
    throw unreadable(`The file cannot be decoded as an ONNX model (${(error as Error).message})`)
  }
}

/** Returns the default domain's operator set. */
function checkVersions(model: onnx.ModelProto): number {
  const irVersion = toNumber(model.irVersion)
  if (irVersion > newestIrVersion) {
    throw new CapletError({
      code: 'unsupported-version',
      message: `The model has IR version ${irVersion}; the pinned reference reads up to ${newestIrVersion}`,
      remedy: `Write it with ir_version <= ${newestIrVersion} (onnx.helper.make_model(..., ir_version=10)).`,
    })
  }
  const entries = model.opsetImport.filter((o) => !o.domain || o.domain === 'ai.onnx')
  const versions = new Set(entries.map(({ version }) => toNumber(version ?? 0)))
  if (versions.size > 1) throw malformed(`The model imports operator sets ${[...versions].join(' and ')}`)
  const [opset = 0] = versions
  if (opset < oldestOpset || opset > newestOpset) {
    throw new CapletError({
      code: 'unsupported-version',
      message: `The model uses operator set ${opset}; ${oldestOpset} to ${newestOpset} are supported`,
      remedy:
        opset < oldestOpset
          ? `Convert the float model with onnx.version_converter.convert_version(model, ${oldestOpset}), then quantize it again.`
          : `Export it with opset ${newestOpset} or lower.`,
    })
  }
  return opset
}

/** Gives every node a name of its own, so that messages and reports can point at it. */
function uniquelyNamed(nodes: readonly Node[]): Node[] {
  const seen = new Map<string, number>()
  return nodes.map((node) => {
    const count = seen.get(node.name) ?? 0
    seen.set(node.name, count + 1)
    return count === 0 ? node : { ...node, name: `${node.name}#${count + 1}` }
  })
}

/** Execution order, keeping the file's order where it is one. Refuses cycles, unknown inputs, doubly written tensors. */
function sortTopologically(nodes: readonly Node[], available: ReadonlySet<string>): Node[] {
  const producers = new Map<string, Node>()
  for (const node of nodes) {
    for (const output of node.outputs) {
      if (output === '') continue
      if (producers.has(output) || available.has(output)) {
        throw new CapletError({
          code: 'malformed-model',
          message: `Tensor "${output}" is written more than once`,
          remedy: 'Every tensor must have one source: check the model with onnx.checker.',
          node: node.name,
          operator: node.operator,
        })
      }
      producers.set(output, node)
    }
  }
  const state = new Map<Node, 'open' | 'done'>()
  const sorted: Node[] = []
  for (const root of nodes) {
    const stack: { node: Node; next: number }[] = [{ node: root, next: 0 }]
    if (state.has(root)) continue
    state.set(root, 'open')
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!
      const input = top.node.inputs[top.next++]
      if (input === undefined) {
        state.set(top.node, 'done')
        sorted.push(top.node)
        stack.pop()
        continue
      }
      if (input === '' || available.has(input)) continue
      const producer = producers.get(input)
      if (!producer) throw danglingInput(input, top.node)
      if (state.get(producer) === 'open') throw cyclic(top.node)
      if (!state.has(producer)) {
        state.set(producer, 'open')
        stack.push({ node: producer, next: 0 })
      }
    }
  }
  return sorted
}

const danglingInput = (input: string, { name, operator }: Node): CapletError =>
  malformed(`Input "${input}" comes from nowhere: no node, initializer or graph input has that name`, {
    node: name,
    operator,
  })

const cyclic = (node: Node): CapletError =>
  new CapletError({
    code: 'cyclic-graph',
    message: 'The graph has a cycle through this node',
    remedy: 'A feed-forward graph is needed: unroll loops or keep the state outside the model.',
    node: node.name,
    operator: node.operator,
  })

export type { Attributes }
