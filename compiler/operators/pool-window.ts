// SPDX-License-Identifier: Apache-2.0
// Windows of the pooling kernels: images [N, height, width, C] in memory, a 1-D one being one row.
import type { KernelConstant, ProgramTensor } from '../codegen/program.js'
import { CapletError } from '../errors.js'
import type { Window } from '../ir/operators.js'
import type { StepOrigin } from './strided-copy.js'

interface Plane {
  readonly height: number
  readonly width: number
}

export interface PoolShape {
  readonly batches: number
  readonly channels: number
  readonly input: Plane
  readonly output: Plane
  readonly kernel: Plane
  readonly strides: Plane
  /** Before the first row and column. */
  readonly pads: Plane
  /** Behind the last row and column. */
  readonly endPads: Plane
  readonly dilations: Plane
}

const plane = (values: readonly number[], missing: number): Plane => ({
  height: values.length === 2 ? values[0]! : missing,
  width: values.at(-1)!,
})

/** Pre: one or two spatial dimensions, shapes in the model's order. */
export function poolShape(
  window: Window,
  input: { shape: readonly number[] },
  output: { shape: readonly number[] },
): PoolShape {
  const rank = input.shape.length - 2
  return {
    batches: input.shape[0]!,
    channels: input.shape[1]!,
    input: plane(input.shape.slice(2), 1),
    output: plane(output.shape.slice(2), 1),
    kernel: plane(window.kernel, 1),
    strides: plane(window.strides, 1),
    pads: plane(window.pads.slice(0, rank), 0),
    endPads: plane(window.pads.slice(rank), 0),
    dilations: plane(window.dilations, 1),
  }
}

export function windowConstants(shape: PoolShape): Record<string, KernelConstant> {
  const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
  return {
    BATCHES: { kind: 'usize', value: shape.batches },
    CHANNELS: { kind: 'usize', value: shape.channels },
    INPUT_HEIGHT: i32(shape.input.height),
    INPUT_WIDTH: i32(shape.input.width),
    OUTPUT_HEIGHT: i32(shape.output.height),
    OUTPUT_WIDTH: i32(shape.output.width),
    KERNEL_HEIGHT: i32(shape.kernel.height),
    KERNEL_WIDTH: i32(shape.kernel.width),
    STRIDE_Y: i32(shape.strides.height),
    STRIDE_X: i32(shape.strides.width),
    PAD_TOP: i32(shape.pads.height),
    PAD_LEFT: i32(shape.pads.width),
    DILATION_Y: i32(shape.dilations.height),
    DILATION_X: i32(shape.dilations.width),
  }
}

/** Coordinates within 0..size-1 under the window's taps, on one axis, for the outputs one after the other. */
export function insideTaps(
  taps: number,
  stride: number,
  pad: number,
  dilation: number,
  size: number,
  outputs: number,
): number[][] {
  return Array.from({ length: outputs }, (_, out) =>
    Array.from({ length: taps }, (_, tap) => out * stride - pad + tap * dilation).filter(
      (at) => at >= 0 && at < size,
    ),
  )
}

/** For each output row the input rows under its window, and for each output column the input columns. */
export const tapsOf = ({ input, output, kernel, strides, pads, dilations }: PoolShape) => ({
  rows: insideTaps(kernel.height, strides.height, pads.height, dilations.height, input.height, output.height),
  columns: insideTaps(kernel.width, strides.width, pads.width, dilations.width, input.width, output.width),
})

/** A window without any cell of the image has no maximum and no mean. */
export function rejectEmptyWindows(
  { name, operator }: StepOrigin,
  shape: PoolShape,
  tensor: ProgramTensor,
): void {
  const { rows, columns } = tapsOf(shape)
  if ([...rows, ...columns].every((cells) => cells.length > 0)) return
  throw new CapletError({
    code: 'empty-window',
    message: `A window of ${name} lies outside ${tensor.name} [${tensor.shape}] as a whole.`,
    remedy: 'Use smaller pads or dilations.',
    node: name,
    operator,
    attribute: 'pads',
  })
}
