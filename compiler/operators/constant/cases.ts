// SPDX-License-Identifier: Apache-2.0
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { elementTypes } from '../transpose/cases.js'

export const cases = (_: Random): OperatorCase<'constant'>[] => []

export function randomCase(random: Random): OperatorCase<'constant'> {
  const type = random.pick(elementTypes)
  const shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 4))
  return {
    name: `constant ${type} [${shape}]`,
    operator: 'constant',
    attributes: { value: random.tensor(type, shape) },
    inputs: [],
    outputs: [{ type, shape }],
  }
}
