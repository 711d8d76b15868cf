// SPDX-License-Identifier: Apache-2.0
// reshape: the same elements under another shape (also flatten, squeeze, unsqueeze): always a view. Where the input's
// storage order has no counterpart in the new shape, the input is first brought into the nearest order that has one.
import { longAxes, type Order, rowMajorOrder } from '../../ir/layout.js'
import { type ChosenOrders, defineOperator, type StoredTensor } from '../definition.js'
import { viewStep } from '../strided-copy.js'

export const reshape = defineOperator({
  name: 'reshape',
  summary: 'the same elements under another shape; a view',
  layout: 'strided',
  chooseOrders: (_, [input], output) => carryOrders(input!, output.shape),
  reference: (_, [input], [output]) => [{ shape: output!.shape, data: input!.data }],
  lower: (node) => [viewStep(node, node.inputs[0]!, node.outputs[0]!)],
})

/** Input and output axes that hold the same elements: [2, 3, 8] and [6, 8] have the groups [0, 1] = [0] and [2] = [1]. */
interface Group {
  readonly input: readonly number[]
  readonly output: readonly number[]
}

/**
 * Orders of the same bytes: each group's axes side by side and ascending, groups in the order in which they begin in
 * memory. Where the input is stored like that already, nothing has to move:
 *
 *     [1, 6, 4, 5] as (0 2 3 1)  =>  [1, 6, 20] as (0 2 1)         [1, 2, 3, 20] as (0 3 2 1) needs (0 3 1 2) for [1, 6, 20]
 */
export function carryOrders(input: StoredTensor, outputShape: readonly number[]): ChosenOrders {
  const begin = (group: Group) => Math.min(...group.input.map((axis) => input.order.indexOf(axis)))
  const groups = matchGroups(input.shape, outputShape).sort((a, b) => begin(a) - begin(b))
  return {
    input: completed(
      groups.flatMap((group) => group.input),
      input.shape.length,
    ),
    output: completed(
      groups.flatMap((group) => group.output),
      outputShape.length,
    ),
  }
}

/** With the axes of length 1, which no group has, in front. */
const completed = (long: Order, rank: number): Order => [
  ...rowMajorOrder(rank).filter((axis) => !long.includes(axis)),
  ...long,
]

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
