// SPDX-License-Identifier: Apache-2.0
// fully_connected: rows times a weight matrix (Gemm, MatMul); several rows are the pixels of a 1x1 convolution.
import type { FullyConnectedAttributes } from '../../ir/operators.js'
import { sizeOf } from '../../ir/types.js'
import { fitsWindowBlock } from '../../tiers/parameter-block.js'
import { lowerDense } from '../convolution/dense.js'
import { rowsGeometry } from '../convolution/geometry.js'
import { hasHostForm, lowerHostDense } from '../convolution/host.js'
import { type FloatOutput, lowerChannels, type SumOfProducts } from '../convolution/output-channels.js'
import { activationType, channelWeights } from '../convolution/weights.js'
import { defineOperator } from '../definition.js'
import { lowerHostRow } from './host.js'
import { reference } from './reference.js'
import { lowerRow } from './row.js'

export const fullyConnected = defineOperator({
  name: 'fully_connected',
  summary: 'matrix product with constant weights, 8-bit or float32 result',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const { attributes } = node
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const [units, depth] = attributes.weight.shape as [number, number]
    const sum: SumOfProducts = {
      node,
      channels: channelWeights(attributes),
      inputType: activationType(input),
      inputZeroPoint: attributes.inputZeroPoint,
      output: attributes.requantization ?? floatOutput(attributes),
      preferFloat: context.preferFloat,
      wideWeights: 'corrected',
    }
    const channels = lowerChannels(sum)
    const calls = context.hostKernels && hasHostForm(sum)
    const rows = sizeOf(input.shape) / depth
    if (rows === 1) {
      const row = { node, input, output, channels }
      return [calls ? lowerHostRow(row) : lowerRow(row)]
    }
    const geometry = rowsGeometry(rows, depth, units)
    const { inputZeroPoint } = attributes
    const layer = { node, input, output, geometry, channels, inputZeroPoint }
    return [calls && fitsWindowBlock(geometry) ? lowerHostDense(layer) : lowerDense(layer)]
  },
})

function floatOutput({ floatMultipliers, floatBias }: FullyConnectedAttributes): FloatOutput {
  if (floatMultipliers === null) throw new Error('a float32 result needs floatMultipliers')
  return { multipliers: floatMultipliers, bias: floatBias }
}
