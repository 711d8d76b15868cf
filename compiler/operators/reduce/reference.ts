// SPDX-License-Identifier: Apache-2.0
// All elements of each group, in row-major order, folded from the first one (or from `start`); each operation rounds once.
import { f32, quantize } from '../../arithmetic/float32.js'
import type { ReduceAttributes } from '../../ir/float-operators.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

const sum = (values: readonly number[], start: number) => values.reduce((s, x) => f32(s + x), start)
const squares = (values: readonly number[]) => values.map((x) => f32(x * x))

const folds: Record<ReduceAttributes['operation'], (values: readonly number[], start: number) => number> = {
  sum,
  mean: (values, start) => f32(sum(values, start) / values.length),
  absolute_sum: (values) => sum(values.map(Math.abs), 0),
  square_sum: (values) => sum(squares(values), 0),
  root_square_sum: (values) => f32(Math.sqrt(sum(squares(values), 0))),
  product: (values) => values.reduce((p, x) => f32(p * x)),
  maximum: (values) => Math.max(...values),
  minimum: (values) => Math.min(...values),
}

export const reference: OperatorDefinition<'reduce'>['reference'] = (node, [input], [output]) => {
  const { operation, axes, start, inputValues, output: quantization } = node.attributes
  const groups = Array.from({ length: sizeOf(output!.shape) }, (): number[] => [])
  const keptShape = input!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
  for (let index = 0; index < input!.data.length; index++) {
    const at = coordinatesOf(index, input!.shape).map((c, axis) => (axes.includes(axis) ? 0 : c))
    const element = Number(input!.data[index])
    groups[indexOf(at, keptShape)]!.push(inputValues ? inputValues[element & 255]! : element)
  }
  const data = allocate(output!.type, groups.length)
  groups.forEach((values, index) => {
    const y = folds[operation](values, start)
    data[index] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
  })
  return [{ shape: output!.shape, data }]
}
