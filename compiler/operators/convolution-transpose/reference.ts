// SPDX-License-Identifier: Apache-2.0
// For each output element: its taps in row-major order, each a float32 sum over the group's input channels.
import { f32, quantize } from '../../arithmetic/float32.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'convolution_transpose'>['reference'] = (
  node,
  [input],
  [output],
) => {
  const { group, strides, dilations, pads, weight, weightScales, weightZeroPoints, bias } = node.attributes
  const { inputValues, output: quantization } = node.attributes
  const [channels, perGroup] = [input!.shape[1]! / group, output!.shape[1]! / group]
  const kernel = weight.shape.slice(2)
  const inputAt = (at: readonly number[]) => {
    const element = Number(input!.data[indexOf(at, input!.shape)])
    return inputValues ? inputValues[element & 255]! : element
  }
  const weightAt = (at: readonly number[], o: number) => {
    const element = Number(weight.data[indexOf(at, weight.shape)])
    return weightScales ? f32((element - weightZeroPoints[o]!) * weightScales[o]!) : element
  }
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [batch, o, ...place] = coordinatesOf(index, output!.shape) as [number, number, ...number[]]
    const first = Math.floor(o / perGroup) * channels
    let sum = 0
    for (let k = 0; k < sizeOf(kernel); k++) {
      const tap = coordinatesOf(k, kernel)
      const source = place.map(
        (p, axis) => (p + pads[axis]! - tap[axis]! * dilations[axis]!) / strides[axis]!,
      )
      const isInside = source.every((s, axis) => Number.isInteger(s) && s >= 0 && s < input!.shape[axis + 2]!)
      if (!isInside) continue
      let product = 0
      for (let c = first; c < first + channels; c++) {
        const x = inputAt([batch, c, ...source])
        product = f32(product + f32(x * weightAt([c, o % perGroup, ...tap], o)))
      }
      sum = f32(sum + product)
    }
    const y = bias ? f32(sum + bias[o]!) : sum
    data[index] = quantization ? quantize(y, quantization, rangeOf(output!.type as QuantizedType)) : y
  }
  return [{ shape: output!.shape, data }]
}
