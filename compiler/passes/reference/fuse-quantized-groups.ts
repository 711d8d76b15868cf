// SPDX-License-Identifier: Apache-2.0
/**
 * An operator between DequantizeLinear and QuantizeLinear becomes the quantized operator that the reference has for
 * it; each operator's own `fuse` says when (operators/<folder>/onnx.ts).
 *
 *     dq(x), dq(w), dq(b) -> conv -> q     =>     qlinear_conv
 *
 * Leaves a node whose result goes anywhere else than to one Q (or, for matrix products, has a Q among other readers),
 * and one with a Relu or Clip behind it: what does not change the quantized result is gone already.
 * Refuses where the reference makes a model of it that it then cannot load.
 */
import { roundHalfEven } from '../../arithmetic/float32.js'
import type { Node } from '../../ir/graph.js'
import { type ElementType, isNibbleType, isWideType } from '../../ir/types.js'
import type { DequantizedInput, OnnxNode, QuantizedGroup } from '../../operators/onnx.js'
import type { GraphEditor } from './editor.js'
import { isDequantize, isQuantize, refuseBefore, scalarParameters, typeRange } from './quantization.js'

export function fuseQuantizedGroups(editor: GraphEditor): boolean {
  return editor.each((node) => editor.operator(node).fuse !== undefined && fuseNode(editor, node))
}

function fuseNode(editor: GraphEditor, node: Node): boolean {
  const inputs = node.inputs.map((name) => dequantizedInput(editor, name))
  if (!inputs.some((input) => input) || inputs.some((input) => input && isUnfused(input.type))) return false
  const end = groupEnd(editor, node)
  if (end === undefined) return false
  const output: QuantizedGroup['output'] = end.quantize
    ? {
        type: editor.tensor(end.quantize.outputs[0]!)!.type,
        scaleName: end.quantize.inputs[1]!,
        zeroPointName: end.quantize.inputs[2] ?? '',
      }
    : null
  const view = editor.view(node)
  if (output && isUnfused(output.type)) return false
  const fused = editor.operator(node).fuse!(view, { inputs, output })
  if (!fused) return false
  if (!fused.operator.includes('.')) refuseBefore(editor, node, 10, `it makes the node a ${fused.operator}`)
  if (end.clamp)
    throw unloadable(
      view,
      `the ${end.clamp.operator} behind it, once in its quantized form and once as it is`,
    )
  if (output && output.type === 'int8' && output.zeroPointName === '') {
    throw unloadable(view, 'its int8 output, which has no zero point, uint8')
  }
  const result = end.quantize ? end.quantize.outputs[0]! : node.outputs[0]!
  if (end.quantize) editor.remove(end.quantize)
  const quantized: Node = { name: node.name, ...fused, outputs: [result] }
  editor.replace(node, quantized)
  // The reference checks what it makes at once, in branches that nothing reads, too.
  editor.operator(quantized).infer(editor.view(quantized))
  return true
}

/** The reference has quantized operators for 8 bits alone. */
const isUnfused = (type: ElementType): boolean => isWideType(type) || isNibbleType(type)

/** What the reference makes of the group does not pass its own checks. */
const unloadable = (node: OnnxNode, what: string) =>
  node.error(
    'reference-refuses',
    `The reference does not load the model: it makes ${what}`,
    'Quantize with explicit zero points of shape [], and calibrate so that the output range is what the activation leaves.',
  )

function dequantizedInput(editor: GraphEditor, name: string): DequantizedInput | undefined {
  const producer = name === '' ? undefined : editor.producer(name)
  if (!isDequantize(producer)) return undefined
  const tensor = producer.inputs[0]!
  const { type, shape } = editor.tensor(tensor)!
  const scale = editor.tensor(producer.inputs[1]!)!
  const isPerAxis = scale.shape.length > 0 && scale.shape[0] !== 1
  const declared = editor.view(producer).int('axis', 1)
  return {
    tensor,
    type,
    scaleName: producer.inputs[1]!,
    zeroPointName: producer.inputs[2] ?? '',
    axis: declared < 0 ? declared + shape.length : declared,
    isPerAxis,
    scales: scale.constant?.type === 'float32' ? (scale.constant.data as Float32Array) : null,
  }
}

export interface GroupEnd {
  /** A Relu or Clip between the node and the Q. */
  readonly clamp: Node | null
  readonly quantize: Node | null
}

/** What follows the node; undefined where it rules a group out. */
export function groupEnd(editor: GraphEditor, node: Node): GroupEnd | undefined {
  const output = node.outputs[0]!
  const uses = editor.uses(output)
  const isOutput = editor.isOutput(output)
  const next = uses.length === 1 ? uses[0]!.node : undefined
  if (next && editor.operator(next).clamp && editor.onlyUse(next.outputs[0]!)) {
    const quantize = editor.onlyUse(next.outputs[0]!)!.node
    if (!isQuantize(quantize) || isOutput || !clampsNoQuantum(editor, next, quantize)) return undefined
    return { clamp: next, quantize }
  }
  const quantizes = uses.filter((use) => isQuantize(use.node))
  if (quantizes.length === 0) return { clamp: null, quantize: null }
  if (quantizes.length !== 1 || uses.length !== 1 || isOutput) return undefined
  return { clamp: null, quantize: quantizes[0]!.node }
}

/** The reference's second rule for a clamp that a Q makes redundant: its bounds, quantized, are beyond the type's. */
function clampsNoQuantum(editor: GraphEditor, clamp: Node, quantize: Node): boolean {
  const bounds = editor.operator(clamp).clamp!(editor.view(clamp))
  const parameters = scalarParameters(editor, quantize)
  const range = parameters && typeRange(parameters.type)
  if (!bounds || !range || !parameters.isRank0) return false
  const { scale, zeroPoint } = parameters
  if (clamp.operator === 'Relu') return zeroPoint === range.min
  const quantum = (value: number) => roundHalfEven(Math.fround(value / scale)) + zeroPoint
  return quantum(bounds.min) <= range.min && quantum(bounds.max) >= range.max
}
