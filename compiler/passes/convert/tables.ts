// SPDX-License-Identifier: Apache-2.0
// Tables over the 256 values of an 8-bit element; index = the element's bits as an unsigned byte.
import { dequantize, quantize } from '../../arithmetic/float32.js'
import { type Quantization, type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Target } from './values.js'

/** The quantum with these bits: 0..255, or -128..127. */
export const quantumOf = (byte: number, type: QuantizedType): number =>
  type === 'int8' && byte > 127 ? byte - 256 : byte

/** DQ of each byte. */
export function dequantizeTable(type: QuantizedType, quantization: Quantization): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => dequantize(quantumOf(byte, type), quantization))
}

/** Q of each entry. */
export function quantizeTable(values: Float32Array, target: Target): Int8Array | Uint8Array {
  const table = target.type === 'int8' ? new Int8Array(values.length) : new Uint8Array(values.length)
  const range = rangeOf(target.type)
  for (let i = 0; i < values.length; i++) {
    table[i] = quantize(values[i]!, target, range)
  }
  return table
}

/** table[byte] has the same bits as byte, for every byte (and channel). */
export const identicalTable = (table: Int8Array | Uint8Array): boolean =>
  table.every((entry, i) => (entry & 255) === (i & 255))

/** Values never fall as the quantum rises, and are numbers: the order of quanta is the order of values. */
export function isMonotone(values: Float32Array, type: QuantizedType): boolean {
  if (values.length !== 256) return false
  let previous = Number.NEGATIVE_INFINITY
  for (let k = 0; k < 256; k++) {
    const quantum = type === 'int8' ? k - 128 : k
    const value = values[quantum & 255]!
    if (!(value >= previous)) return false
    previous = value
  }
  return true
}
