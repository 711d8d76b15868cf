// SPDX-License-Identifier: Apache-2.0
// A host that shares no code with Caplet (run_capsule.py) runs committed networks and finds the committed outputs.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { findPython } from '../../runtime/python.js'
import { committedNetworks, modelPath, NETWORKS_FOLDER } from '../networks/committed.js'

const here = dirname(fileURLToPath(import.meta.url))
const python = await findPython('numpy', 'wasmtime')
const reason = 'no Python with wasmtime and NumPy: npm test installs them into .venv/ where Python is present'
const folder = mkdtempSync(join(tmpdir(), 'caplet-host-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function host(wasm: Uint8Array, ...words: string[]) {
  const file = join(folder, 'model.wasm')
  writeFileSync(file, wasm)
  const run = spawnSync(python!, [join(here, 'run_capsule.py'), file, ...words], { encoding: 'utf8' })
  if (run.stdout.trim() === '') throw new Error(run.stderr)
  return { status: run.status, result: JSON.parse(run.stdout) }
}

describe('a host that knows only manifest and exports', () => {
  beforeEach(({ skip }) => skip(python === null, reason))

  it.each(committedNetworks().map((network) => [network.name, network] as const))(
    'finds the reference outputs of %s',
    async (_, network) => {
      const { wasm } = await compileFile(modelPath(network), {
        shapes: new Map(Object.entries(network.dynamic)),
      })
      const { status, result } = host(wasm, '--npz', join(NETWORKS_FOLDER, `${network.name}.npz`))
      expect(result).toMatchObject({ selftest: 0, samples: network.samples, differing: 0 })
      expect(result.compared).toBeGreaterThan(network.samples)
      expect(status).toBe(0)
    },
  )

  it('finds PyPI’s onnxruntime equal on the ECG example', async ({ skip }) => {
    const hasOnnxruntime = spawnSync(python!, ['-c', 'import onnxruntime']).status === 0
    skip(!hasOnnxruntime, 'no onnxruntime in that Python')
    const model = join(here, '..', '..', 'examples', 'ecg-beat', 'model.onnx')
    const { wasm } = await compileFile(model)
    const { status, result } = host(wasm, '--onnx', model, '--count', '500')
    expect(result).toEqual({ selftest: 0, samples: 500, compared: 2000, differing: 0 })
    expect(status).toBe(0)
  })

  it('sees a capsule of another network differ', async () => {
    const [first, second] = ['residual.qdq.int8', 'residual.qdq.uint8'].map(
      (name) => committedNetworks().find((network) => network.name === name)!,
    )
    const { wasm } = await compileFile(modelPath(first!))
    const { status, result } = host(wasm, '--npz', join(NETWORKS_FOLDER, `${second!.name}.npz`))
    expect(result.differing).toBeGreaterThan(0)
    expect(status).toBe(1)
  })
})
