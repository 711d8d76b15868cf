// SPDX-License-Identifier: Apache-2.0
// Step 4: from ONNX's operators to Caplet's. First the reference's own passes (passes/reference) decide which groups
// run in integers; then every node is converted (operators/<folder>/onnx.ts, workbench in passes/convert).
// Post: a float tensor is only where the reference computes in float and no table stands for it.
import { CapletError } from '../errors.js'
import type { OnnxGraph } from '../import/onnx.js'
import { type Graph, type Node, type State, statesOf } from '../ir/graph.js'
import { type Constant, isQuantizedType, type Quantization } from '../ir/types.js'
import { OnnxNode } from '../operators/onnx.js'
import { onnxOperators } from '../operators/onnx-list.js'
import { Conversion, type FloatSumOptions } from './convert/conversion.js'
import { dequantizeTable } from './convert/tables.js'
import { quantizedInputs } from './quantized-inputs.js'
import { applyReferencePasses } from './reference/list.js'
import { refuseWideQuanta } from './refuse-wide-quanta.js'

export interface NormalizedGraph extends Graph {
  /** Scale and zero point of graph inputs and outputs that have one; by name. */
  readonly quantization: ReadonlyMap<string, Quantization>
  /** Edges that stay float, and why. */
  readonly notes: readonly string[]
}

/** quantized: the edges' own 8-bit types; float: float32 edges, quantized inside. */
export type EdgeIo = 'quantized' | 'float'

/** Throws CapletError with every node that has no exact form. */
export function normalize(
  model: OnnxGraph,
  io: EdgeIo,
  sums: Partial<FloatSumOptions> = {},
): NormalizedGraph {
  if (!sums.keepsIntegers) refuseWideQuanta(model)
  const graph = applyReferencePasses(model)
  const conversion = new Conversion(graph, sums)
  const quantization = new Map<string, Quantization>()
  const notes: string[] = []
  defineInputs(conversion, graph, io, quantization, notes)
  for (const node of graph.nodes) convertNode(conversion, node, graph)
  if (conversion.problems.length > 0) throw new CapletError(conversion.problems)
  const outputs = defineOutputs(conversion, graph, io, quantization, notes)
  const { nodes, states } = reachable(conversion.nodes, outputs, conversion.states)
  return {
    name: graph.name,
    inputs: graph.inputs,
    outputs: graph.outputs,
    states,
    ...renameOutputs(conversion, nodes, outputs, { ...graph, states }),
    quantization,
    notes: [...notes, ...conversion.notes],
  }
}

function defineInputs(
  conversion: Conversion,
  graph: OnnxGraph,
  io: EdgeIo,
  quantization: Map<string, Quantization>,
  notes: string[],
): void {
  const found = quantizedInputs(graph)
  for (const name of graph.inputs) {
    const { type, shape } = graph.tensors.get(name)!
    if (type !== 'float32') {
      const tensor = conversion.addInput(name, type, shape)
      conversion.define(name, { kind: 'integer', type, shape, tensor })
      continue
    }
    const parameters = found.get(name)
    if (io === 'float' || !parameters || parameters === 'several') {
      if (io === 'quantized') {
        notes.push(
          `Input "${name}" stays float32: ${parameters ? 'it is quantized in several ways' : 'nothing quantizes it'}`,
        )
      }
      conversion.define(name, conversion.stored(shape, conversion.addInput(name, type, shape)))
      continue
    }
    const tensor = conversion.addInput(name, parameters.type, shape)
    const { scale, zeroPoint } = parameters
    quantization.set(name, { scale, zeroPoint })
    if (!isQuantizedType(parameters.type)) {
      conversion.define(name, conversion.wide(shape, { tensor, type: parameters.type, scale, zeroPoint }))
      continue
    }
    const values = dequantizeTable(parameters.type, parameters)
    conversion.define(
      name,
      conversion.grid(shape, {
        ...{ tensor, type: parameters.type, values, axis: null, label: 'requantize' },
        quantization: { scale, zeroPoint },
      }),
    )
  }
}

