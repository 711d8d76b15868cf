// SPDX-License-Identifier: Apache-2.0
// Models whose edges are not the simplest, from the command line to the reference's outputs: several inputs and outputs,
// weights in a file of their own, dimensions left open.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type NumpyArray, parseArrays, writeNpy, writeNpz } from '../../runtime/arrays.js'
import type { OracleTensor } from '../../runtime/oracle/onnxruntime.js'
import { committedNetworks, modelPath, samples } from '../networks/committed.js'
import { capletError, capletJson } from '../run-caplet.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-edges-'))
const inFolder = (...path: string[]) => join(folder, ...path)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const network = (name: string) => committedNetworks().find((entry) => entry.name === name)!
const arrayOf = ({ type, dims, data }: OracleTensor): NumpyArray => ({
  type: type as NumpyArray['type'],
  shape: dims,
  data,
})

interface Edge {
  readonly name: string
  readonly type: string
  readonly scale: number | null
  readonly zero_point: number | null
  readonly shape: readonly number[]
}

/** Real values of an output file's array, by the edge's own scale. */
function realsOf(array: NumpyArray, { scale, zero_point: zeroPoint }: Edge): (number | bigint)[] {
  if (scale === null) return [...array.data]
  return Array.from(array.data as ArrayLike<number>, (quantum) => Math.fround((quantum - zeroPoint!) * scale))
}

async function verifies(path: string, ...words: string[]) {
  const { exitCode, json } = await capletJson(
    'verify',
    'verify',
    path,
    '-n',
    '40',
    '--runtime',
    'node',
    ...words,
  )
  expect({ exitCode, exact: json.exact }).toEqual({ exitCode: 0, exact: true })
  expect(json.runtimes[0].mismatches).toBe(0)
  return json
}

describe('several inputs and outputs', () => {
  const twoInputs = network('two_inputs.qoperator.uint8')

  it('are all compared', async () => {
    const json = await verifies(modelPath(twoInputs))
    const elements = Object.values(samples(twoInputs)[0]!.outputs).reduce(
      (sum, { data }) => sum + data.length,
      0,
    )
    expect(twoInputs.outputs.length).toBeGreaterThan(1)
    expect(json.runtimes[0].outputs_compared).toBe(json.inputs * elements)
  })

  it.each(['one file by name', 'files in order'])(
    'run from %s and give the committed outputs',
    async (way) => {
      const compiled = await capletJson('compile', 'compile', modelPath(twoInputs), '-o', inFolder('two'))
      const { wasm, manifest } = compiled.json.files
      const edges: { inputs: Edge[]; outputs: Edge[] } = JSON.parse(readFileSync(manifest, 'utf8'))
      expect(edges.inputs.map(({ name }) => name)).toEqual(twoInputs.inputs.map(({ name }) => name))
      for (const { inputs, outputs } of samples(twoInputs).slice(0, 3)) {
        const arrays = edges.inputs.map(({ name }) => [name, arrayOf(inputs[name]!)] as const)
        const files =
          way === 'files in order' ? arrays.map((_, i) => inFolder(`${i}.npy`)) : [inFolder('in.npz')]
        if (files.length === 1) writeFileSync(files[0]!, writeNpz(new Map([...arrays].reverse())))
        else for (const [i, [, array]] of arrays.entries()) writeFileSync(files[i]!, writeNpy(array))
        const result = await capletJson('run', 'run', wasm, ...files, '-o', inFolder('out.npz'))
        expect(result.exitCode).toBe(0)
        const written = parseArrays(new Uint8Array(readFileSync(inFolder('out.npz'))), 'out.npz')
        expect([...written.keys()].sort()).toEqual([...twoInputs.outputs].sort())
        for (const edge of edges.outputs) {
          expect(realsOf(written.get(edge.name)!, edge)).toEqual([...outputs[edge.name]!.data])
        }
      }
    },
  )
})

describe('weights in a file of their own', () => {
  const external = network('external.qdq.int8')

  it('are read from beside the model', async () => {
    const { inputs } = await verifies(modelPath(external))
    expect(inputs).toBe(44)
  })

  it('are missed by name where the file is absent', async () => {
    cpSync(modelPath(external), inFolder('alone.onnx'))
    const error = await capletError(1, 'compile', inFolder('alone.onnx'), '-o', inFolder('never'))
    expect(error.message).toContain('external.qdq.int8.bin')
    expect(error.remedy).not.toBe('')
  })
})

describe('open dimensions', () => {
  const open = committedNetworks().filter(({ dynamic }) => Object.keys(dynamic).length > 0)

  it('are in two committed networks', () => expect(open).toHaveLength(2))

  it.each(open.map((entry) => [entry.name, entry] as const))(
    'of %s are bound by the flag that the error prints',
    async (_, entry) => {
      const error = await capletError(1, 'verify', modelPath(entry), '--runtime', 'node')
      expect(error).toMatchObject({ name: 'unbound-dimension', file: modelPath(entry) })
      const [flag] = error.remedy.match(/--shape \S+/)
      const [[name, shape]] = Object.entries(entry.dynamic) as [[string, readonly number[]]]
      expect(flag).toBe(`--shape ${name}=${shape.join(',')}`)
      await verifies(modelPath(entry), ...flag.split(' '))
    },
  )
})
