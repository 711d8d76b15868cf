// SPDX-License-Identifier: Apache-2.0
// output[n][o][p] = R(bias[o] + sum over window and the group's channels of (x - inputZeroPoint) * (w - weightZeroPoint[o])),
// elements outside the image contributing 0. Any number of spatial dimensions.
import { allocate, rowMajorStrides, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { requantize } from './rule.js'

export const reference: OperatorDefinition<'convolution'>['reference'] = (node, [input], [output]) => {
  const { weight, weightZeroPoints, bias, inputZeroPoint, group, requantization } = node.attributes
  const [, outChannels, ...outPlane] = output!.shape as [number, number, ...number[]]
  const [, inChannels, ...inPlane] = input!.shape as [number, number, ...number[]]
  const groupChannels = inChannels / group
  const taps = sizeOf(node.attributes.kernel)
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const pixel = index % sizeOf(outPlane)
    const outChannel = Math.floor(index / sizeOf(outPlane)) % outChannels
    const image = Math.floor(index / sizeOf(outPlane) / outChannels)
    const firstChannel = Math.floor(outChannel / (outChannels / group)) * groupChannels
    let accumulator = bias?.[outChannel] ?? 0
    for (let tap = 0; tap < taps; tap++) {
      const place = placeOf(pixel, tap, outPlane, inPlane, node.attributes)
      if (place === null) continue
      for (let channel = 0; channel < groupChannels; channel++) {
        const plane = (image * inChannels + firstChannel + channel) * sizeOf(inPlane)
        const x = Number(input!.data[plane + place]) - inputZeroPoint
        const w = Number(weight.data[(outChannel * groupChannels + channel) * taps + tap])
        accumulator += x * (w - weightZeroPoints[outChannel % weightZeroPoints.length]!)
      }
    }
    data[index] = requantize(accumulator, requantization, outChannel)
  }
  return [{ shape: output!.shape, data }]
}

interface Sliding {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly pads: readonly number[]
}

/** Index in the input plane that a tap of an output pixel's window reads; null outside. */
function placeOf(
  pixel: number,
  tap: number,
  outPlane: readonly number[],
  inPlane: readonly number[],
  { kernel, strides, dilations, pads }: Sliding,
): number | null {
  const outStrides = rowMajorStrides(outPlane)
  const tapStrides = rowMajorStrides(kernel)
  const inStrides = rowMajorStrides(inPlane)
  let place = 0
  for (let axis = 0; axis < inPlane.length; axis++) {
    const at = Math.floor(pixel / outStrides[axis]!) % outPlane[axis]!
    const offset = Math.floor(tap / tapStrides[axis]!) % kernel[axis]!
    const coordinate = at * strides[axis]! - pads[axis]! + offset * dilations[axis]!
    if (coordinate < 0 || coordinate >= inPlane[axis]!) return null
    place += coordinate * inStrides[axis]!
  }
  return place
}
