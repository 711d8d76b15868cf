// SPDX-License-Identifier: Apache-2.0
// Recognizes a table of 256 float32 values that is a dequantization: then a kernel computes it, without the table's kilobyte.
import { dequantize } from '../arithmetic/float32.js'
import { type Quantization, type QuantizedType, rangeOf } from '../ir/types.js'

/** Scale and zero point with values[byte of q] = f32((q - zeroPoint) * scale) for every quantum, bit for bit; null if there are none. */
export function findAffine(values: Float32Array, type: QuantizedType): Quantization | null {
  const { min, max } = rangeOf(type)
  const valueAt = (quantum: number) => values[quantum & 255]!
  for (let zeroPoint = min; zeroPoint <= max; zeroPoint++) {
    if (valueAt(zeroPoint) !== 0) continue
    const scale = zeroPoint < max ? valueAt(zeroPoint + 1) : -valueAt(zeroPoint - 1)
    const quantization = { scale, zeroPoint }
    const isExact = (quantum: number) => Object.is(valueAt(quantum), dequantize(quantum, quantization))
    return Array.from({ length: 256 }, (_, index) => min + index).every(isExact) ? quantization : null
  }
  return null
}
