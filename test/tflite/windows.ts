// SPDX-License-Identifier: Apache-2.0
// Random windows over images, and fused activations, of TensorFlow Lite nodes.
import type { Activation, Network } from './network.js'

export const isImage = (x: Activation): boolean => x.shape.length === 4
export const randomActivation = ({ random }: Network) => ({ activation: random.integer(0, 3) })

/** Output length of a window that is padded or not; null where it does not fit. */
const lengthOf = (size: number, extent: number, stride: number, isSame: boolean): number =>
  isSame ? Math.ceil(size / stride) : Math.floor((size - extent) / stride) + 1

export function windowed({ random }: Network, x: Activation, mayDilate: boolean) {
  const kernel = [random.integer(1, 3), random.integer(1, 3)] as const
  const strides = [random.integer(1, 2), random.integer(1, 2)] as const
  const dilations = mayDilate ? ([random.integer(1, 2), random.integer(1, 2)] as const) : ([1, 1] as const)
  const isSame = random.boolean()
  const plane = [0, 1].map((axis) =>
    lengthOf(x.shape[axis + 1]!, (kernel[axis]! - 1) * dilations[axis]! + 1, strides[axis]!, isSame),
  ) as [number, number]
  const options = {
    ...{ padding: isSame ? 0 : 1, strideHeight: strides[0], strideWidth: strides[1] },
    ...(mayDilate ? { dilationHeight: dilations[0], dilationWidth: dilations[1] } : {}),
  }
  return plane.every((length) => length >= 1) ? { kernel, plane, options } : null
}
