// SPDX-License-Identifier: Apache-2.0
// PAD with the output's zero point, PADV2 with a constant of the output's quantization.
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { requireMove } from '../tflite-copies.js'

function emitPad(node: TfliteNode, conversion: TfliteConversion, value: number): void {
  const [input, output] = [node.input(0), node.output()]
  requireMove(node, input, output)
  const pairs = node.integers(1, 'The list of paddings')
  const rank = input.shape.length
  if (pairs.length !== 2 * rank || pairs.some((amount) => amount < 0 || amount > 1 << 24)) {
    throw node.malformed(`Paddings [${pairs}] do not fit [${input.shape}]`)
  }
  const [before, after] = [0, 1].map((side) => input.shape.map((_, axis) => pairs[2 * axis + side]!)) as [
    number[],
    number[],
  ]
  node.requireShape(
    output,
    input.shape.map((length, axis) => length + before[axis]! + after[axis]!),
  )
  const attributes = { pads: [...before, ...after], value, mode: 'constant' as const }
  conversion.emitOutput('pad', [conversion.stored(input.name)], output, attributes)
}

export const pad: TfliteOperator = {
  name: 'PAD',
  inputs: [2, 2],
  convert(node, conversion) {
    const output = node.output()
    emitPad(node, conversion, output.type === 'int8' ? node.quantization(output).zeroPoint : 0)
  },
}

export const padWith: TfliteOperator = {
  name: 'PADV2',
  inputs: [3, 3],
  convert(node, conversion) {
    const [constant, output] = [node.input(2), node.output()]
    requireMove(node, constant, output)
    const { data } = node.constant(2, 'The value')
    if (data.length !== 1) throw node.malformed(`The value has ${data.length} elements`)
    emitPad(node, conversion, Number(data[0]))
  },
}
