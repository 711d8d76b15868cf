// SPDX-License-Identifier: Apache-2.0
/**
 * An operator between DequantizeLinear and QuantizeLinear becomes the quantized operator that the reference has for
 * it; each operator's own `fuse` says when (operators/<folder>/onnx.ts).
 *
 *     dq(x), dq(w), dq(b) -> conv -> q                 =>     qlinear_conv
 *     dq(x), dq(w) -> conv -> relu -> q{zero point lo}  =>     qlinear_conv
 *
 * Leaves a node whose result goes anywhere else than to one Q (or, for matrix products, has a Q among other readers),
 * and one whose Relu or Clip would change the quantized result.
 */
import type { Node } from '../../ir/graph.js'
import type { DequantizedInput, QuantizedGroup } from '../../operators/onnx.js'
import type { GraphEditor } from './editor.js'
import {
  isDequantize,
  isQuantize,
  type ScalarParameters,
  scalarParameters,
  typeRange,
} from './quantization.js'

const f = Math.fround

export function fuseQuantizedGroups(editor: GraphEditor): boolean {
  return editor.each((node) => editor.operator(node).fuse !== undefined && fuseNode(editor, node))
}

function fuseNode(editor: GraphEditor, node: Node): boolean {
  const inputs = node.inputs.map((name) => dequantizedInput(editor, name))
  if (!inputs.some((input) => input)) return false
  const end = groupEnd(editor, node)
  if (end === undefined) return false
  const output: QuantizedGroup['output'] = end.quantize
    ? {
        type: editor.tensor(end.quantize.outputs[0]!)!.type,
        scaleName: end.quantize.inputs[1]!,
        zeroPointName: end.quantize.inputs[2] ?? '',
      }
    : null
  const fused = editor.operator(node).fuse!(editor.view(node), { inputs, output })
  if (!fused) return false
  const result = end.quantize ? end.quantize.outputs[0]! : node.outputs[0]!
  if (end.clamp) editor.remove(end.clamp)
  if (end.quantize) editor.remove(end.quantize)
  editor.replace(node, { name: node.name, ...fused, outputs: [result] })
  return true
}

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

interface GroupEnd {
  readonly clamp: Node | null
  readonly quantize: Node | null
}

/** What follows the node; undefined where it rules a group out. */
function groupEnd(editor: GraphEditor, node: Node): GroupEnd | undefined {
  const output = node.outputs[0]!
  const uses = editor.uses(output)
  const isOutput = editor.isOutput(output)
  const next = uses.length === 1 ? uses[0]!.node : undefined
  if (next && editor.operator(next).clamp && isReadOnce(editor, next)) {
    const quantizes = editor.uses(next.outputs[0]!).filter((use) => isQuantize(use.node))
    const quantize = quantizes[0]?.node
    if (quantizes.length !== 1 || isOutput || !isClampRedundant(editor, next, quantize!)) return undefined
    return { clamp: next, quantize: quantize! }
  }
  const quantizes = uses.filter((use) => isQuantize(use.node))
  if (quantizes.length === 0) return { clamp: null, quantize: null }
  if (quantizes.length !== 1 || uses.length !== 1 || isOutput) return undefined
  return { clamp: null, quantize: quantizes[0]!.node }
}

const isReadOnce = (editor: GraphEditor, node: Node): boolean =>
  editor.uses(node.outputs[0]!).length === 1 && !editor.isOutput(node.outputs[0]!)

/** The range of the quantized type lies within the clamp's range, by the reference's two rules. */
export function isClampRedundant(editor: GraphEditor, clamp: Node, quantize: Node): boolean {
  const bounds = editor.operator(clamp).clamp!(editor.view(clamp))
  const parameters = scalarParameters(editor, quantize)
  if (!bounds || !parameters) return false
  const range = typeRange(parameters.type)
  if (!range) return false
  if (bounds.min === 0 && bounds.max === Number.POSITIVE_INFINITY && clamp.inputs.length === 1) {
    return parameters.zeroPoint === range.min
  }
  if (parameters.scaleRank !== 0) return false
  return coversByValue(bounds, parameters, range) || coversByQuantum(bounds, parameters, range)
}

type Bounds = { readonly min: number; readonly max: number }

function coversByValue(
  bounds: Bounds,
  { scale, zeroPoint, hasZeroPoint }: ScalarParameters,
  range: Bounds,
): boolean {
  if (!hasZeroPoint) return false
  const epsilon = 2 ** -23
  const lower = f(scale * (range.min - zeroPoint))
  const upper = f(scale * (range.max - zeroPoint))
  return !(epsilon < f(bounds.min - lower) || epsilon < f(upper - bounds.max))
}

function coversByQuantum(bounds: Bounds, { scale, zeroPoint }: ScalarParameters, range: Bounds): boolean {
  const quantum = (value: number) => nearestEven(f(value / scale)) + zeroPoint
  return quantum(bounds.min) <= range.min && quantum(bounds.max) >= range.max
}

function nearestEven(value: number): number {
  const floor = Math.floor(value)
  const rest = value - floor
  if (rest !== 0.5) return Math.round(value)
  return floor % 2 === 0 ? floor : floor + 1
}
