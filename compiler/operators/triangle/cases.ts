// SPDX-License-Identifier: Apache-2.0
import { integerTypes } from '../plain-binary/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

export const cases = (_: Random): OperatorCase<'triangle'>[] => []

export function randomCase(random: Random): OperatorCase<'triangle'> {
  const type = random.pick([...integerTypes, 'bool', 'float32'] as const)
  const shape = Array.from({ length: random.integer(2, 4) }, () => random.integer(1, 5))
  const [upper, diagonal] = [random.boolean(), random.integer(-6, 6)]
  return {
    name: `triangle of ${type} [${shape}], upper ${upper}, diagonal ${diagonal}`,
    operator: 'triangle',
    attributes: { upper, diagonal },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape }],
  }
}
