// SPDX-License-Identifier: Apache-2.0
// output = sum over k = (channel, ...kernel) of x[k] * w[k] per output channel, as it is: integers modulo 2^32, or float32
// added up block by block as the order says.
import { f32 } from '../../arithmetic/float32.js'
import type { SumOrder, WeightedSumAttributes } from '../../ir/sum-operators.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition, Value } from '../definition.js'
import type { SumGeometry } from './geometry.js'

export const reference: OperatorDefinition<'weighted_sum'>['reference'] = (node, inputs, [output]) => {
  const { attributes } = node
  const [input] = inputs as [Value]
  const data = allocate(output!.type, sizeOf(output!.shape))
  const zeroPoint = attributes.inputZeroPoint ?? Number(inputs[1]!.data[0])
  const isRows = attributes.weight.shape.length === 2
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const o = isRows ? at.at(-1)! : at[1]!
    const taps = isRows ? rowTaps(input, at) : windowTaps(input, at, attributes)
    const depth = sizeOf(attributes.weight.shape.slice(1))
    const weights = Array.from({ length: depth }, (_, k) => weightAt(attributes, o, k))
    if (attributes.arithmetic === 'integer') {
      const products = taps.map((tap, k) =>
        tap === null ? 0 : (Number(input.data[tap]) - zeroPoint) * weights[k]!,
      )
      const sum = products.reduce((total, product) => total + product, 0)
      data[index] = output!.type === 'float32' ? f32(sum | 0) : sum
    } else {
      const realOf = (tap: number) => {
        const element = Number(input.data[tap])
        return attributes.inputValues ? attributes.inputValues[element & 255]! : element
      }
      const products = taps.map((tap, k) => f32((tap === null ? 0 : realOf(tap)) * weights[k]!))
      const bias = attributes.bias?.[o] ?? null
      const { tailBlock } = attributes.order
      const isTail = tailBlock !== null && isInTail(isRows ? [o] : at.slice(2), output!.shape, isRows)
      data[index] = isTail
        ? tailSum(products, attributes.order, tailBlock, bias)
        : floatSum(products, attributes.order, bias)
    }
  }
  return [{ shape: output!.shape, data }]
}

function weightAt(attributes: WeightedSumAttributes, o: number, k: number): number {
  const { weight, weightZeroPoints, weightScales } = attributes
  const difference =
    Number(weight.data[o * sizeOf(weight.shape.slice(1)) + k]) -
    weightZeroPoints[o % weightZeroPoints.length]!
  return weightScales ? f32(difference * weightScales[o % weightScales.length]!) : difference
}

/** Index of each of the row's elements. */
export function rowTaps({ shape }: Value, at: readonly number[]): number[] {
  const row = indexOf(at.slice(0, -1), shape.slice(0, -1))
  const depth = shape.at(-1)!
  return Array.from({ length: depth }, (_, k) => row * depth + k)
}

/** Index of each of the window's elements, null in the padding. */
export function windowTaps(
  { shape }: Value,
  at: readonly number[],
  attributes: SumGeometry,
): (number | null)[] {
  const { group, weight, kernel, strides, pads, dilations } = attributes
  const channels = weight.shape[1]!
  const firstChannel = Math.floor(at[1]! / (weight.shape[0]! / group)) * channels
  return Array.from({ length: channels * sizeOf(kernel) }, (_, k) => {
    const [channel, ...tap] = coordinatesOf(k, [channels, ...kernel])
    const place = tap.map((t, i) => at[i + 2]! * strides[i]! - pads[i]! + t * dilations[i]!)
    const isInside = place.every((p, i) => p >= 0 && p < shape[i + 2]!)
    return isInside ? indexOf([at[0]!, firstChannel + channel!, ...place], shape) : null
  })
}

/** One of the last (n mod 4) channels of a row, or pixels of a plane. */
function isInTail(at: readonly number[], shape: readonly number[], isRows: boolean): boolean {
  const axes = isRows ? shape.slice(-1) : shape.slice(2)
  const columns = sizeOf(axes)
  return indexOf(at, axes) >= columns - (columns % 4)
}

function tailSum(
  products: readonly number[],
  { biasFirst }: SumOrder,
  block: number,
  bias: number | null,
): number {
  const startsWithBias = bias !== null && biasFirst
  let total = startsWithBias ? bias : products[0]!
  for (let first = 0; first < products.length; first += block) {
    const terms = products.slice(first === 0 && !startsWithBias ? 1 : first, first + block)
    for (let k = 0; k < terms.length; k += 4) {
      const [p, q, r, s] = terms.slice(k, k + 4)
      if (s === undefined) total = terms.slice(k).reduce((sum, product) => f32(sum + product), total)
      else total = f32(total + f32(f32(f32(p! + q!) + r!) + s))
    }
  }
  return bias !== null && !biasFirst ? f32(total + bias) : total
}

function floatSum(products: readonly number[], order: SumOrder, bias: number | null): number {
  const { block, alpha, biasFirst } = order
  let total = biasFirst ? bias : null
  // -0 leaves the first term as it is: its zero keeps its sign.
  if (block === null) total = products.reduce((sum, product) => f32(sum + product), total ?? -0)
  for (let first = 0; block !== null && first < products.length; first += block) {
    const sum = products.slice(first, first + block).reduce((s, product) => f32(s + product), 0)
    const scaled = f32(sum * alpha)
    total = total === null ? scaled : f32(total + scaled)
  }
  return bias !== null && !biasFirst ? f32(total! + bias) : total!
}
