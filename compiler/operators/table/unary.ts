// SPDX-License-Identifier: Apache-2.0
// An ONNX operator that is a float32 function of each element.
import { mapFloat } from '../../passes/convert/functions.js'
import type { AttributeKind, OnnxNode, OnnxOperator } from '../onnx.js'

/** `functionOf` reads the attributes and gives the function of one value. */
export function unary(
  name: string,
  attributes: Readonly<Record<string, AttributeKind>>,
  functionOf: (node: OnnxNode) => (v: number) => number,
): OnnxOperator {
  return {
    name,
    inputs: [1, 1],
    attributes,
    infer: (node) => [node.type(0)],
    convert: (node, conversion) => {
      const value = conversion.float(node, 0)
      const label = name.toLowerCase()
      conversion.define(node.node.outputs[0]!, mapFloat(node, conversion, value, functionOf(node), label))
    },
  }
}
