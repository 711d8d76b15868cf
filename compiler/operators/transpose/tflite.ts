// SPDX-License-Identifier: Apache-2.0
// TRANSPOSE, and the two rearrangements of blocks of pixels: a reshape, a transpose and a reshape.
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { requireMove } from '../tflite-copies.js'

export const transpose: TfliteOperator = {
  name: 'TRANSPOSE',
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    requireMove(node, input, output)
    const permutation = node.integers(1, 'The permutation')
    const isOne =
      String([...permutation].sort((a, b) => a - b)) === String(input.shape.map((_, axis) => axis))
    if (!isOne) throw node.malformed(`[${permutation}] is no permutation of [${input.shape}]`)
    node.requireShape(
      output,
      permutation.map((axis) => input.shape[axis]!),
    )
    conversion.emitOutput('transpose', [conversion.stored(input.name)], output, { permutation })
  },
}

function emitBlocks(
  node: TfliteNode,
  conversion: TfliteConversion,
  split: readonly number[],
  permutation: readonly number[],
  shape: readonly number[],
): void {
  const [input, output] = [node.input(0), node.output()]
  requireMove(node, input, output)
  node.requireType(input, 'int8', 'float32')
  node.requireShape(output, shape)
  const { type } = input
  const x = conversion.emit('reshape', [conversion.stored(input.name)], { type, shape: split }, {})
  const moved = { type, shape: permutation.map((axis) => split[axis]!) }
  const y = conversion.emit('transpose', [x], moved, { permutation })
  conversion.emitOutput('reshape', [y], output, {})
}

function blockOf(node: TfliteNode): { block: number; shape: [number, number, number, number] } {
  node.requireRank(node.input(0), 4)
  const block = node.int('blockSize')
  if (block < 1 || block > 4096) throw node.malformed(`The block's size is ${block}`)
  return { block, shape: node.input(0).shape as unknown as [number, number, number, number] }
}

export const depthToSpace: TfliteOperator = {
  name: 'DEPTH_TO_SPACE',
  inputs: [1, 1],
  convert(node, conversion) {
    const {
      block,
      shape: [n, h, w, c],
    } = blockOf(node)
    const depth = c / block / block
    if (!Number.isInteger(depth)) throw node.malformed(`${c} channels are not blocks of ${block} x ${block}`)
    emitBlocks(
      node,
      conversion,
      [n, h, w, block, block, depth],
      [0, 1, 3, 2, 4, 5],
      [n, h * block, w * block, depth],
    )
  },
}

export const spaceToDepth: TfliteOperator = {
  name: 'SPACE_TO_DEPTH',
  inputs: [1, 1],
  convert(node, conversion) {
    const {
      block,
      shape: [n, h, w, c],
    } = blockOf(node)
    const [rows, columns] = [h / block, w / block]
    if (!Number.isInteger(rows) || !Number.isInteger(columns))
      throw node.malformed(`[${h}, ${w}] are not blocks of ${block}`)
    emitBlocks(
      node,
      conversion,
      [n, rows, block, columns, block, c],
      [0, 1, 3, 2, 4, 5],
      [n, rows, columns, block * block * c],
    )
  },
}
