// SPDX-License-Identifier: Apache-2.0
// Layers whose cost on boards is measured.
import { fixedMultiplier } from '../../compiler/arithmetic/fixed-point.js'
import type { FixedRequantization } from '../../compiler/ir/fixed-operators.js'
import type { Arithmetic } from '../../compiler/operators/convolution/sample-arithmetic.js'
import type { Shape } from '../../compiler/operators/convolution/sample-shapes.js'

/**
 * Layers with the shapes of keyword spotting, and the ceilings that they must not pass: with the FPU, in integers,
 * and with the two roundings of TFLite Micro.
 */
export const layers: Readonly<
  Record<string, { shape: Shape; float: number; integer: number; double: number }>
> = {
  'convolution 10x4': {
    shape: {
      ...{ inChannels: 1, outChannels: 64, plane: [49, 10], kernel: [10, 4], strides: [2, 2] },
      pads: [4, 1, 5, 1],
    },
    ...{ float: 2.15, integer: 2.6, double: 2.4 },
  },
  'convolution 1x1': {
    shape: { inChannels: 64, outChannels: 64, plane: [25, 5], kernel: [1, 1] },
    ...{ float: 1.55, integer: 1.85, double: 1.7 },
  },
  'convolution 3x3': {
    shape: { inChannels: 16, outChannels: 16, plane: [16, 16], kernel: [3, 3], pads: [1, 1, 1, 1] },
    ...{ float: 1.7, integer: 1.8, double: 1.75 },
  },
  'depthwise 3x3': {
    shape: {
      ...{ inChannels: 64, outChannels: 64, group: 64, plane: [25, 5], kernel: [3, 3] },
      pads: [1, 1, 1, 1],
    },
    ...{ float: 4.1, integer: 5.2, double: 4.3 },
  },
}

export function macsOf({ plane, kernel, strides, inChannels, outChannels, group = 1 }: Shape): number {
  const pixels = plane.reduce((product, size, axis) => product * Math.ceil(size / (strides?.[axis] ?? 1)), 1)
  return (pixels * outChannels * inChannels * kernel.reduce((product, k) => product * k, 1)) / group
}

/** int8, asymmetric, one multiplier per channel: what the quantizer emits behind a Relu. */
export const typical = ({ outChannels }: Shape): Arithmetic => ({
  ...{
    inputType: 'int8',
    weightType: 'int8',
    outputType: 'int8',
    inputZeroPoint: -128,
    weightZeroPoints: [0],
  },
  bias: null,
  requantization: {
    multipliers: Float32Array.from({ length: outChannels }, (_, channel) => 0.0013 + channel * 1e-5),
    ...{ zeroPoint: -128, min: -128, max: 127 },
  },
})

/** The same behind the two roundings of TFLite Micro. */
export function typicalFixed(shape: Shape): Arithmetic<FixedRequantization> {
  const numbers = typical(shape)
  const { multipliers, ...range } = numbers.requantization
  return { ...numbers, requantization: { ...range, fixed: Array.from(multipliers, fixedMultiplier) } }
}
