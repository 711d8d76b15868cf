// SPDX-License-Identifier: Apache-2.0
// y = f(A op B) with numpy broadcasting, A = a or table[byte of a]; then Q(y) where the output is 8-bit.
import { f32, quantize } from '../../arithmetic/float32.js'
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition, Value } from '../definition.js'

const operations: Record<FloatBinaryOperation, (a: number, b: number) => number> = {
  add: (a, b) => f32(a + b),
  subtract: (a, b) => f32(a - b),
  multiply: (a, b) => f32(a * b),
  divide: (a, b) => f32(a / b),
  // Of zeros of both signs the first; NaN wins.
  minimum: (a, b) => (a === b ? a : Math.min(a, b)),
  maximum: (a, b) => (a === b ? a : Math.max(a, b)),
  prelu: (a, b) => (a >= 0 ? a : f32(a * b)),
}

const read = ({ data }: Value, index: number, table: Float32Array | null): number =>
  table ? table[Number(data[index]) & 255]! : Number(data[index])

export const reference: OperatorDefinition<'float_binary'>['reference'] = (node, [a, b], [output]) => {
  const { operation, tableA, tableB, output: quantization } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const left = read(a!, broadcastIndex(at, a!.shape), tableA)
    const right = read(b!, broadcastIndex(at, b!.shape), tableB)
    const y = operations[operation](left, right)
    data[index] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
  }
  return [{ shape: output!.shape, data }]
}
