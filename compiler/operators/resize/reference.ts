// SPDX-License-Identifier: Apache-2.0
// The weighted sum of the 4 or 8 neighbours of each output element, each product and each sum rounded.
import { f32, quantize } from '../../arithmetic/float32.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'resize'>['reference'] = (node, [input], [output]) => {
  const { axes, truncates, inputValues, output: quantization } = node.attributes
  const firstAxis = input!.shape.length - axes.length
  const data = allocate(output!.type, sizeOf(output!.shape))
  const valueAt = (at: readonly number[]) => {
    const element = Number(input!.data[indexOf(at, input!.shape)])
    return inputValues ? inputValues[element & 255]! : element
  }
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    let sum: number | null = null
    for (let corner = 0; corner < 1 << axes.length; corner++) {
      const source = at.slice(0, firstAxis)
      let weight = 1
      const weights: number[] = []
      axes.forEach((axis, i) => {
        const isSecond = ((corner >> (axes.length - 1 - i)) & 1) === 1
        const position = at[firstAxis + i]!
        source.push((isSecond ? axis.second : axis.first)[position]!)
        weights.push((isSecond ? axis.secondWeight : axis.firstWeight)[position]!)
      })
      for (const w of weights.reverse()) weight = f32(weight * w)
      const term = f32(weight * valueAt(source))
      sum = sum === null ? term : f32(sum + term)
    }
    const y = sum!
    if (truncates) data[index] = Math.trunc(y)
    else data[index] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
  }
  return [{ shape: output!.shape, data }]
}
