// SPDX-License-Identifier: Apache-2.0
// A convolution's sizes in two spatial dimensions; 1-D ones have height 1.
import type { ProgramTensor } from '../../codegen/program.js'
import type { ConvolutionAttributes } from '../../ir/operators.js'

export interface Plane {
  readonly height: number
  readonly width: number
}

export interface Geometry {
  readonly batch: number
  readonly input: Plane
  readonly output: Plane
  readonly kernel: Plane
  readonly stride: Plane
  readonly dilation: Plane
  /** Before the first row and column. */
  readonly pad: Plane
  /** True where some window reaches beyond the input. */
  readonly isPadded: boolean
  readonly group: number
  readonly inChannels: number
  readonly outChannels: number
}

/** Pre: shapes [N, C, ...spatial] and [N, O, ...spatial] with 1 or 2 spatial dimensions. */
export function geometryOf(
  attributes: ConvolutionAttributes,
  input: ProgramTensor,
  output: ProgramTensor,
): Geometry {
  const { kernel, strides, dilations, pads, group } = attributes
  const sizes = {
    input: plane(input.shape.slice(2)),
    output: plane(output.shape.slice(2)),
    kernel: plane(kernel),
    stride: plane(strides),
    dilation: plane(dilations),
    pad: plane(pads.slice(0, kernel.length), 0),
  }
  return {
    ...sizes,
    batch: input.shape[0]!,
    isPadded: reachesBeyond(sizes, 'height') || reachesBeyond(sizes, 'width'),
    group,
    inChannels: input.shape[1]!,
    outChannels: output.shape[1]!,
  }
}

/** `rows` rows of `inChannels` elements as a 1x1 convolution. */
export const rowsGeometry = (rows: number, inChannels: number, outChannels: number): Geometry => ({
  batch: 1,
  input: { height: 1, width: rows },
  output: { height: 1, width: rows },
  kernel: plane([1]),
  stride: plane([1]),
  dilation: plane([1]),
  pad: plane([0], 0),
  isPadded: false,
  group: 1,
  inChannels,
  outChannels,
})

export const areaOf = ({ height, width }: Plane): number => height * width

/** Products per output element. */
export const depthOf = (geometry: Geometry): number =>
  (areaOf(geometry.kernel) * geometry.inChannels) / geometry.group

export const pixelsOf = (geometry: Geometry): number => geometry.batch * areaOf(geometry.output)

function plane(values: readonly number[], height = 1): Plane {
  const [first, second] = values
  return second === undefined ? { height, width: first! } : { height: first!, width: second }
}

type Sizes = Pick<Geometry, 'input' | 'output' | 'kernel' | 'stride' | 'dilation' | 'pad'>

function reachesBeyond(sizes: Sizes, axis: 'height' | 'width'): boolean {
  const { input, output, kernel, stride, dilation, pad } = sizes
  const last = (output[axis] - 1) * stride[axis] + (kernel[axis] - 1) * dilation[axis] - pad[axis]
  return pad[axis] > 0 || last >= input[axis]
}
