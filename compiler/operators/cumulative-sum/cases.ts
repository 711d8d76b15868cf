// SPDX-License-Identifier: Apache-2.0
import { integerTypes } from '../plain-binary/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

export const cases = (_: Random): OperatorCase<'cumulative_sum'>[] => []

export function randomCase(random: Random): OperatorCase<'cumulative_sum'> {
  const type = random.pick(integerTypes)
  const shape = Array.from({ length: random.integer(1, 4) }, () => random.integer(1, 5))
  const axis = random.integer(0, shape.length - 1)
  const [exclusive, reverse] = [random.boolean(), random.boolean()]
  return {
    name: `cumulative sum of ${type} [${shape}] along ${axis}, exclusive ${exclusive}, reverse ${reverse}`,
    operator: 'cumulative_sum',
    attributes: { axis, exclusive, reverse },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape }],
  }
}
