// SPDX-License-Identifier: Apache-2.0
// The two methods, each operation rounded once (ir/operators.ts has them in words).
import { f32, quantize } from '../../arithmetic/float32.js'
import type { NormalizationAttributes } from '../../ir/float-operators.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'
import { rowIndices } from '../rows.js'

type Row = readonly number[]

function running(row: Row, { epsilon, gain, bias }: NormalizationAttributes): number[] {
  let mean = 0
  let squares = 0
  row.forEach((x, index) => {
    const distance = f32(x - mean)
    mean = f32(mean + f32(distance / (index + 1)))
    squares = f32(squares + f32(distance * f32(x - mean)))
  })
  const deviation = f32(Math.sqrt(f32(f32(squares / row.length) + epsilon)))
  return row.map((x, index) => {
    const scaled = f32(f32(f32(x - mean) / deviation) * gain[index]!)
    return bias ? f32(scaled + bias[index]!) : scaled
  })
}

function twoPass(row: Row, { epsilon, gain, bias }: NormalizationAttributes, channel: number): number[] {
  const mean = f32(row.reduce((sum, x) => f32(sum + x), 0) / row.length)
  const distances = row.map((x) => f32(x - mean))
  const variance = f32(distances.reduce((sum, d) => f32(sum + f32(d * d)), 0) / row.length)
  const factor = f32(f32(1 / f32(Math.sqrt(f32(variance + epsilon)))) * gain[channel]!)
  const shift = f32(bias![channel]! - f32(mean * factor))
  return row.map((x) => f32(f32(x * factor) + shift))
}

export const reference: OperatorDefinition<'normalization'>['reference'] = (node, [input], [output]) => {
  const { method, axis, gain, inputValues, output: quantization } = node.attributes
  const data = allocate(output!.type, sizeOf(output!.shape))
  rowIndices(input!.shape, axis, true).forEach((indices, index) => {
    const elements = indices.map((at) => Number(input!.data[at]))
    const row = inputValues ? elements.map((element) => inputValues[element & 255]!) : elements
    const result =
      method === 'running'
        ? running(row, node.attributes)
        : twoPass(row, node.attributes, index % gain.length)
    indices.forEach((at, j) => {
      const y = result[j]!
      data[at] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
    })
  })
  return [{ shape: output!.shape, data }]
}
