// SPDX-License-Identifier: Apache-2.0
import { type QuantumType, rangeOf } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

/** Ties of both parities, the range's ends and beyond, infinities, NaN, zeros of both signs. */
const extremes = (type: QuantumType, zeroPoint: number, halvesAway = false): OperatorCase<'quantize'> => {
  const ties = Array.from({ length: 600 }, (_, index) => (index - 300) / 8)
  const data = Float32Array.from([...ties, NaN, Infinity, -Infinity, 3e38, -3e38, 1e-45, 0, -0])
  return {
    name: `quantize extremes to ${type}, zero point ${zeroPoint}, halves ${halvesAway ? 'away' : 'to even'}`,
    operator: 'quantize',
    attributes: { scales: Float32Array.of(0.25), zeroPoints: [zeroPoint], axis: null, halvesAway },
    inputs: [{ type: 'float32', shape: [data.length], data }],
    outputs: [{ type, shape: [data.length] }],
  }
}

export const cases = (_: Random): OperatorCase<'quantize'>[] => [
  extremes('int8', 0),
  extremes('int8', -3),
  extremes('int8', 127),
  extremes('uint8', 128),
  extremes('uint8', 0),
  extremes('int16', 32767),
  extremes('uint16', 65535),
  extremes('int8', -3, true),
  extremes('int16', 100, true),
]

export function randomCase(random: Random): OperatorCase<'quantize'> {
  const type = random.pick(['int8', 'uint8', 'int16', 'uint16'] as const)
  const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 5))
  const axis = shape.length > 0 && random.boolean() ? random.integer(0, shape.length - 1) : null
  const channels = axis === null ? 1 : shape[axis]!
  const { min, max } = rangeOf(type)
  return {
    name: `quantize [${shape}] to ${type}, axis ${axis}`,
    operator: 'quantize',
    attributes: {
      scales: Float32Array.from({ length: channels }, () => random.scale()),
      zeroPoints: Array.from({ length: channels }, () => random.integer(min, max)),
      ...{ axis, halvesAway: random.boolean() },
    },
    inputs: [random.tensor('float32', shape)],
    outputs: [{ type, shape }],
  }
}
