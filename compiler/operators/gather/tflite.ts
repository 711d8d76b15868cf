// SPDX-License-Identifier: Apache-2.0
// GATHER with constant indices, and RESIZE_NEAREST_NEIGHBOR, which is one along the rows and one along the columns.

import { roundHalfAway } from '../../arithmetic/fixed-point.js'
import { f32 } from '../../arithmetic/float32.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { requireMove } from '../tflite-copies.js'

export const gather: TfliteOperator = {
  name: 'GATHER',
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    requireMove(node, input, output)
    node.requireType(input, 'int8', 'float32')
    node.requireType(node.input(1), 'int32')
    if (node.int('batchDimensions') !== 0) {
      throw node.error(
        'unsupported-attribute',
        'It has batch dimensions',
        'Gather without them.',
        'batch_dims',
      )
    }
    const axis = node.axis(node.int('axis'), input.shape.length)
    const indices = node.integers(1, 'The list of indices')
    if (indices.some((index) => index < 0 || index >= input.shape[axis]!)) {
      throw node.refused(
        `TFLite Micro fails: an index is outside 0 to ${input.shape[axis]! - 1}`,
        'Correct the indices.',
      )
    }
    node.requireShape(output, [
      ...input.shape.slice(0, axis),
      ...node.input(1).shape,
      ...input.shape.slice(axis + 1),
    ])
    const attributes = { axis, span: 1, indices: Int32Array.from(indices) }
    conversion.emitOutput('gather', [conversion.stored(input.name)], output, attributes)
  },
}

export const resizeNearest: TfliteOperator = {
  name: 'RESIZE_NEAREST_NEIGHBOR',
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    requireMove(node, input, output)
    node.requireType(input, 'int8', 'int16')
    node.requireRank(input, 4)
    const [height, width] = node.integers(1, 'The size') as [number, number]
    const [batch, rows, columns, channels] = input.shape as [number, number, number, number]
    if (!(height >= 1 && width >= 1)) throw node.malformed(`The size is [${height}, ${width}]`)
    node.requireShape(output, [batch, height, width, channels])
    const indices = (from: number, to: number) => nearest(node, from, to)
    const tall = conversion.emit(
      'gather',
      [conversion.stored(input.name)],
      { type: input.type, shape: [batch, height, columns, channels] },
      { axis: 1, span: 1, indices: indices(rows, height) },
    )
    conversion.emitOutput('gather', [tall], output, { axis: 2, span: 1, indices: indices(columns, width) })
  },
}

/** In float32, as the reference does it. */
function nearest(node: TfliteNode, from: number, to: number): Int32Array {
  const [isAligned, isHalf] = [node.flag('alignCorners'), node.flag('halfPixelCenters')]
  const scale = isAligned && to > 1 ? f32((from - 1) / (to - 1)) : f32(from / to)
  return Int32Array.from({ length: to }, (_, place) => {
    const real = f32(f32(place + (isHalf ? 0.5 : 0)) * scale)
    const index = Math.min(isAligned ? roundHalfAway(real) : Math.floor(real), from - 1)
    return isHalf ? Math.max(0, index) : index
  })
}
