// SPDX-License-Identifier: Apache-2.0
/**
 * Two quantize-dequantize pairs in a row become one, with a range that both have (the reference does so before
 * anything else; research trap 5):
 *
 *     Q1 -> DQ1 -> Q2 -> DQ2, DQ2'     =>     Q -> DQ, DQ'
 *     scale = f(f(min(max1, max2) - max(min1, min2)) / (max - min)), zero point = round(lo - f(real min / scale)), halves away from 0
 *
 * Leaves pairs with another reader in between, without zero points, of other types than the first pair's, or with a
 * quantized graph output.
 */
import type { Node } from '../../ir/graph.js'
import { allocate, isQuantumType, type QuantumType } from '../../ir/types.js'
import type { GraphEditor } from './editor.js'
import {
  isDequantize,
  isMatchingPair,
  isQuantize,
  type ScalarParameters,
  scalarParameters,
  typeRange,
} from './quantization.js'

const f = Math.fround

export function removeDoubleQuantization(editor: GraphEditor): boolean {
  return editor.each((node) => isQuantize(node) && removeBehind(editor, node))
}

function removeBehind(editor: GraphEditor, q1: Node): boolean {
  const before = transposesBehind(editor, q1)
  const dq1 = editor.onlyUse((before.at(-1) ?? q1).outputs[0]!)?.node
  if (!isDequantize(dq1)) return false
  const between = transposesBehind(editor, dq1)
  const q2 = editor.onlyUse((between.at(-1) ?? dq1).outputs[0]!)?.node
  if (!q2 || !isQuantize(q2)) return false
  const { ends: dq2s, transposes: behind } = readersBehind(editor, q2)
  if (dq2s === null) return false
  const transposes = [...before, ...between, ...behind]
  const [first, second] = [scalarParameters(editor, q1), scalarParameters(editor, q2)]
  const isMatch = (dq: Node) => isDequantize(dq) && isMatchingPair(second, scalarParameters(editor, dq))
  if (!isMatchingPair(first, scalarParameters(editor, dq1)) || dq2s.length === 0) return false
  if (!dq2s.every(isMatch) || !first || !second || first.type !== second.type) return false
  const { type } = first
  if (!isQuantumType(type)) return false
  const merged = mergedParameters(first, second)
  if (transposes.length > 0) {
    if (merged) throw mergedAcross(editor, transposes[0]!)
    return false
  }
  editor.remove(dq1)
  editor.remove(q2)
  for (const { name } of dq2s) {
    editor.replaceInput(editor.named(name), 0, q1.outputs[0]!)
    if (merged) setParameters(editor, name, merged, type)
  }
  if (merged) setParameters(editor, q1.name, merged, type)
  return true
}

/** Those that follow each other, each read once. */
function transposesBehind(editor: GraphEditor, node: Node): Node[] {
  const found: Node[] = []
  for (;;) {
    const next = editor.onlyUse((found.at(-1) ?? node).outputs[0]!)?.node
    if (next?.operator !== 'Transpose') return found
    found.push(next)
  }
}

/** What reads it, at once or through transposes; null where one of these is a graph output. */
function readersBehind(editor: GraphEditor, node: Node): { ends: Node[] | null; transposes: Node[] } {
  const ends: Node[] = []
  const transposes: Node[] = []
  const open = [node]
  for (let next = open.pop(); next; next = open.pop()) {
    const output = next.outputs[0]!
    if (editor.isOutput(output)) return { ends: null, transposes }
    for (const use of editor.uses(output)) {
      if (use.node.operator !== 'Transpose') ends.push(use.node)
      else {
        transposes.push(use.node)
        open.push(use.node)
      }
    }
  }
  return { ends, transposes }
}

/** The reference moves transposes about, so that the two pairs may come to stand side by side. */
const mergedAcross = (editor: GraphEditor, transpose: Node) =>
  editor
    .view(transpose)
    .error(
      'inconsistent-quantization',
      'It is quantized with other parameters before than behind: the reference merges the two where it can move the transpose away',
      'Give a Transpose one scale and zero point on both sides, as onnxruntime.quantization does.',
    )

/** Null where both are equal already. */
function mergedParameters(
  a: ScalarParameters,
  b: ScalarParameters,
): { scale: number; zeroPoint: number } | null {
  if (a.zeroPoint === b.zeroPoint && Math.abs(f(a.scale - b.scale)) < 1e-20) return null
  const { min, max } = typeRange(a.type)!
  const realMin = Math.max(f((min - a.zeroPoint) * a.scale), f((min - b.zeroPoint) * b.scale))
  const realMax = Math.min(f((max - a.zeroPoint) * a.scale), f((max - b.zeroPoint) * b.scale))
  const scale = f(f(realMax - realMin) / (max - min))
  const position = f(min - f(realMin / scale))
  return { scale, zeroPoint: Math.sign(position) * Math.floor(Math.abs(position) + 0.5) }
}

/** New constants, in the shapes of those that the node has. */
function setParameters(
  editor: GraphEditor,
  name: string,
  { scale, zeroPoint }: { scale: number; zeroPoint: number },
  type: QuantumType,
): void {
  const node = editor.named(name)
  const shapeOf = (input: number) => editor.tensor(node.inputs[input]!)!.shape
  const zero = allocate(type, 1)
  zero[0] = zeroPoint
  const constants = [
    editor.addConstant(`${name}/merged_scale`, {
      type: 'float32',
      shape: shapeOf(1),
      data: Float32Array.of(scale),
    }),
    editor.addConstant(`${name}/merged_zero_point`, { type, shape: shapeOf(2), data: zero }),
  ]
  editor.replace(node, { ...node, inputs: [node.inputs[0]!, ...constants] })
}
