// SPDX-License-Identifier: Apache-2.0
/**
 * Refuses int8 tensors without a zero point in models that transpose: the reference moves transposes behind their
 * DequantizeLinear, carries the quantization on from there, and takes it for uint8 without a zero point.
 *
 *     transpose -> q -> dq{int8, no zero point} -> max_pool     =>     dq -> transpose -> q{uint8} -> dq -> max_pool
 */
import type { GraphEditor } from './editor.js'
import { isDequantize } from './quantization.js'

export function refuseSignlessTransposes(editor: GraphEditor): void {
  const isActivation = (name: string) => editor.constant(name) === undefined
  const transposes = editor.nodes.some(
    (node) => node.operator === 'Transpose' && isActivation(node.inputs[0]!),
  )
  if (!transposes) return
  for (const node of editor.nodes) {
    const [input, , zeroPoint = ''] = node.inputs
    if (!isDequantize(node) || zeroPoint !== '' || !isActivation(input!)) continue
    if (editor.tensor(input!)!.type !== 'int8') continue
    throw editor
      .view(node)
      .error(
        'inconsistent-quantization',
        `"${input}" is int8 without a zero point, in a model with transposes: the reference may take it for uint8 where it moves one of them`,
        'Write the zero point (0).',
      )
  }
}
