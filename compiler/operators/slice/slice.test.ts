// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { differencesFromOracle, int64Input } from '../oracle-bench.js'
import { Random } from '../random.js'
import { cases, randomCase } from './cases.js'

it('is Slice of the oracle', async () => {
  const random = new Random(2)
  const generated = Array.from({ length: 80 }, () => randomCase(random))
  const found = await differencesFromOracle(
    [...cases(random), ...generated],
    ({ attributes, inputs: [x], outputs }) => {
      const { starts, steps } = attributes
      // The end just behind the last element; on the way down that may be before element 0, which ONNX spells as a very negative end.
      const ends = starts.map(
        (start, axis) => start + (outputs[0]!.shape[axis]! - 1) * steps[axis]! + Math.sign(steps[axis]!),
      )
      return {
        operator: 'Slice',
        inputs: [
          0,
          int64Input('starts', starts),
          int64Input(
            'ends',
            ends.map((end) => (end < 0 ? -1000 : end)),
          ),
          int64Input(
            'axes',
            x!.shape.map((_, axis) => axis),
          ),
          int64Input('steps', steps),
        ],
      }
    },
  )
  expect(found).toEqual([])
})
