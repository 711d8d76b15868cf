// SPDX-License-Identifier: Apache-2.0
// Every operator's cases (named and generated): the kernel, as built and run, against the reference.
// Each operators/<folder>/ has its cases in cases.ts; a folder without them fails.
import { existsSync, readdirSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { presentRuntimes } from '../../runtime/list.js'
import { wasmtimeRuntime } from '../../runtime/wasmtime/wasmtime.js'
import type { OperatorName } from '../ir/operators.js'
import { operators } from './list.js'
import { Random } from './random.js'
import { compareWithReference, type OperatorCase } from './test-bench.js'

interface CaseFile {
  cases(random: Random): OperatorCase[]
  randomCase(random: Random): OperatorCase
}

const here = new URL('.', import.meta.url)
const folders = readdirSync(here).filter((name) => existsSync(new URL(`${name}/definition.ts`, here)))

const casesOf = (operator: OperatorName): Promise<CaseFile> => import(`./${folderOf(operator)}/cases.ts`)

const folderOf = (operator: OperatorName) => operator.replaceAll('_', '-')

describe.each(operators.map((definition) => definition.name))('%s', (operator) => {
  it('gives the same bytes as its reference', async () => {
    const { cases, randomCase } = await casesOf(operator)
    const random = new Random(1)
    const generated = Array.from({ length: 30 }, () => randomCase(random))
    expect(await compareWithReference([...cases(random), ...generated])).toEqual([])
  })
})

it('all operators give the same bytes with the f32 requantizer, and with memory of their own', async () => {
  const random = new Random(2)
  const files = await Promise.all(operators.map(({ name }) => casesOf(name)))
  const generated = files.flatMap(({ randomCase }) => [
    randomCase(random),
    randomCase(random),
    randomCase(random),
  ])
  expect(await compareWithReference(generated, { preferFloat: true, reuseMemory: false })).toEqual([])
})

// The bench runs each capsule in every runtime that is here; this line makes an absent one visible.
const wasmtime = await wasmtimeRuntime.availability()
const why = 'reason' in wasmtime ? `: ${wasmtime.reason}; ${wasmtime.remedy}` : ''
it.skipIf('reason' in wasmtime)(`the cases above ran in wasmtime too${why}`, async () => {
  const { present } = await presentRuntimes(undefined)
  expect(present.map(({ runtime }) => runtime.name)).toContain('wasmtime')
})

afterAll(() => wasmtimeRuntime.close())

it('every operator folder is in the list', () => {
  expect(operators.map(({ name }) => folderOf(name)).sort()).toEqual(folders.sort())
})
