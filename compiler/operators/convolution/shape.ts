// SPDX-License-Identifier: Apache-2.0
// Attributes and type rule that every ONNX form of a convolution has.
import type { OnnxNode, TensorType } from '../onnx.js'
import { placeWindow, windowAttributes } from '../window.js'

export const convolutionAttributes = { ...windowAttributes, group: 'int' } as const

/** Of the convolution of inputs `x` and `w`; its element type is x's. */
export function convolutionType(node: OnnxNode, x: number, w: number): TensorType {
  const input = node.shape(x)
  const weight = node.shape(w)
  const group = node.int('group', 1)
  if (input.length < 3 || weight.length !== input.length) {
    throw node.error(
      'malformed-model',
      `Input [${input}] and weight [${weight}] do not fit a convolution`,
      'Both need the shape [N, C, ...spatial], the weight [O, C / group, ...kernel].',
    )
  }
  if (!(group >= 1) || weight[1]! * group !== input[1] || weight[0]! % group !== 0) {
    throw node.error(
      'malformed-model',
      `Group ${group}, input [${input}] and weight [${weight}] do not fit together`,
      'Input channels must be weight.shape[1] * group, output channels a multiple of group.',
      'group',
    )
  }
  const declared = node.ints('kernel_shape')
  const kernel = weight.slice(2)
  if (declared && declared.join() !== kernel.join()) {
    throw node.error(
      'malformed-model',
      `kernel_shape [${declared}] is not the weight's [${kernel}]`,
      "Leave kernel_shape out, or make it the weight's: export the model again.",
      'kernel_shape',
    )
  }
  const { output } = placeWindow(node, input.slice(2), kernel)
  return { type: node.type(x).type, shape: [input[0]!, weight[0]!, ...output] }
}
