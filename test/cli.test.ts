// SPDX-License-Identifier: Apache-2.0
// What every command has in common: help, versions, exit codes, the shape of failures; and the commands that need no model.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from '../compiler/errors/catalogue.js'
import { caplet, capletError, capletJson, root } from './run-caplet.js'

const commands = ['compile', 'inspect', 'verify', 'run', 'bench', 'fit', 'operators', 'error']

describe('help', () => {
  it('lists the commands, with examples and exit codes', async () => {
    for (const words of [[], ['--help'], ['help']]) {
      const { exitCode, stdout } = await caplet(...words)
      expect(exitCode).toBe(0)
      for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'))
      expect(stdout).toContain('Examples:')
      expect(stdout).toContain('Exit codes:')
    }
  })

  it.each(commands)('of %s has an example and --json', async (command) => {
    const { exitCode, stdout, stderr } = await caplet(command, '--help')
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain(`  $ caplet ${command}`)
    expect(stdout).toContain('--json')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(140)
  })

  it('tells the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    expect((await caplet('--version')).stdout).toBe(`${version}\n`)
  })
})

describe('wrong usage', () => {
  it.each([
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['compile'], /missing required argument 'model'/],
    [['compile', 'm.onnx', '--outptu', 'x'], /unknown option '--outptu'.*\n?.*--output/s],
    [['compile', 'm.onnx', '--shape', 'x'], /input=dimensions/],
    [['compile', 'm.onnx', '--shape', 'x=1,0'], /at least 1/],
    [['compile', 'm.onnx', '--shape', 'x=1,-2'], /input=dimensions/],
    [['compile', 'm.onnx', '--shape', 'x=1', '--shape', 'x=2'], /given twice/],
    [['compile', 'm.onnx', '--name', '2fast'], /letters, digits and _/],
    [['compile', 'm.onnx', '--contract', 'exact'], /Available: onnxruntime/],
    [['compile', 'm.onnx', '--tier', 'fast'], /Available: portable, accelerated, native/],
    [['compile', 'm.onnx', '--io', 'int4'], /Available: quantized, float/],
    [['verify', 'm.onnx', '-n', '-5'], /integer/],
    [['verify', 'm.onnx', '--runtime', 'node,toaster'], /Known: /],
    [['operators', 'extra'], /too many arguments/],
  ])('%j has exit code 2 and says what is wrong', async (words, message) => {
    const text = await caplet(...words)
    expect(text.exitCode).toBe(2)
    expect(text.stdout).toBe('')
    expect(text.stderr).toMatch(message)
    expect(text.stderr).not.toMatch(/\n\s+at /)
    const error = await capletError(2, ...words)
    expect(error.name).toBe('usage')
    expect(error.message).toMatch(message)
    expect(error.remedy).toContain('--help')
  })
})

describe('error', () => {
  it('explains one code', async () => {
    const { exitCode, json } = await capletJson('error', 'error', 'unbound-dimension')
    expect(exitCode).toBe(0)
    expect(json.errors).toEqual([{ name: 'unbound-dimension', ...catalogue.get('unbound-dimension') }])
    expect((await caplet('error', 'unbound-dimension')).stdout).toContain('What to do:')
    const { code } = catalogue.get('unbound-dimension')!
    expect((await capletJson('error', 'error', code)).json).toEqual(json)
  })

  it('lists all codes', async () => {
    const { json } = await capletJson('error', 'error')
    expect(json.errors.map((entry: { name: string }) => entry.name)).toEqual([...catalogue.keys()])
  })

  it('suggests a code for a mistyped one', async () => {
    const error = await capletError(1, 'error', 'unbound-dimensions')
    expect(error.name).toBe('unknown-error-code')
    expect(error.message).toContain('"unbound-dimension"')
  })
})

describe('operators', () => {
  it('lists the ONNX operators and the kernels', async () => {
    const { exitCode, json } = await capletJson('operators', 'operators')
    expect(exitCode).toBe(0)
    const names = json.operators.map((operator: { name: string }) => operator.name)
    expect(names).toEqual(expect.arrayContaining(['Conv', 'Gemm', 'QLinearConv', 'Softmax', 'Shape']))
    const conv = json.operators.find((operator: { name: string }) => operator.name === 'Conv')
    expect(conv.forms).toContain('QDQ')
    expect(conv.types).toEqual(expect.arrayContaining(['int8', 'uint8']))
    expect(conv.exact_models).toBeGreaterThan(20)
    expect(json.kernels.length).toBeGreaterThan(10)
    const { stdout } = await caplet('operators')
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'))
  })
})
