// SPDX-License-Identifier: Apache-2.0
// Commands on a capsule that keeps state: run takes steps, inspect shows where the state lies.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { compileModel, defaultOptions, lower } from '../compiler/compile.js'
import { peakOf } from '../compiler/fit/peak.js'
import { inspectModel } from '../compiler/inspect.js'
import { Random } from '../compiler/operators/random.js'
import { modelFromBytes } from '../compiler/read-model.js'
import { parseArrays, writeNpy } from '../runtime/arrays.js'
import { writeTflite } from '../runtime/oracle/write-tflite.js'
import { runCapsule } from '../runtime/run.js'
import { Network } from './tflite/network.js'
import { variables } from './tflite/variables.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-state-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string) => join(folder, name)

/** y = x one step ago; at first the zero point, or four values. */
const network = new Network(new Random(4))
variables.READ_VARIABLE!(network, network.input('int8', [1, 4]))
const model = modelFromBytes(writeTflite(network.text()), 'delay.tflite')

const run = async (...steps: number[][]) => {
  const shape = steps.length === 1 ? [1, 4] : [steps.length, 1, 4]
  writeFileSync(path('x.npy'), writeNpy({ type: 'int8', shape, data: Int8Array.from(steps.flat()) }))
  await runCapsule(path('model.wasm'), [path('x.npy')], path('y.npy'))
  const { shape: given, data } = parseArrays(readFileSync(path('y.npy')), 'y.npy').get(null)!
  return { shape: given, values: [...data] }
}

it('runs the steps of an array one after the other, from a reset on', async () => {
  writeFileSync(path('model.wasm'), (await compileModel(model)).wasm)
  const [first, second, third] = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 9, 9, 9],
  ] as [number[], number[], number[]]
  const { shape, values } = await run(first, second, third)
  expect(shape).toEqual([3, 1, 4])
  expect(values.slice(4)).toEqual([...first, ...second])
  expect(await run(second)).toEqual({ shape: [1, 4], values: values.slice(0, 4) })
})

it('is counted by fit', () => {
  const { program } = lower(model, defaultOptions)
  expect(peakOf(program).blocks.flatMap(({ names }) => names)).not.toContain(program.states![0]!.before)
})

it('draws the state above the arena, and counts it apart', () => {
  const { memory } = inspectModel(model)
  expect(memory!.state).toBe(16)
  expect(memory!.picture).toMatch(/state t\d/)
  expect(memory!.picture).toMatch(/kept from one run to the next/)
  // What is read and what is left behind, at one place.
  const places = memory!.tensors.filter(({ offset }) => offset >= memory!.arena)
  expect(places.map(({ offset, bytes }) => [offset, bytes])).toEqual([
    [memory!.arena, 4],
    [memory!.arena, 4],
  ])
})
