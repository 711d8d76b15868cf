// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import type { Initializer } from '../../../runtime/oracle/write-model.js'
import { allocate, type ElementType } from '../../ir/types.js'
import { differencesFromOracle, int64Input } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

/** Types of which the oracle has a Pad. */
const padded: readonly ElementType[] = ['int8', 'uint8', 'int32', 'int64', 'float32']

function valueInput(type: ElementType, value: number): Initializer {
  const data = allocate(type, 1)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[0] = BigInt(value)
  else data[0] = value
  return { name: 'value', type, shape: [], data }
}

it('is Pad of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 80 }, () => randomCase(random))
  const all = [...cases(random), ...generated].filter(({ inputs: [x] }) => padded.includes(x!.type))
  const found = await differencesFromOracle(all, ({ attributes: { pads, value, mode }, inputs: [x] }) => ({
    operator: 'Pad',
    inputs: [0, int64Input('pads', pads), valueInput(x!.type, value)],
    attributes: { mode },
  }))
  expect(found).toEqual([])
})
