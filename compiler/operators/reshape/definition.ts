// SPDX-License-Identifier: Apache-2.0
// reshape: the same elements under another shape (also flatten, squeeze, unsqueeze): always a view. Where the input's
// storage order has no counterpart in the new shape, the input is first brought into row-major order.
import { longAxes, type Order, rowMajorOrder } from '../../ir/layout.js'
import { defineOperator, type StoredTensor } from '../definition.js'
import { viewStep } from '../strided-copy.js'

export const reshape = defineOperator({
  name: 'reshape',
  summary: 'the same elements under another shape; a view',
  layout: 'strided',
  chooseOrder: (_, [input], output) => carryOrder(input!, output.shape),
  reference: (_, [input], [output]) => [{ shape: output!.shape, data: input!.data }],
  lower: (node) => [viewStep(node, node.inputs[0]!, node.outputs[0]!)],
})

/** Input and output axes that hold the same elements: [2, 3, 8] and [6, 8] have the groups [0, 1] = [0] and [2] = [1]. */
interface Group {
  readonly input: readonly number[]
  readonly output: readonly number[]
}

/** The order of the output shape in which the input's bytes, as they are, are the reshaped tensor; null if there is none. */
export function carryOrder(input: StoredTensor, outputShape: readonly number[]): Order | null {
  const groups = matchGroups(input.shape, outputShape)
  let stored = longAxes(input.shape, input.order)
  const long: number[] = []
  while (stored.length > 0) {
    const group = groups.find((g) => g.input[0] === stored[0])
    if (!group?.input.every((axis, position) => axis === stored[position])) return null
    long.push(...group.output)
    stored = stored.slice(group.input.length)
  }
  return [...rowMajorOrder(outputShape.length).filter((axis) => !long.includes(axis)), ...long]
}

/** Splits both shapes into the finest groups of equal size; axes of length 1 belong to none. Pre: equal sizes, > 0. */
function matchGroups(inputShape: readonly number[], outputShape: readonly number[]): Group[] {
  const input = longAxes(inputShape, rowMajorOrder(inputShape.length)).slice()
  const output = longAxes(outputShape, rowMajorOrder(outputShape.length)).slice()
  const groups: Group[] = []
  while (input.length > 0) {
    const group = { input: [input.shift()!], output: [output.shift()!] }
    let left = inputShape[group.input[0]!]!
    let right = outputShape[group.output[0]!]!
    while (left !== right) {
      if (left < right) left *= inputShape[take(input, group.input)]!
      else right *= outputShape[take(output, group.output)]!
    }
    groups.push(group)
  }
  return groups
}

function take(from: number[], to: number[]): number {
  const axis = from.shift()!
  to.push(axis)
  return axis
}
