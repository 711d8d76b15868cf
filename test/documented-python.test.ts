// SPDX-License-Identifier: Apache-2.0
// The Python that the documents print is run as printed: the recipe of docs/quantize.md on a committed float model, and the
// snippet of docs/why-not-my-onnxruntime.md on its result.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openOracle } from '../runtime/oracle/onnxruntime.js'

const python = process.env.CAPLET_PYTHON
const ABSENT = 'no Python with test/requirements.txt (CAPLET_PYTHON)'
const folder = mkdtempSync(join(tmpdir(), 'caplet-documents-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The one ```python block of a document. */
function printedPython(name: string): string {
  const text = readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8')
  const blocks = [...text.matchAll(/^```python\r?\n(.*?)^```/gms)]
  expect(blocks).toHaveLength(1)
  return blocks[0]![1]!
}

function runPython(script: string, ...args: string[]): string {
  writeFileSync(join(folder, 'script.py'), script)
  return execFileSync(python!, ['script.py', ...args], { cwd: folder, encoding: 'utf8', stdio: 'pipe' })
}

describe('the documents', () => {
  it('quantize.md makes a model that the contract runs', async ({ skip }) => {
    if (!python) return skip(ABSENT)
    copyFileSync(new URL('../examples/digits/model.float.onnx', import.meta.url), join(folder, 'float.onnx'))
    const samples = 'np.savez("samples.npz", image=np.random.default_rng(1).random((20, 1, 8, 8)))'
    runPython(`import numpy as np\n${samples}`)
    runPython(printedPython('quantize.md'), 'float.onnx', 'samples.npz', 'model.onnx')

    const oracle = await openOracle(readFileSync(join(folder, 'model.onnx')))
    const image = { type: 'float32', dims: [1, 1, 8, 8], data: new Float32Array(64) }
    const logits = Object.values(await oracle.run({ image }))[0]!
    await oracle.release()
    expect(logits.dims).toEqual([1, 10])
  })

  it('why-not-my-onnxruntime.md asks Python with the settings of the contract', async ({ skip }) => {
    if (!python) return skip(ABSENT)
    copyFileSync(new URL('../examples/digits/model.onnx', import.meta.url), join(folder, 'model.onnx'))
    const snippet = printedPython('why-not-my-onnxruntime.md')
    expect(snippet.trim().split('\n').length).toBeLessThanOrEqual(10)
    const printed = runPython(snippet)
      .match(/-?\d+\.?\d*(e-?\d+)?/g)!
      .map(Number)

    const oracle = await openOracle(readFileSync(join(folder, 'model.onnx')))
    const image = { type: 'float32', dims: [1, 1, 8, 8], data: new Float32Array(64) }
    const expected = Object.values(await oracle.run({ image }))[0]!
    await oracle.release()
    const native = printed.slice(-8).map(Math.fround)
    Array.from(expected.data.slice(0, 8), Number).forEach((value, index) => {
      expect(native[index]).toBeCloseTo(value, 5) // NumPy prints 8 digits
    })
  })
})
