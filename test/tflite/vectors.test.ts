// SPDX-License-Identifier: Apache-2.0
// CMSIS-NN's test vectors, from the data sets: every one that can be replayed gives the output that it states. They need no
// interpreter, so that they stand where it is absent, too.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { judgeVector } from '../conformance/judge-vector.js'
import { assetsFolder, withoutAssets } from '../corpus/python.js'
import { root } from '../run-caplet.js'

const assets = assetsFolder()

it('test vectors of CMSIS-NN replay in every byte', ({ skip }) => {
  skip(assets === null, withoutAssets)
  const folder = join(assets!, 'cmsis_nn_vectors')
  const verdicts = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ name, ...judgeVector(join(folder, name)) }))
  expect(verdicts.filter(({ kind }) => kind === 'mismatch')).toEqual([])
  const { conformance } = JSON.parse(readFileSync(join(root, 'test', 'budgets.json'), 'utf8'))
  const exact = verdicts.filter(({ kind }) => kind === 'exact')
  expect(exact.length).toBeGreaterThanOrEqual(conformance.cmsis_nn_vectors)
})
