// SPDX-License-Identifier: Apache-2.0
// convolution: sums of products over a sliding window, 1-D and 2-D, with groups. Three kernels share the work:
// fully-connected where there is one window, depthwise where a sum runs over one input channel, convolution else.
import { fitsWindowBlock } from '../../tiers/parameter-block.js'
import { defineOperator } from '../definition.js'
import { lowerHostRow } from '../fully-connected/host.js'
import { lowerRow } from '../fully-connected/row.js'
import { lowerDense } from './dense.js'
import { isDepthwise, lowerDepthwise } from './depthwise.js'
import { type Geometry, geometryOf, pixelsOf } from './geometry.js'
import { hasHostForm, isHostDepthwise, lowerHostDense, lowerHostDepthwise } from './host.js'
import { lowerChannels } from './output-channels.js'
import { reference } from './reference.js'
import { activationType, channelWeights } from './weights.js'

export const convolution = defineOperator({
  name: 'convolution',
  summary: 'convolution, 1-D or 2-D: groups, depthwise, stride, dilation, padding',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const { attributes } = node
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const geometry = geometryOf(attributes, input, output)
    const sum = {
      node,
      channels: channelWeights(attributes),
      inputType: activationType(input),
      inputZeroPoint: attributes.inputZeroPoint,
      output: attributes.requantization,
      preferFloat: context.preferFloat,
    }
    const calls = context.hostKernels && hasHostForm(sum)
    const byHost = calls && fitsWindowBlock(geometry)
    if (byHost && isHostDepthwise(geometry))
      return [lowerHostDepthwise({ node, input, output, geometry, sum })]
    if (!byHost && isDepthwise(geometry)) return [lowerDepthwise({ node, input, output, geometry, sum })]
    const channels = lowerChannels({ ...sum, wideWeights: 'corrected' })
    if (isOneRow(geometry)) {
      const row = { node, input, output, channels }
      return [calls ? lowerHostRow(row) : lowerRow(row)]
    }
    const { inputZeroPoint } = attributes
    const layer = { node, input, output, geometry, channels, inputZeroPoint }
    return [byHost ? lowerHostDense(layer) : lowerDense(layer)]
  },
})

/** One window that covers the whole input: its column is the input as it lies in memory. */
function isOneRow(geometry: Geometry): boolean {
  const { input, kernel, isPadded, group } = geometry
  const coversInput = input.height === kernel.height && input.width === kernel.width
  return pixelsOf(geometry) === 1 && group === 1 && !isPadded && coversInput
}
