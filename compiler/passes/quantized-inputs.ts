// SPDX-License-Identifier: Apache-2.0
// Which float inputs of the model are quantized, and how: an input whose every Q (seen through copies) has the same
// parameters can be given in that type.
import type { OnnxGraph } from '../import/onnx.js'
import type { Node } from '../ir/graph.js'
import { isQuantumType, type Quantization, type QuantumType } from '../ir/types.js'
import { onnxOperators } from '../operators/onnx-list.js'

export type InputQuantization = Quantization & { readonly type: QuantumType }

/** By input name; absent where nothing quantizes it, 'several' where parameters differ. */
export function quantizedInputs(graph: OnnxGraph): Map<string, InputQuantization | 'several'> {
  const result = new Map<string, InputQuantization | 'several'>()
  for (const input of graph.inputs) {
    const open = [input]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const node of graph.nodes) {
        if (node.inputs[0] !== name) continue
        if (onnxOperators.get(node.operator)?.isCopy) open.push(...node.outputs)
        if (node.operator !== 'QuantizeLinear') continue
        const found = parametersOf(graph, node)
        const known = result.get(input)
        const isSame = known === undefined || (found && known !== 'several' && sameParameters(known, found))
        result.set(input, found && isSame ? found : 'several')
      }
    }
  }
  return result
}

const sameParameters = (a: InputQuantization, b: InputQuantization): boolean =>
  a.type === b.type && a.scale === b.scale && a.zeroPoint === b.zeroPoint

function parametersOf(graph: OnnxGraph, node: Node): InputQuantization | null {
  const scale = graph.tensors.get(node.inputs[1]!)?.constant
  const zeroName = node.inputs[2] ?? ''
  const zero = zeroName === '' ? null : graph.tensors.get(zeroName)?.constant
  const type = graph.tensors.get(node.outputs[0]!)!.type
  if (scale?.data.length !== 1 || zero === undefined || (zero && zero.data.length !== 1)) return null
  const value = Number(scale.data[0])
  if (!isQuantumType(type) || !(value > 0 && Number.isFinite(value))) return null
  return { type, scale: value, zeroPoint: zero ? Number(zero.data[0]) : 0 }
}
