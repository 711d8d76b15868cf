// SPDX-License-Identifier: Apache-2.0
// Where a weighted_sum, or a wide_sum, finds its input and puts its output: rows are the pixels of a 1 x 1 convolution.
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { stridesOf } from '../../ir/layout.js'
import type { WeightedSumAttributes } from '../../ir/sum-operators.js'
import { bytesPerElement, sizeOf } from '../../ir/types.js'

export type SumGeometry = Pick<
  WeightedSumAttributes,
  'weight' | 'group' | 'kernel' | 'strides' | 'pads' | 'dilations'
>

interface Image {
  readonly batches: number
  readonly height: number
  readonly width: number
  /** Steps in bytes. */
  readonly batch: number
  readonly channel: number
  readonly y: number
  readonly x: number
}

/** Pre: tensors of rows are row-major. */
export function geometryConstants(
  { attributes }: { readonly attributes: SumGeometry },
  input: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const { weight, group, kernel, strides, pads, dilations } = attributes
  const imageOf = weight.shape.length === 2 ? imageOfRows : imageOfPlanes
  const [from, to] = [imageOf(input), imageOf(output)]
  const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
  const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
  /** Entry of the vertical and of the horizontal axis; one spatial axis is a horizontal one. */
  const [tall, wide] = kernel.length === 2 ? [0, 1] : [-1, 0]
  const at = (values: readonly number[], axis: number, absent: number) => values[axis] ?? absent
  return {
    BATCHES: usize(from.batches),
    GROUPS: usize(group),
    GROUP_CHANNELS: usize(weight.shape[1]!),
    GROUP_OUTPUTS: usize(weight.shape[0]! / group),
    DEPTH: usize(sizeOf(weight.shape.slice(1))),
    INPUT_HEIGHT: i32(from.height),
    INPUT_WIDTH: i32(from.width),
    INPUT_BATCH: usize(from.batch),
    INPUT_CHANNEL: usize(from.channel),
    INPUT_Y: usize(from.y),
    INPUT_X: usize(from.x),
    OUTPUT_HEIGHT: usize(to.height),
    OUTPUT_WIDTH: usize(to.width),
    OUTPUT_BATCH: usize(to.batch),
    OUTPUT_CHANNEL: usize(to.channel),
    OUTPUT_Y: usize(to.y),
    OUTPUT_X: usize(to.x),
    KERNEL_HEIGHT: usize(at(kernel, tall, 1)),
    KERNEL_WIDTH: usize(at(kernel, wide, 1)),
    STRIDE_Y: usize(at(strides, tall, 1)),
    STRIDE_X: usize(at(strides, wide, 1)),
    STEP_Y: usize(at(dilations, tall, 1)),
    STEP_X: usize(at(dilations, wide, 1)),
    PAD_TOP: i32(at(pads, tall, 0)),
    PAD_LEFT: i32(at(pads, wide, 0)),
  }
}

/** [..., K]: one line of pixels. */
function imageOfRows({ type, shape }: ProgramTensor): Image {
  const size = bytesPerElement(type)
  const width = sizeOf(shape.slice(0, -1))
  return { batches: 1, height: 1, width, batch: 0, channel: size, y: 0, x: shape.at(-1)! * size }
}

/** [N, C, W] or [N, C, H, W]. */
function imageOfPlanes({ type, shape, layout }: ProgramTensor): Image {
  const steps = stridesOf(shape, layout.order).map((stride) => stride * bytesPerElement(type))
  const [batch, channel, ...spatial] = steps as [number, number, ...number[]]
  return {
    batches: shape[0]!,
    height: shape.length === 4 ? shape[2]! : 1,
    width: shape.at(-1)!,
    batch,
    channel,
    y: shape.length === 4 ? spatial[0]! : 0,
    x: spatial.at(-1)!,
  }
}
