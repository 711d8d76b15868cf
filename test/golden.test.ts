// SPDX-License-Identifier: Apache-2.0
// What the compiler makes of the examples, as files to be read in review: the program after lowering and the memory
// plan. `npm run golden` writes them anew; continuous integration never does.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inspectModel, printAfter } from '../compiler/inspect.js'
import { readModel } from '../compiler/read-model.js'
import { root } from './run-caplet.js'

describe.each(['digits', 'ecg-beat'])('%s', (example) => {
  const model = readModel(join(root, 'examples', example, 'model.onnx'))

  it('is lowered as written in test/golden', async () => {
    await expect(`${printAfter('lower', model)}\n`).toMatchFileSnapshot(`golden/${example}/lowered.txt`)
  })

  it('has the memory plan drawn in test/golden', async () => {
    const { picture } = inspectModel(model).memory!
    await expect(picture).toMatchFileSnapshot(`golden/${example}/memory.txt`)
  })
})
