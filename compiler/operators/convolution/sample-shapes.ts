// SPDX-License-Identifier: Apache-2.0
// Layers for convolution's cases: one per way through the kernels and per remainder in it.

/** Sizes of a layer; one entry per spatial dimension. `pads`: begin of each, then end of each. */
export interface Shape {
  readonly batch?: number
  readonly inChannels: number
  readonly outChannels: number
  readonly plane: readonly number[]
  readonly kernel: readonly number[]
  readonly strides?: readonly number[]
  readonly pads?: readonly number[]
  readonly dilations?: readonly number[]
  readonly group?: number
}

export const sampleShapes: Readonly<Record<string, Shape>> = {
  'whole window': { inChannels: 5, outChannels: 7, plane: [3, 2], kernel: [3, 2] },
  'pointwise, even pixels': { inChannels: 8, outChannels: 8, plane: [3, 4], kernel: [1, 1] },
  'pointwise, odd pixels and remainders': { inChannels: 7, outChannels: 5, plane: [3, 3], kernel: [1, 1] },
  'pointwise with stride': { inChannels: 6, outChannels: 6, plane: [5, 7], kernel: [1, 1], strides: [2, 3] },
  'pointwise, weights read per block': { inChannels: 190, outChannels: 33, plane: [2, 3], kernel: [1, 1] },
  'one pixel of a larger input': {
    inChannels: 3,
    outChannels: 4,
    plane: [4, 5],
    kernel: [2, 3],
    strides: [3, 3],
  },
  'gathered rows': { inChannels: 3, outChannels: 9, plane: [6, 7], kernel: [3, 3], pads: [1, 1, 1, 1] },
  'one channel, 10x4': {
    inChannels: 1,
    outChannels: 8,
    plane: [21, 10],
    kernel: [10, 4],
    strides: [2, 2],
    pads: [4, 1, 5, 1],
  },
  'several tiles': { inChannels: 4, outChannels: 70, plane: [4, 3], kernel: [3, 3], pads: [1, 1, 1, 1] },
  'elements of the window': {
    inChannels: 16,
    outChannels: 6,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'dilated along both axes': {
    inChannels: 3,
    outChannels: 4,
    plane: [9, 8],
    kernel: [3, 2],
    dilations: [2, 3],
    pads: [2, 1, 0, 3],
  },
  'pads beyond the window': {
    inChannels: 2,
    outChannels: 3,
    plane: [2, 2],
    kernel: [2, 2],
    pads: [3, 4, 5, 2],
  },
  'wide pads, gathered': { inChannels: 1, outChannels: 3, plane: [1, 2], kernel: [1, 5], pads: [2, 6, 0, 7] },
  'chunks of whole elements': {
    inChannels: 24,
    outChannels: 10,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'chunks of one element': { inChannels: 70, outChannels: 5, plane: [3, 3], kernel: [3, 1] },
  'chunks of parts of elements': {
    inChannels: 261,
    outChannels: 6,
    plane: [3, 2],
    kernel: [2, 1],
    pads: [1, 0, 0, 0],
  },
  'chunks and several tiles': {
    inChannels: 65,
    outChannels: 141,
    plane: [1, 3],
    kernel: [1, 3],
    pads: [0, 1, 0, 1],
  },
  'pointwise in chunks': { inChannels: 300, outChannels: 8, plane: [2, 2], kernel: [1, 1] },
  'accumulators beyond 2^24': { inChannels: 1200, outChannels: 3, plane: [1, 2], kernel: [1, 1] },
  'batch of three': {
    batch: 3,
    inChannels: 4,
    outChannels: 5,
    plane: [3, 5],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
  },
  'batch of three, one pixel each': {
    batch: 3,
    inChannels: 6,
    outChannels: 5,
    plane: [2, 2],
    kernel: [2, 2],
  },
  '1-D': { inChannels: 1, outChannels: 16, plane: [40], kernel: [7], strides: [2], pads: [3, 3] },
  '1-D, causal and dilated': {
    inChannels: 8,
    outChannels: 8,
    plane: [20],
    kernel: [3],
    dilations: [4],
    pads: [8, 0],
  },
  groups: { inChannels: 12, outChannels: 8, plane: [5, 4], kernel: [3, 3], pads: [1, 1, 1, 1], group: 2 },
  'groups of one output': { inChannels: 6, outChannels: 3, plane: [4, 4], kernel: [2, 2], group: 3 },
  'groups in chunks': { inChannels: 80, outChannels: 12, plane: [3, 3], kernel: [3, 3], group: 2 },
  'groups, pointwise': { inChannels: 20, outChannels: 10, plane: [3, 3], kernel: [1, 1], group: 5 },
  depthwise: { inChannels: 8, outChannels: 8, plane: [6, 5], kernel: [3, 3], pads: [1, 1, 1, 1], group: 8 },
  'depthwise, strided, odd pads': {
    inChannels: 5,
    outChannels: 5,
    plane: [9, 8],
    kernel: [3, 3],
    strides: [2, 2],
    pads: [0, 0, 1, 1],
    group: 5,
  },
  'depthwise 5x5': {
    inChannels: 3,
    outChannels: 3,
    plane: [7, 6],
    kernel: [5, 5],
    pads: [2, 2, 2, 2],
    group: 3,
  },
  'depthwise, multiplier 2': {
    inChannels: 4,
    outChannels: 8,
    plane: [5, 5],
    kernel: [3, 2],
    pads: [1, 0, 1, 1],
    group: 4,
  },
  'depthwise 1-D, long kernel': {
    inChannels: 4,
    outChannels: 4,
    plane: [50],
    kernel: [15],
    pads: [7, 7],
    group: 4,
  },
  'depthwise 1-D, dilated': {
    inChannels: 6,
    outChannels: 6,
    plane: [33],
    kernel: [3],
    dilations: [5],
    pads: [10, 0],
    group: 6,
  },
  'depthwise, many channels': {
    inChannels: 70,
    outChannels: 70,
    plane: [9, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 70,
  },
  'depthwise, large plane': {
    inChannels: 3,
    outChannels: 3,
    plane: [40, 37],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 3,
  },
  'depthwise, wide row': { inChannels: 2, outChannels: 2, plane: [900], kernel: [3], pads: [1, 1], group: 2 },
  'depthwise, batch': {
    batch: 2,
    inChannels: 4,
    outChannels: 4,
    plane: [5, 4],
    kernel: [3, 3],
    pads: [1, 1, 1, 1],
    group: 4,
  },
  'depthwise, one pixel': { inChannels: 9, outChannels: 9, plane: [4, 3], kernel: [4, 3], group: 9 },
}
