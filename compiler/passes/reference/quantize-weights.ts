// SPDX-License-Identifier: Apache-2.0
/**
 * Float weights and float biases of a convolution or Gemm between DQ and Q are quantized by the reference itself
 * (research trap 4):
 *
 *     weight: per tensor, int8, scale = f((max - min) / 255) with 0 in the range, zero point = rne(f(-128 - f(min / scale)))
 *     bias:   int32, rne(f(b / f(inputScale * weightScale[c])))
 *
 * Pre of the reference: a scalar input scale; behind the node only Relu or Clip, each read once, before the Q.
 */
import { quantize, roundHalfEven } from '../../arithmetic/float32.js'
import type { Node } from '../../ir/graph.js'
import { type Constant, rangeOf } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'
import { isDequantize, isQuantize, refuseBefore } from './quantization.js'

const f = Math.fround
const quantizable = new Set(['Conv', 'Gemm', 'ConvTranspose'])

export function quantizeWeights(editor: GraphEditor): boolean {
  return editor.each((node) => quantizable.has(node.operator) && quantizeNode(editor, node))
}

function quantizeNode(editor: GraphEditor, node: Node): boolean {
  const input = editor.producer(node.inputs[0]!)
  const inputScale = isDequantize(input) ? editor.constant(input.inputs[1]!) : undefined
  if (inputScale?.data.length !== 1 || !leadsToQuantize(editor, node)) return false
  const weightProducer = editor.producer(node.inputs[1]!)
  const dequantize = isDequantize(weightProducer) ? weightProducer : null
  const weight = editor.constant(node.inputs[1]!)
  if (!dequantize && weight?.type !== 'float32') return false
  const biasName = node.inputs[2] ?? ''
  const bias = biasName === '' ? null : editor.constant(biasName)
  if (bias === undefined || (bias && (bias.type !== 'float32' || bias.shape.length !== 1))) return false
  if (dequantize && !bias) return false
  if (dequantize && !hasMatchingScales(editor, node, dequantize, bias!.shape[0]!)) return false
  const inputs = [...node.inputs]
  let scaleName: string
  refuseBefore(editor, node, bias ? 11 : 10, `it quantizes the float ${bias ? 'bias' : 'weight'} itself`)
  if (dequantize) scaleName = dequantize.inputs[1]!
  else {
    const added = addQuantizedWeight(editor, node, weight!)
    inputs[1] = added.output
    scaleName = added.scale
  }
  if (bias && inputScale.shape.length > (editor.tensor(scaleName)?.shape.length ?? 0)) {
    throw editor
      .view(node)
      .error(
        'reference-refuses',
        "The reference does not load the model: it multiplies the input's scale of shape [1] by the weight's of shape []",
        'Write the scales of activations with shape [], or give the node an int32 bias.',
      )
  }
  if (bias) inputs[2] = addQuantizedBias(editor, node, bias, Number(inputScale.data[0]), scaleName)
  editor.replace(editor.named(node.name), { ...node, inputs })
  return true
}

function leadsToQuantize(editor: GraphEditor, node: Node): boolean {
  let output = node.outputs[0]!
  for (;;) {
    const uses = editor.uses(output)
    if (uses.length !== 1) return false
    const next = uses[0]!.node
    if (isQuantize(next)) return true
    if (!editor.operator(next).clamp) return false
    output = next.outputs[0]!
  }
}

/** Per-channel weight scales must run along the output channels and be as many as the bias has entries. */
function hasMatchingScales(editor: GraphEditor, node: Node, dequantize: Node, channels: number): boolean {
  const scale = editor.constant(dequantize.inputs[1]!)
  if (!scale) return false
  if (scale.data.length === 1) return true
  const rank = editor.tensor(dequantize.inputs[0]!)!.shape.length
  const axis = editor.view(dequantize).axis(editor.view(dequantize).int('axis', 1), rank)
  const isPlainGemm = node.operator === 'Gemm' && editor.view(node).int('transB', 0) === 0
  const expected = isPlainGemm || node.operator === 'ConvTranspose' ? 1 : 0
  return scale.data.length === channels && axis === expected
}

function addDequantize(
  editor: GraphEditor,
  node: Node,
  label: string,
  shape: readonly number[],
  inputs: readonly string[],
  axis: number | null,
): string {
  const output = editor.addTensor(`${node.name}/${label}`, { type: 'float32', shape })
  const attributes = axis === null ? {} : { axis }
  const dq = editor.newNode(`${node.name}/${label}`, 'DequantizeLinear', inputs, [output], attributes)
  editor.replace(node, dq, node)
  return output
}

function addQuantizedWeight(
  editor: GraphEditor,
  node: Node,
  weight: Constant,
): { output: string; scale: string } {
  const values = weight.data as Float32Array
  const min = values.reduce((a, v) => Math.min(a, v), 0)
  const max = values.reduce((a, v) => Math.max(a, v), 0)
  const scale = max === min ? 1 : f(f(max - min) / 255)
  const zeroPoint = Math.min(127, Math.max(-128, roundHalfEven(f(-128 - f(min / scale)))))
  const data = Int8Array.from(values, (v) => quantize(v, { scale, zeroPoint }, rangeOf('int8')))
  const base = `${node.name}/weight`
  const names = [
    editor.addConstant(`${base}_quantized`, { type: 'int8', shape: weight.shape, data }),
    editor.addConstant(`${base}_scale`, { type: 'float32', shape: [], data: Float32Array.of(scale) }),
    editor.addConstant(`${base}_zero_point`, { type: 'int8', shape: [], data: Int8Array.of(zeroPoint) }),
  ]
  return { output: addDequantize(editor, node, 'weight', weight.shape, names, null), scale: names[1]! }
}

function addQuantizedBias(
  editor: GraphEditor,
  node: Node,
  bias: Constant,
  inputScale: number,
  weightScale: string,
): string {
  const weightScales = editor.constant(weightScale)!.data as Float32Array
  const scales = weightScales.map((s) => f(inputScale * s))
  const data = Int32Array.from(bias.data as Float32Array, (b, c) => {
    const rounded = roundHalfEven(f(b / scales[scales.length === 1 ? 0 : c]!))
    return Math.min(Math.max(rounded, -(2 ** 31)), 2 ** 31 - 1)
  })
  const base = `${node.name}/bias`
  const shape = scales.length === 1 ? [] : [scales.length]
  const names = [
    editor.addConstant(`${base}_quantized`, { type: 'int32', shape: bias.shape, data }),
    editor.addConstant(`${base}_scale`, { type: 'float32', shape, data: scales }),
  ]
  return addDequantize(editor, node, 'bias', bias.shape, names, scales.length === 1 ? null : 0)
}
