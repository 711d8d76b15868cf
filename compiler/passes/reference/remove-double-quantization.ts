// SPDX-License-Identifier: Apache-2.0
/**
 * Two quantize-dequantize pairs in a row become one, with a range that both have (the reference does so before
 * anything else; research trap 5):
 *
 *     Q1 -> DQ1 -> Q2 -> DQ2     =>     Q -> DQ
 *     scale = f(f(min(max1, max2) - max(min1, min2)) / 255), zero point = round(lo - f(real min / scale)), halves away from 0
 *
 * Leaves pairs with another reader in between, without zero points, or at a graph output.
 */
import type { Node } from '../../ir/graph.js'
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
  return editor.each((node) => isDequantize(node) && removeAround(editor, node))
}

function removeAround(editor: GraphEditor, self: Node): boolean {
  const child = editor.onlyUse(self.outputs[0]!)
  const parent = editor.producer(self.inputs[0]!)
  if (child?.input !== 0 || !isQuantize(child.node)) return false
  if (!isQuantize(parent) || !editor.onlyUse(parent.outputs[0]!)) return false
  const grandchild = editor.onlyUse(child.node.outputs[0]!)
  if (grandchild?.input !== 0 || !isDequantize(grandchild.node)) return false
  const first = scalarParameters(editor, self)
  const second = scalarParameters(editor, child.node)
  const matches =
    isMatchingPair(scalarParameters(editor, parent), first) &&
    isMatchingPair(second, scalarParameters(editor, grandchild.node))
  if (!matches || !first || !second || first.type !== second.type) return false
  if (first.type !== 'int8' && first.type !== 'uint8') return false
  const merged = mergedParameters(first, second)
  editor.remove(self)
  editor.remove(child.node)
  editor.replaceInput(grandchild.node, 0, parent.outputs[0]!)
  if (merged) {
    setParameters(editor, parent.name, merged, first.type)
    setParameters(editor, grandchild.node.name, merged, first.type)
  }
  return true
}

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
  type: 'int8' | 'uint8',
): void {
  const node = editor.named(name)
  const shapeOf = (input: number) => editor.tensor(node.inputs[input]!)!.shape
  const zero = type === 'int8' ? Int8Array.of(zeroPoint) : Uint8Array.of(zeroPoint)
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
