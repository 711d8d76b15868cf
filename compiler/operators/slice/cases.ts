// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (random: Random): OperatorCase<'slice'>[] => [
  {
    name: 'slice backwards on the last axis',
    operator: 'slice',
    attributes: { starts: [0, 1, 6], steps: [1, 1, -2] },
    inputs: [random.tensor('int8', [1, 3, 7])],
    outputs: [{ type: 'int8', shape: [1, 2, 4] }],
  },
]

export function randomCase(random: Random): OperatorCase<'slice'> {
  const rank = random.integer(1, 4)
  const shape = Array.from({ length: rank }, () => random.integer(1, 7))
  const type = random.pick(elementTypes)
  const steps = shape.map(() => random.pick([1, 1, 1, 2, 3, -1, -2]))
  const starts = shape.map((length) => random.integer(0, length - 1))
  const outputShape = shape.map((length, axis) => {
    const room = steps[axis]! > 0 ? length - 1 - starts[axis]! : starts[axis]!
    return random.integer(1, Math.floor(room / Math.abs(steps[axis]!)) + 1)
  })
  return {
    name: `slice of ${type} [${shape}], starts [${starts}], steps [${steps}], to [${outputShape}]`,
    operator: 'slice',
    attributes: { starts, steps },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: outputShape }],
  }
}
