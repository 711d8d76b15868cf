// SPDX-License-Identifier: Apache-2.0
// ONNX DynamicQuantizeLinear, and com.microsoft.DynamicQuantizeMatMul, which the reference makes of it and a MatMulInteger.
import type { Conversion } from '../../passes/convert/conversion.js'
import { matMulShape } from '../matrix-product/shapes.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { defineDynamicProduct } from '../weighted-sum/emit.js'

function quantized(node: OnnxNode, conversion: Conversion, names: readonly string[]) {
  const input = conversion.float(node, 0)
  const outputs = [
    { type: 'uint8', shape: input.shape },
    { type: 'float32', shape: [] },
    { type: 'uint8', shape: [] },
  ] as const
  const named = outputs.map((output, i) => ({ ...output, ...(names[i] ? { name: names[i] } : {}) }))
  const [tensor, scale, zeroPoint] = conversion.emitAll('dynamic_quantize', [input.stored()], named, {})
  return { shape: input.shape, tensor: tensor!, scale: scale!, zeroPoint: zeroPoint! }
}

export const dynamicQuantizeLinear: OnnxOperator = {
  name: 'DynamicQuantizeLinear',
  inputs: [1, 1],
  attributes: {},
  infer: (node) => [
    { type: 'uint8', shape: node.shape(0) },
    { type: 'float32', shape: [] },
    { type: 'uint8', shape: [] },
  ],
  convert: (node, conversion) => {
    const { shape, tensor, scale, zeroPoint } = quantized(node, conversion, node.node.outputs)
    const [y, s, z] = node.node.outputs
    conversion.define(y ?? '', { kind: 'integer', type: 'uint8', shape, tensor })
    conversion.define(s ?? '', conversion.stored([], scale))
    conversion.define(z ?? '', { kind: 'integer', type: 'uint8', shape: [], tensor: zeroPoint })
  },
}

export const dynamicQuantizeMatMul: OnnxOperator = {
  name: 'com.microsoft.DynamicQuantizeMatMul',
  inputs: [3, 5],
  attributes: {},
  infer: (node) => [{ type: 'float32', shape: matMulShape(node, node.shape(0), node.shape(1)) }],
  convert: (node, conversion) => {
    const a = quantized(node, conversion, [])
    defineDynamicProduct(node, conversion, {
      shape: matMulShape(node, node.shape(0), node.shape(1)),
      a: { kind: 'integer', type: 'uint8', shape: a.shape, tensor: a.tensor },
      aZeroPoint: { values: null, tensor: a.zeroPoint },
      aScale: a.scale,
      ...{ b: 1, bScale: 2, bZeroPoint: 3, bias: 4 },
    })
  },
}
