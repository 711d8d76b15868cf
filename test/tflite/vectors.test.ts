// SPDX-License-Identifier: Apache-2.0
// CMSIS-NN's test vectors, from the data sets: every one gives the output that it states. They need no interpreter, so that
// they stand where it is absent, too.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { judgeVector } from '../conformance/judge-vector.js'
import { Incomplete, VectorFile } from '../conformance/vector-file.js'
import { vectorOf } from '../conformance/vectors.js'
import { assetsFolder, withoutAssets } from '../corpus/python.js'
import { root } from '../run-caplet.js'

const assets = assetsFolder()

it('test vectors of CMSIS-NN replay in every byte', ({ skip }) => {
  skip(assets === null, withoutAssets)
  const folder = join(assets!, 'cmsis_nn_vectors')
  const verdicts = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, ...judgeVector(join(folder, name)) }))
  expect(verdicts.filter(({ kind }) => kind !== 'exact')).toEqual([])
  const { conformance } = JSON.parse(readFileSync(join(root, 'test', 'budgets.json'), 'utf8'))
  expect(verdicts.length).toBeGreaterThanOrEqual(conformance.cmsis_nn_vectors)
})

it.each([
  ['arrays of two sets', { weights: [1], input_weights: [2] }, /arrays of two vectors/],
  ['no size of its input', { input: [1] }, /it has no IN_CH/],
])('names a vector incomplete: %s', (_, given, reason) => {
  const array = (values: readonly number[]) => ({ type: 'int8_t', values })
  const arrays = Object.fromEntries(
    Object.entries(given).map(([name, values]) => [`conv_0_${name}`, array(values)]),
  )
  const file = new VectorFile({ case: 'conv_0', config: {}, arrays })
  expect(() => vectorOf(file)).toThrow(Incomplete)
  expect(() => vectorOf(file)).toThrow(reason)
})
