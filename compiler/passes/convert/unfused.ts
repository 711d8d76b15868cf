// SPDX-License-Identifier: Apache-2.0
// Why the reference leaves a sum of products in float, in words that a user can act on.
import type { CapletError } from '../../errors.js'
import type { OnnxNode } from '../../operators/onnx.js'
import { onnxOperators } from '../../operators/onnx-list.js'
import type { Conversion } from './conversion.js'

/** The refusal for a convolution or matrix product that the reference computes in float. */
export function unfusedSum(node: OnnxNode, conversion: Conversion): CapletError {
  const { graph } = conversion
  const producerOf = (name: string) => graph.nodes.find((n) => n.outputs.includes(name))
  const floatInputs = node.node.inputs.filter((name, i) => {
    if (name === '' || i > 1) return false
    return producerOf(name)?.operator !== 'DequantizeLinear'
  })
  const isWeight = (name: string) =>
    [name, producerOf(name)?.inputs[0] ?? ''].some((n) => graph.tensors.get(n)?.constant)
  if (node.node.operator === 'Gemm' && isWeight(node.node.inputs[0]!)) {
    return node.error(
      'float-sum',
      'It computes in float, with the weight on the left: there the reference moves it when a Transpose follows',
      'Put QuantizeLinear and DequantizeLinear between the Gemm and the Transpose, or give the Gemm a bias.',
    )
  }
  const { keepsIntegers } = conversion.sums
  const refuse = (message: string, remedy: string) => {
    const ofQuanta = floatInputs.length === 0 && !keepsIntegers
    const inIntegers = ofQuanta
      ? ", or sums in integers, whose results are not ONNX Runtime's: --contract integer"
      : ''
    return node.error(
      'float-sum',
      message,
      `${remedy} Or accept float32 sums, which are slow without a float unit: --float-islands${inIntegers}.`,
    )
  }
  if (floatInputs.length > 0) {
    return refuse(
      `It computes in float: ${floatInputs.map((n) => `"${n}"`).join(' and ')} ${floatInputs.length > 1 ? 'are' : 'is'} not quantized`,
      'Quantize its input and weight (do not exclude this node or the one before it from quantization).',
    )
  }
  const output = node.node.outputs[0]!
  const consumers = graph.nodes.filter((n) => n.inputs.includes(output))
  if (graph.outputs.includes(output) || consumers.length === 0) {
    return refuse('It computes in float: its result is a float output of the model', 'Quantize its output.')
  }
  const clamp = consumers.find((n) => onnxOperators.get(n.operator)?.clamp)
  if (clamp) {
    return refuse(
      `It computes in float: the reference cannot fold the ${clamp.operator} behind it into the output's range`,
      'Quantize activations asymmetrically (ActivationSymmetric=False), so that the range of the quantized output ' +
        `starts and ends where the ${clamp.operator} does; or quantize the result before the ${clamp.operator}.`,
    )
  }
  if (consumers.some((n) => n.operator !== 'QuantizeLinear')) {
    const names = [...new Set(consumers.map((n) => n.operator))].join(', ')
    return refuse(
      `It computes in float: its result goes to ${names} without being quantized`,
      'Quantize its output (QuantizeLinear directly behind it).',
    )
  }
  return refuse(
    'It computes in float: the reference has no integer kernel for its combination of types and parameters',
    'Use int8 weights (per tensor or per output channel), an int32 bias or none, and one type for input and output.',
  )
}
