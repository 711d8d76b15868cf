// SPDX-License-Identifier: Apache-2.0
// What the TensorFlow Lite operators that only move elements share: TFLite Micro copies quanta as they are, so input and
// output must have one quantization; a model where they differ is refused rather than computed wrongly.
import type { Tensor } from '../ir/graph.js'
import type { ElementType } from '../ir/types.js'
import type { TfliteNode } from './tflite.js'

const movable: readonly ElementType[] = ['int8', 'int16', 'int32', 'float32', 'bool']

/** Types that others move, but these kernels of the reference do not. */
const unmoved: Readonly<Record<string, readonly ElementType[]>> = {
  ...{ TRANSPOSE: ['int32', 'bool'], EXPAND_DIMS: ['int32', 'bool'], PAD: ['bool'], PADV2: ['bool'] },
  ...{ PACK: ['bool'], UNPACK: ['bool'], SPLIT: ['bool'], SPLIT_V: ['bool'] },
}

export function requireMover(node: TfliteNode, { type }: Tensor): void {
  if (!unmoved[node.node.operator]?.includes(type)) return
  throw node.refused(`TFLite Micro has no kernel for its type ${type}`, 'Use another element type.')
}

/** Types equal and known, quantization equal where the elements are quantized. */
export function requireMove(node: TfliteNode, from: Tensor, to: Tensor): void {
  node.requireType(from, ...movable)
  requireMover(node, from)
  node.requireType(to, from.type)
  if (from.type === 'int8' || from.type === 'int16') node.requireEqualQuantization(from, to)
}

/** Begin and step per axis for Caplet's slice; every axis of the output has at least one element. */
export const wholeSlice = (shape: readonly number[]) => ({
  starts: shape.map(() => 0),
  steps: shape.map(() => 1),
})
