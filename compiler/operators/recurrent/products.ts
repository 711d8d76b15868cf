// SPDX-License-Identifier: Apache-2.0
// Rows of weights times a vector, added to what is there: float32 in blocks, or integers of a vector quantized on the spot.
import { dynamicRange } from '../../arithmetic/dynamic-range.js'
import { dequantize, f32, quantize } from '../../arithmetic/float32.js'
import type { RecurrentWeight } from '../../ir/recurrent-operators.js'

/** `start` null: from nothing. */
export type Product = (row: number, vector: readonly number[], start: number | null) => number

/** total = start; per block of terms, f(total + sum from 0). */
export function floatProduct({ values, scales, zeroPoints, block }: RecurrentWeight): Product {
  const depth = values.shape[2]!
  const weight = (row: number, k: number) => {
    const value = Number(values.data[row * depth + k])
    return scales ? dequantize(value, { scale: scales[row]!, zeroPoint: zeroPoints![row]! }) : value
  }
  return (row, vector, start) => {
    let total = start
    for (let from = 0; from < depth; from += block) {
      let sum = 0
      for (let k = from; k < Math.min(depth, from + block); k++)
        sum = f32(sum + f32(vector[k]! * weight(row, k)))
      total = total === null ? sum : f32(total + sum)
    }
    return total ?? 0
  }
}

export interface QuantizedVector {
  readonly quanta: readonly number[]
  readonly scale: number
  readonly zeroPoint: number
}

/** As DynamicQuantizeLinear of all `values`. */
export function quantizeVector(values: readonly number[]): QuantizedVector {
  const quantization = dynamicRange(values)
  const quanta = values.map((value) => quantize(value, quantization, { min: 0, max: 255 }))
  return { quanta, ...quantization }
}

/** `vector`: quanta, of which `scale` and `zeroPoint` are given. */
export const dynamicProduct =
  ({ values, scales, zeroPoints }: RecurrentWeight, { scale, zeroPoint }: QuantizedVector): Product =>
  (row, vector, start) => {
    const depth = values.shape[2]!
    let accumulator = 0
    for (let k = 0; k < depth; k++) {
      accumulator += (vector[k]! - zeroPoint) * (Number(values.data[row * depth + k]) - zeroPoints![row]!)
    }
    const product = f32(f32(accumulator) * f32(scale * scales![row]!))
    return start === null ? product : f32(start + product)
  }
