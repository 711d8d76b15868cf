// SPDX-License-Identifier: Apache-2.0
// Quanta of 4 and 16 bits under the contract `onnxruntime`: the reference has no quantized operator on them, so that what it makes of an
// operator between a DequantizeLinear and a QuantizeLinear is one of its many float forms. Those two alone, casts and
// copies are exact; anything else that reads or writes such a tensor through them is refused by name.
import { CapletError, type Problem } from '../errors.js'
import type { OnnxGraph } from '../import/onnx.js'
import type { Node } from '../ir/graph.js'
import { type ElementType, isNibbleType, isWideType } from '../ir/types.js'
import { onnxOperators } from '../operators/onnx-list.js'

/** Throws CapletError with every node that computes on such quanta. */
export function refuseWideQuanta(graph: OnnxGraph): void {
  const problems = [...computingReaders(graph), ...computingWriters(graph)].map(([node, type]) =>
    problemOf(node, type),
  )
  if (problems.length > 0) throw new CapletError(problems)
}

const isUnfused = (type: ElementType): boolean => isWideType(type) || isNibbleType(type)

const isCopy = (node: Node) => onnxOperators.get(node.operator)?.isCopy === true || node.operator === 'Cast'

function computingReaders(graph: OnnxGraph): Map<Node, ElementType> {
  const found = new Map<Node, ElementType>()
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (operator !== 'DequantizeLinear') continue
    const { type } = graph.tensors.get(inputs[0]!)!
    if (!isUnfused(type)) continue
    const open = [outputs[0]!]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const reader of graph.nodes.filter((node) => node.inputs.includes(name!))) {
        if (isCopy(reader)) open.push(...reader.outputs)
        else if (reader.operator !== 'QuantizeLinear') found.set(reader, type)
      }
    }
  }
  return found
}

function computingWriters(graph: OnnxGraph): Map<Node, ElementType> {
  const found = new Map<Node, ElementType>()
  for (const { operator, inputs, outputs } of graph.nodes) {
    if (operator !== 'QuantizeLinear') continue
    const { type } = graph.tensors.get(outputs[0]!)!
    if (!isUnfused(type)) continue
    let name = inputs[0]!
    for (;;) {
      const writer = graph.nodes.find((node) => node.outputs.includes(name))
      if (!writer || writer.operator === 'DequantizeLinear') break
      if (!isCopy(writer)) {
        found.set(writer, type)
        break
      }
      name = writer.inputs[0]!
    }
  }
  return found
}

const problemOf = ({ name, operator }: Node, type: ElementType): Problem => ({
  code: 'not-eight-bit',
  message: `${operator} computes on ${type} quanta: the reference has no quantized form of it`,
  remedy:
    "Quantize activations and weights to 8 bits. Or accept results that are not quite ONNX Runtime's: --contract integer.",
  node: name,
  operator,
})
