// SPDX-License-Identifier: Apache-2.0
import { rangeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

/** Scales whose products are subnormal, and such that overflow. */
const extremes = (type: 'int16' | 'uint16', scale: number): OperatorCase<'dequantize'> => {
  const { min, max } = rangeOf(type)
  const values = [min, max, 0, 1, 12345, max - 1]
  const data = type === 'int16' ? Int16Array.from(values) : Uint16Array.from(values)
  return {
    name: `dequantize extremes of ${type}, scale ${scale}`,
    operator: 'dequantize',
    attributes: { scales: Float32Array.of(scale), zeroPoints: [min], axis: null },
    inputs: [{ type, shape: [data.length], data }],
    outputs: [{ type: 'float32', shape: [data.length] }],
  }
}

export const cases = (_: Random): OperatorCase<'dequantize'>[] => [
  extremes('int16', 1e-43),
  extremes('int16', 3e38),
  extremes('uint16', 0.1),
]

export function randomCase(random: Random): OperatorCase<'dequantize'> {
  const type = random.pick(['int16', 'uint16'] as const)
  const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 5))
  const axis = shape.length > 0 && random.boolean() ? random.integer(0, shape.length - 1) : null
  const channels = axis === null ? 1 : shape[axis]!
  const { min, max } = rangeOf(type)
  return {
    name: `dequantize [${shape}] of ${type}, axis ${axis}`,
    operator: 'dequantize',
    attributes: {
      scales: Float32Array.from({ length: channels }, () => random.scale()),
      zeroPoints: Array.from({ length: channels }, () => random.integer(min, max)),
      axis,
    },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type: 'float32', shape }],
  }
}
