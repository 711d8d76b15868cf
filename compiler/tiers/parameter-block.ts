// SPDX-License-Identifier: Apache-2.0
// Parameter blocks of host kernels, and whether a layer fits one: the tables of docs/kernels.md.
import type { RequantizerForm } from '../arithmetic/requantizer-forms.js'
import type { Geometry, Plane } from '../operators/convolution/geometry.js'
import { type HostKernel, hostKernels } from './kernel-interface.js'

/** Forms of the portable tier, TFLite Micro's two roundings, and a pool's division. */
export type HostRequantizer = RequantizerForm | 'double' | 'quotient'

export const windowBlockBytes = 48
export const rowBlockBytes = 20

/** What every block begins with. */
export interface BlockHead {
  readonly kernel: HostKernel
  /** null: the result is float32. */
  readonly requantizer: HostRequantizer | null
  readonly isUnsigned: boolean
  readonly isCorrected: boolean
  readonly hasWideWeights: boolean
  readonly inputZeroPoint: number
  readonly output: { readonly zeroPoint: number; readonly min: number; readonly max: number }
}

const requantizerCodes: Readonly<Record<HostRequantizer, number>> = {
  ...{ plain: 0, window: 1, full: 2, float: 3, double: 5, quotient: 6 },
}
const floatResult = 4

const largestCount = 0xffff
const farthest = 2 ** 20

/** Whether the block's fields can hold the layer; else it keeps its portable kernel. */
export function fitsWindowBlock(geometry: Geometry): boolean {
  const { batch, group, inChannels, outChannels, input, output, kernel, stride, dilation, pad } = geometry
  const planes = [input, output, kernel, stride, dilation, pad].flatMap(({ height, width }) => [
    height,
    width,
  ])
  const reach = (axis: keyof Plane) =>
    Math.max((output[axis] - 1) * stride[axis], (kernel[axis] - 1) * dilation[axis])
  return (
    [batch, group, inChannels, outChannels, ...planes].every((count) => count <= largestCount) &&
    reach('height') < farthest &&
    reach('width') < farthest
  )
}

/** `last`: the chunk's depth and 0 (convolution), or the tile's height and width (depthwise). Pre: fitsWindowBlock. */
export function encodeWindowBlock(
  head: BlockHead,
  geometry: Geometry,
  last: readonly [number, number],
): Uint8Array {
  const { input, output, kernel, stride, dilation, pad } = geometry
  const view = encodeHead(head, windowBlockBytes)
  const values = [
    ...[geometry.batch, geometry.group, geometry.inChannels, geometry.outChannels],
    ...[input, output, kernel, stride, dilation, pad].flatMap(({ height, width }) => [height, width]),
    ...last,
  ]
  values.forEach((value, index) => {
    view.setUint16(12 + 2 * index, value, true)
  })
  return new Uint8Array(view.buffer)
}

export function encodeRowBlock(head: BlockHead, depth: number, units: number): Uint8Array {
  const view = encodeHead(head, rowBlockBytes)
  view.setUint32(12, depth, true)
  view.setUint32(16, units, true)
  return new Uint8Array(view.buffer)
}

function encodeHead(head: BlockHead, bytes: number): DataView {
  const view = new DataView(new ArrayBuffer(bytes))
  view.setUint8(0, hostKernels[head.kernel].code)
  view.setUint8(1, head.requantizer === null ? floatResult : requantizerCodes[head.requantizer])
  view.setUint8(2, head.isUnsigned ? 1 : 0)
  view.setUint8(3, (head.isCorrected ? 1 : 0) | (head.hasWideWeights ? 2 : 0))
  const { zeroPoint, min, max } = head.output
  const levels = [head.inputZeroPoint, zeroPoint, min, max]
  levels.forEach((level, index) => {
    view.setInt16(4 + 2 * index, level, true)
  })
  return view
}
