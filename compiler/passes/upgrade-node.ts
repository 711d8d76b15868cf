// SPDX-License-Identifier: Apache-2.0
// A node of an earlier operator set, in its operator's newest form: attributes that became inputs are constants.
//
//     Clip(x) {min: 0, max: 6}     =>     Clip(x, 0, 6)
//
import type { Node, Tensor } from '../ir/graph.js'
import type { EarlierForm, OnnxNode, OnnxOperator } from '../operators/onnx.js'

/** The form that the operator has in the operator set; null where it is the newest. */
export const earlierForm = (operator: OnnxOperator, opset: number): EarlierForm | null =>
  operator.earlier?.filter(({ until }) => opset <= until).sort((a, b) => a.until - b.until)[0] ?? null

/** The node in the newest form; its new constants are added to `tensors`. */
export function upgradeNode(view: OnnxNode, form: EarlierForm, tensors: Map<string, Tensor>): Node {
  if (!form.upgrade) return view.node
  const { inputs, attributes } = form.upgrade(view)
  const names = inputs.map((input, i) => {
    if (typeof input === 'string') return input
    let name = `${view.node.name}/input_${i}`
    while (tensors.has(name)) name += "'"
    tensors.set(name, { name, type: input.type, shape: input.shape, constant: input })
    return name
  })
  return { ...view.node, inputs: names, attributes }
}
