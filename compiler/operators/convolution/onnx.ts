// SPDX-License-Identifier: Apache-2.0
// ONNX Conv and QLinearConv. Conv itself is only ever fused: what the reference leaves in float is refused.
import { type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { blockOf, constantBias, defineFloatSum, requireFloatIsland } from '../../passes/convert/float-sums.js'
import { defaultZeroPoint, requireWeightAxis } from '../fused.js'
import type { DequantizedInput, FusedNode, OnnxNode, OnnxOperator, QuantizedGroup } from '../onnx.js'
import { checkedMultipliers, checkedScales, scalarQuantization, zeroPointsAt } from '../scales.js'
import { biasOf, requireCompatibleTypes, requireInt8OrUint8, requireMatchingLength } from '../sums.js'
import { placeWindow } from '../window.js'
import { defineIntegerConvolution } from './integer.js'
import { convolutionAttributes as attributes, convolutionType } from './shape.js'

/** 1 % and 1e-6 (found by bisection), less a hair: what lies on the edge is refused rather than guessed. */
const tolerance = (expected: number) => (0.01 * expected + 1e-6) * (1 - 1e-5)

/**
 * The reference fuses a bias only where its scale is near inputScale * weightScale[channel] (since its pull request
 * 28229); it then takes the int32 bias as it is.
 */
function hasFittingScale(
  x: DequantizedInput,
  w: DequantizedInput,
  b: DequantizedInput,
  channels: number,
): boolean {
  if (!x.scales || !w.scales || !b.scales || x.scales.length !== 1) return false
  if (b.scales.length !== 1 && b.scales.length !== channels) return false
  for (let channel = 0; channel < channels; channel++) {
    const weightScale = w.scales[w.scales.length === 1 ? 0 : channel]!
    const expected = Math.fround(x.scales[0]! * weightScale)
    const actual = b.scales[b.scales.length === 1 ? 0 : channel]!
    if (!(Math.abs(actual - expected) <= tolerance(expected))) return false
  }
  return true
}

/** Reference rule: all inputs dequantized, one Q behind, input type = output type, int8 weights with int8 inputs, int32 bias. */
function fuse(node: OnnxNode, group: QuantizedGroup): FusedNode | null {
  const [x, w, b] = group.inputs
  if (!x || !w || !group.output || (node.has(2) && !b)) return null
  if (x.type !== group.output.type || !['int8', 'uint8'].includes(w.type)) return null
  if (x.type === 'int8' && w.type !== 'int8') return null
  if (x.type !== 'int8' && x.type !== 'uint8') return null
  if (b && (b.type !== 'int32' || !hasFittingScale(x, w, b, node.shape(1)[0]!))) return null
  requireWeightAxis(node, w, 0)
  const inputs = [
    ...[x.tensor, x.scaleName, x.zeroPointName, w.tensor, w.scaleName, w.zeroPointName],
    ...[group.output.scaleName, group.output.zeroPointName],
    ...(b ? [b.tensor] : []),
  ]
  return { operator: 'QLinearConv', inputs, attributes: node.node.attributes }
}

function convertFloat(node: OnnxNode, conversion: Conversion): void {
  if (defineIntegerConvolution(node, conversion)) return
  requireFloatIsland(node, conversion)
  const { shape } = convolutionType(node, 0, 1)
  const weight = node.shape(1)
  const group = node.int('group', 1)
  const { output, ...window } = placeWindow(node, node.shape(0).slice(2), weight.slice(2))
  const block = blockOf(sizeOf(output))
  const depth = sizeOf(weight.slice(1))
  // One filter per group: the reference's kernel for a row and a matrix; the matrix is the input itself or made block by block.
  const isVector = weight[0] === group
  const isPointwise =
    [...window.kernel, ...window.strides].every((d) => d === 1) && window.pads.every((p) => p === 0)
  defineFloatSum(node, conversion, {
    shape,
    channelAxis: 0,
    arrange: (constant) => constant,
    window: { ...window, group },
    order: () => ({
      ...{ alpha: 1, biasFirst: false },
      ...(isVector ? { block: null, tailBlock: isPointwise ? depth : block } : { block, tailBlock: null }),
    }),
    bias: constantBias(node, conversion, 2, weight[0]!),
  })
}

export const conv: OnnxOperator = {
  name: 'Conv',
  inputs: [2, 3],
  attributes,
  infer: (node) => [convolutionType(node, 0, 1)],
  fuse,
  convert: convertFloat,
}

export const qLinearConv: OnnxOperator = {
  name: 'QLinearConv',
  inputs: [8, 9],
  attributes,
  infer: (node) => {
    const { shape } = convolutionType(node, 0, 3)
    return [{ type: node.has(7) ? node.type(7).type : node.type(0).type, shape }]
  },
  convert: (node, conversion) => {
    const x = conversion.quantizedInput(node, 0)
    const weight = conversion.requiredConstant(node, 3, 'the weight')
    requireInt8OrUint8(node, weight.type, 'weight')
    const outputType: QuantizedType = defaultZeroPoint(node, 7, x.type)
    requireCompatibleTypes(node, x.type, weight.type, outputType)
    const input = scalarQuantization(node, conversion, 1, x.type, 'input')
    const output = scalarQuantization(node, conversion, 6, outputType, 'output')
    const channels = weight.shape[0]!
    const scales = checkedScales(node, conversion.requiredConstant(node, 4, 'weight scale'), 'weight scale')
    const weightZeroPoints = zeroPointsAt(node, conversion, 5, weight.type, 'weight')
    requireMatchingLength(node, scales.length, channels, 'weight scale')
    requireMatchingLength(node, weightZeroPoints.length, channels, 'weight zero point')
    const { output: spatial, ...window } = placeWindow(node, x.shape.slice(2), weight.shape.slice(2))
    const factors = scales.map((s) => Math.fround(Math.fround(input.scale * s) / output.scale))
    const multipliers = checkedMultipliers(node, factors)
    const tensor = conversion.emit(
      'convolution',
      [x.tensor],
      { type: outputType, shape: [x.shape[0]!, channels, ...spatial], name: node.node.outputs[0]! },
      {
        ...window,
        group: node.int('group', 1),
        weight,
        weightZeroPoints,
        bias: biasOf(node, conversion, 8, channels),
        inputZeroPoint: input.zeroPoint,
        requantization: { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(outputType) },
      },
    )
    const shape = conversion.tensors.get(tensor)!.shape
    conversion.define(node.node.outputs[0]!, { kind: 'integer', type: outputType, shape, tensor })
  },
}
