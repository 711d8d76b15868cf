// SPDX-License-Identifier: Apache-2.0
// ONNX Expand and Tile with constant shapes.
import type { OperatorAttributes } from '../../ir/operators.js'
import { sizeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { convertCopies } from '../../passes/convert/copies.js'
import { rearranged } from '../constant/arithmetic.js'
import { broadcast, type OnnxNode, type OnnxOperator } from '../onnx.js'

function tileShape(node: OnnxNode): number[] {
  const input = node.shape(0)
  const repeats = node.integers(1, 'the repeats')
  if (repeats.length === input.length && repeats.every((r) => r >= 0))
    return input.map((d, i) => d * repeats[i]!)
  throw node.error(
    'malformed-model',
    `repeats [${repeats}] do not fit [${input}]`,
    'Give one for each dimension, none of them negative.',
  )
}

const expandShape = (node: OnnxNode): number[] =>
  broadcast(node.shape(0), node.integers(1, 'the shape'), node)

/** The input's shape with as many dimensions as the output's. */
const padded = (input: readonly number[], output: readonly number[]): number[] => [
  ...new Array<number>(output.length - input.length).fill(1),
  ...input,
]

function convert(node: OnnxNode, conversion: Conversion): void {
  const output = conversion.graph.tensors.get(node.node.outputs[0]!)!.shape
  const shape = padded(node.shape(0), output)
  const steps: {
    operator: 'reshape' | 'tile'
    shape: readonly number[]
    attributes: OperatorAttributes['tile']
  }[] = []
  if (shape.length !== node.shape(0).length) steps.push({ operator: 'reshape', shape, attributes: {} })
  steps.push({
    operator: sizeOf(output) === sizeOf(shape) ? 'reshape' : 'tile',
    shape: output,
    attributes: {},
  })
  convertCopies(node, conversion, steps)
}

const repeating = (name: string, shapeOf: (node: OnnxNode) => number[]): OnnxOperator => ({
  name,
  inputs: [2, 2],
  attributes: {},
  isCopy: true,
  runsOnQuanta: true,
  infer: (node) => [{ type: node.type(0).type, shape: shapeOf(node) }],
  evaluate: (node, [x]) => {
    const shape = shapeOf(node)
    const missing = shape.length - x!.shape.length
    return [rearranged(x!, shape, (at) => x!.shape.map((length, axis) => at[axis + missing]! % length))]
  },
  convert,
})

export const tile = repeating('Tile', tileShape)
export const expand = repeating('Expand', expandShape)
