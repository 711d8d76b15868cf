// SPDX-License-Identifier: Apache-2.0
// RESIZE_BILINEAR of int8: places and weights in fixed point with 10 bits, from integer divisions that truncate.
import type { FixedInterpolation } from '../../ir/fixed-operators.js'
import { channelsFirst } from '../convolution/tflite.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'

export const resizeBilinear: TfliteOperator = {
  name: 'RESIZE_BILINEAR',
  inputs: [2, 2],
  convert(node, conversion) {
    const [input, output] = [node.input(0), node.output()]
    node.requireType(input, 'int8')
    node.requireType(output, 'int8')
    node.requireEqualQuantization(input, output)
    node.requireRank(input, 4)
    const [height, width] = node.integers(1, 'The size') as [number, number]
    const [batch, rows, columns, channels] = input.shape as [number, number, number, number]
    if (!(height >= 1 && width >= 1)) throw node.malformed(`The size is [${height}, ${width}]`)
    if (Math.max(rows, columns, height, width) > longest) throw node.malformed(`It is longer than ${longest}`)
    node.requireShape(output, [batch, height, width, channels])
    if (node.flag('alignCorners') && node.flag('halfPixelCenters')) {
      throw node.refused(
        'TFLite Micro does not load it: corners and pixel centers are both aligned',
        'Choose one.',
      )
    }
    const y = conversion.emit(
      'fixed_resize',
      [conversion.channelsFirst(input.name)],
      { type: output.type, shape: channelsFirst(output) },
      { rows: between(node, rows, height), columns: between(node, columns, width) },
    )
    conversion.defineChannelsFirst(output.name, y)
  },
}

/** Places stay within 32 bits, as in the reference. */
const longest = 1 << 20

function between(node: TfliteNode, from: number, to: number): FixedInterpolation[] {
  const [isAligned, isHalf] = [node.flag('alignCorners'), node.flag('halfPixelCenters')]
  const quotient = (a: number, b: number) => Math.trunc(a / b)
  const scale =
    isAligned && to > 1
      ? quotient(1024 * (from - 1) + quotient(to - 1, 2), to - 1)
      : quotient(1024 * from + quotient(to, 2), to)
  return Array.from({ length: to }, (_, place) => {
    const at = place * scale + (isHalf ? quotient(scale, 2) - 512 : 0)
    const first = Math.max(quotient(at, 1024), 0)
    const second = Math.min(quotient(at + 1023, 1024), from - 1)
    return { first, second, part: at - 1024 * first }
  })
}
