// SPDX-License-Identifier: Apache-2.0
// Runs a caplet command inside the test's own process: what it prints, and its exit code.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, vi } from 'vitest'
import { runProgram } from '../compiler/cli/program.js'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export interface Run {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export async function caplet(...words: string[]): Promise<Run> {
  const printed = { stdout: '', stderr: '' }
  const spies = (['stdout', 'stderr'] as const).map((stream) =>
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => {
      printed[stream] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      return true
    }),
  )
  process.exitCode = undefined
  try {
    await runProgram(words)
    return { ...printed, exitCode: Number(process.exitCode ?? 0) }
  } finally {
    process.exitCode = undefined
    for (const spy of spies) spy.mockRestore()
  }
}

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true })

/** Runs a command with --json: stdout must be one JSON object that obeys docs/schemas/NAME.json. */
export async function capletJson(
  schema: string,
  ...words: string[]
  // biome-ignore lint/suspicious/noExplicitAny: the schema has just been checked
): Promise<{ exitCode: number; json: any }> {
  const { exitCode, stdout } = await caplet(...words, '--json')
  const json = JSON.parse(stdout)
  if (schema !== 'failure') expect(json.error, stdout).toBeUndefined()
  const text = readFileSync(join(root, 'docs', 'schemas', `${schema}.json`), 'utf8')
  const validate = ajv.compile({ ...JSON.parse(text), $id: undefined })
  validate(json)
  expect(validate.errors ?? [], JSON.stringify(json).slice(0, 400)).toEqual([])
  return { exitCode, json }
}

/** The error of a command that must fail with this exit code, in the documented shape. */
export async function capletError(exitCode: 1 | 2, ...words: string[]) {
  const run = await capletJson('failure', ...words)
  expect(run.exitCode).toBe(exitCode)
  return run.json.error
}
