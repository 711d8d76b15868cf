// SPDX-License-Identifier: Apache-2.0
// ONNX MatMulInteger and ConvInteger: exact int32 sums, with zero points that may be computed at run time.

import type { Conversion } from '../../passes/convert/conversion.js'
import { convolutionAttributes, convolutionType } from '../convolution/shape.js'
import { matMulShape } from '../matrix-product/shapes.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { requireCompatibleTypes, requireInt8OrUint8, requireMatchingLength } from '../sums.js'
import { placeWindow } from '../window.js'
import { defineIntegers, integerProduct, integerSum, zeroPointsOf } from './emit.js'

export const matMulInteger: OnnxOperator = {
  name: 'MatMulInteger',
  inputs: [2, 4],
  attributes: {},
  infer: (node) => [{ type: 'int32', shape: matMulShape(node, node.shape(0), node.shape(1)) }],
  convert: (node, conversion) => {
    const shape = matMulShape(node, node.shape(0), node.shape(1))
    const a = conversion.quantizedInput(node, 0)
    const aZeroPoint = zeroPointsOf(node, conversion, 2, a.type, 'input')
    refuseWiderBias(node, conversion)
    const product = integerProduct(node, conversion, { shape, a, aZeroPoint, b: 1, bZeroPoint: 3 })
    defineIntegers(node, conversion, shape, product)
  },
}

/**
 * A single column, scaled and then added to a longer constant: where dimensions are open, the reference takes the constant for
 * the product's bias, and fails when it runs.
 */
function refuseWiderBias(node: OnnxNode, conversion: Conversion): void {
  const { nodes, tensors } = conversion.graph
  let name = node.node.outputs[0]!
  if (tensors.get(name)!.shape.at(-1) !== 1) return
  for (const operator of ['Cast', 'Mul', 'Add']) {
    const next = nodes.find((n) => n.operator === operator && n.inputs.includes(name))
    if (!next) return
    name = next.outputs[0]!
  }
  if (tensors.get(name)!.shape.at(-1) === 1) return
  throw node.error(
    'reference-refuses',
    'The reference may take the constant that is added to its single column for a bias, and then does not run',
    'Add a constant with as many entries as the product has columns.',
  )
}

export const convInteger: OnnxOperator = {
  name: 'ConvInteger',
  inputs: [2, 4],
  attributes: convolutionAttributes,
  infer: (node) => [{ type: 'int32', shape: convolutionType(node, 0, 1).shape }],
  convert: (node, conversion) => {
    const { shape } = convolutionType(node, 0, 1)
    const x = conversion.quantizedInput(node, 0)
    const weight = conversion.requiredConstant(node, 1, 'the weight')
    requireInt8OrUint8(node, weight.type, 'weight')
    requireCompatibleTypes(node, x.type, weight.type, x.type)
    const zeroPoint = zeroPointsOf(node, conversion, 2, x.type, 'input')
    const weightZeroPoint = zeroPointsOf(node, conversion, 3, weight.type as 'int8', 'weight')
    if (!weightZeroPoint.values) {
      throw node.error(
        'not-constant',
        'The weight zero point (input 3) is computed at run time',
        'Make it an initializer.',
      )
    }
    requireMatchingLength(node, zeroPoint.values?.length ?? 1, 1, 'input zero point')
    requireMatchingLength(node, weightZeroPoint.values.length, 1, 'weight zero point')
    const { output: _, ...window } = placeWindow(node, x.shape.slice(2), weight.shape.slice(2))
    defineIntegers(node, conversion, shape, (type, name) =>
      conversion.emit(
        'weighted_sum',
        zeroPoint.tensor ? [x.tensor, zeroPoint.tensor] : [x.tensor],
        { type, shape, ...(name ? { name } : {}) },
        {
          ...window,
          ...integerSum,
          group: node.int('group', 1),
          weight,
          weightZeroPoints: weightZeroPoint.values,
          inputZeroPoint: zeroPoint.values?.[0] ?? null,
        },
      ),
    )
  },
}
