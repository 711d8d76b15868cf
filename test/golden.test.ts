// SPDX-License-Identifier: Apache-2.0
// What the compiler makes of the examples, as files to be read in review: the graph in Caplet's operators, the program
// after lowering, the memory plan and the emitted entry. `npm run golden` writes them anew; continuous integration never
// does.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileFile } from '../compiler/compile.js'
import { inspectModel, printAfter } from '../compiler/inspect.js'
import { readModel } from '../compiler/read-model.js'
import { root } from './run-caplet.js'

describe.each(['digits', 'ecg-beat'])('%s', (example) => {
  const model = readModel(join(root, 'examples', example, 'model.onnx'))

  it('is normalized as written in test/golden', async () => {
    await expect(`${printAfter('normalize', model)}\n`).toMatchFileSnapshot(
      `golden/${example}/normalized.txt`,
    )
  })

  it('is lowered as written in test/golden', async () => {
    await expect(`${printAfter('lower', model)}\n`).toMatchFileSnapshot(`golden/${example}/lowered.txt`)
  })

  it('has the memory plan drawn in test/golden', async () => {
    const { picture } = inspectModel(model).memory!
    await expect(picture).toMatchFileSnapshot(`golden/${example}/memory.txt`)
  })

  it('is emitted as written in test/golden', { timeout: 120_000 }, async () => {
    const { sources } = await compileFile(model.path)
    await expect(sources.get('capsule.ts')).toMatchFileSnapshot(`golden/${example}/capsule.ts.txt`)
  })
})