function convertNode(conversion: Conversion, node: Node, graph: OnnxGraph): void {
  if (conversion.isPoisoned(node)) {
    conversion.poisonOutputs(node)
    return
  }
  const operator = onnxOperators.get(node.operator)!
  const constantOf = (name: string): Constant | undefined => {
    const value = conversion.value(name)
    return value.kind === 'constant' ? value.constant : undefined
  }
  const view = new OnnxNode(node, graph.opset, (name) => graph.tensors.get(name), constantOf)
  conversion.current = node.name
  try {
    const inputs = node.inputs.filter((name) => name !== '').map(constantOf)
    if (operator.evaluate && inputs.every((c) => c !== undefined)) {
      operator.evaluate(view, inputs as Constant[]).forEach((constant, i) => {
        conversion.define(node.outputs[i]!, { kind: 'constant', shape: constant.shape, constant })
      })
    } else if (operator.convert) operator.convert(view, conversion)
    else {
      throw view.error(
        'unsupported-operator',
        `Operator ${node.operator} is supported on constants only`,
        'Replace it, or cut the model in front of it.',
      )
    }
    conversion.passOn(node)
  } catch (error) {
    conversion.poison(node, error)
  }
  conversion.current = ''
}

/** Tensor that holds each graph output. */
function defineOutputs(
  conversion: Conversion,
  graph: OnnxGraph,
  io: EdgeIo,
  quantization: Map<string, Quantization>,
  notes: string[],
): string[] {
  return graph.outputs.map((name) => {
    const value = conversion.value(name)
    conversion.current = name
    if (value.kind === 'integer') return value.tensor
    if (value.kind === 'constant') {
      const { type, shape } = value.constant
      return conversion.emit('constant', [], { type, shape }, { value: value.constant })
    }
    const { grid } = value
    if (io === 'quantized' && grid?.quantization && isQuantizedType(grid.type)) {
      quantization.set(name, grid.quantization)
      return grid.tensor
    }
    if (io === 'quantized' && value.wide) {
      const { scale, zeroPoint, tensor } = value.wide
      quantization.set(name, { scale, zeroPoint })
      return tensor
    }
    if (io === 'quantized')
      notes.push(`Output "${name}" stays float32: it is not the result of a DequantizeLinear`)
    return value.stored()
  })
}

/** Nodes whose results are needed, in order, and the states that they need. */
export function reachable(
  nodes: readonly Node[],
  outputs: readonly string[],
  states: readonly State[],
): { nodes: Node[]; states: State[] } {
  const needed = new Set(outputs)
  const kept: Node[] = []
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    for (const input of node.inputs) needed.add(input)
    kept.push(node)
  }
  const read = states.filter(({ before }) => needed.has(before))
  const left = read.map(({ after }) => after).filter((after) => !needed.has(after))
  return left.length > 0
    ? reachable(nodes, [...outputs, ...left], states)
    : { nodes: kept.reverse(), states: read }
}

/** Tensors and nodes with the graph outputs under their own names; one that is also something else, or kept, is copied. */
export function renameOutputs(
  conversion: Pick<Conversion, 'tensors'>,
  nodes: readonly Node[],
  held: readonly string[],
  graph: Pick<Graph, 'inputs' | 'outputs' | 'states'>,
): Pick<Graph, 'tensors' | 'nodes'> {
  const kept = new Set(statesOf(graph).flatMap(({ before, after }) => [before, after]))
  const tensors = new Map(conversion.tensors)
  const copies: Node[] = []
  const renamed = new Map<string, string>()
  graph.outputs.forEach((name, i) => {
    const tensor = held[i]!
    if (tensor === name) return
    const isTaken =
      tensors.has(name) || graph.inputs.includes(tensor) || kept.has(tensor) || renamed.has(tensor)
    if (!isTaken && !graph.outputs.includes(tensor)) {
      renamed.set(tensor, name)
      return
    }
    const { type, shape } = tensors.get(tensor)!
    tensors.set(name, { name, type, shape })
    copies.push({
      name,
      operator: 'reshape',
      inputs: [renamed.get(tensor) ?? tensor],
      outputs: [name],
      attributes: {},
    })
  })
  const nameOf = (name: string) => renamed.get(name) ?? name
  for (const [from, to] of renamed) {
    tensors.set(to, { ...tensors.get(from)!, name: to })
    tensors.delete(from)
  }
  const all = nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(nameOf),
    outputs: node.outputs.map(nameOf),
  }))
  const copied = copies.map((node) => ({ ...node, inputs: node.inputs.map(nameOf) }))
  return { tensors, nodes: [...all, ...copied] }
}
