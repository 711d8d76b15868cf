// SPDX-License-Identifier: Apache-2.0
// The commands that take a model, from flags to files, JSON and exit code.
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caplet, capletError, capletJson, root } from './run-caplet.js'

const digits = join(root, 'examples', 'digits', 'model.onnx')
const ecg = join(root, 'examples', 'ecg-beat', 'model.onnx')
let folder: string
const inFolder = (...path: string[]) => join(folder, ...path)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'caplet cli '))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('compile', () => {
  it('writes the files that its JSON names, with the sizes it tells', async () => {
    const { exitCode, json } = await capletJson('compile', 'compile', digits, '-o', inFolder('out'))
    expect(exitCode).toBe(0)
    const { wasi, ...files } = json.files
    expect(wasi).toBeNull()
    for (const path of Object.values<string>(files)) expect(existsSync(path), path).toBe(true)
    const wasm = readFileSync(files.wasm)
    expect(json.capsule.bytes).toBe(wasm.length)
    expect(json.capsule.sha256).toBe(createHash('sha256').update(wasm).digest('hex'))
    const manifest = JSON.parse(readFileSync(files.manifest, 'utf8'))
    expect(json.contract).toEqual(manifest.contract)
    expect(json.memory).toEqual(manifest.memory)
    expect(json.macs).toBe(manifest.macs)
  })

  it('prints the same for people', async () => {
    const { exitCode, stdout, stderr } = await caplet('compile', digits, '-o', inFolder('out'))
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/capsule +[\d,]+ +bytes: code [\d,]+, weights [\d,]+, manifest [\d,]+/)
    expect(stdout).toMatch(/memory +[\d,]+ +bytes: arena/)
    expect(stdout).toContain(inFolder('out', 'model.wasm'))
  })

  it('gives the same bytes in another folder', async () => {
    cpSync(digits, inFolder('elsewhere', basename(digits)))
    await capletJson('compile', 'compile', inFolder('elsewhere', 'model.onnx'), '-o', inFolder('second'))
    await capletJson('compile', 'compile', digits, '-o', inFolder('out'))
    for (const name of readdirSync(inFolder('out')).filter((entry) => entry !== 'sources')) {
      expect(readFileSync(inFolder('second', name)).equals(readFileSync(inFolder('out', name))), name).toBe(
        true,
      )
    }
  })

  it('passes its flags on', async () => {
    const words = ['compile', digits, '-o', inFolder('flags'), '--name', 'digit_reader', '--wasi']
    const { json } = await capletJson('compile', ...words, '--io', 'float')
    expect(existsSync(json.files.wasi)).toBe(true)
    expect(readFileSync(json.files.header, 'utf8')).toContain('DIGIT_READER')
    const manifest = JSON.parse(readFileSync(json.files.manifest, 'utf8'))
    expect(manifest.inputs.map((edge: { type: string }) => edge.type)).toEqual(['float32'])
    const quantized = await capletJson('compile', 'compile', digits, '-o', inFolder('flags'))
    expect(quantized.json.files.wasi).toBeNull()
    expect(existsSync(json.files.wasi)).toBe(false)
  })
})

describe('a model at fault', () => {
  /** Each command fails with exit code 1, names file and remedy, shows no stack trace and writes nothing. */
  async function refuses(model: string, code: string) {
    const before = readdirSync(folder).sort()
    const text = await caplet('compile', model, '-o', inFolder('never'))
    expect(text.exitCode).toBe(1)
    expect(text.stdout).toBe('')
    expect(text.stderr).toContain(`error[${code}]`)
    expect(text.stderr).toMatch(/remedy: +\S/)
    expect(text.stderr).not.toMatch(/\n\s+at /)
    const error = await capletError(1, 'compile', model, '-o', inFolder('never'))
    expect(error).toMatchObject({ code, file: model })
    expect(error.remedy).not.toBe('')
    expect(readdirSync(folder).sort()).toEqual(before)
    return error
  }

  const changed = (name: string, change: (path: string) => void) => {
    cpSync(digits, inFolder(name))
    change(inFolder(name))
    return inFolder(name)
  }

  it('is absent', () => refuses(inFolder('absent.onnx'), 'unreadable-file'))
  it('is a folder', () => refuses(root, 'unreadable-file'))
  it('is empty', () =>
    refuses(
      changed('empty.onnx', (path) => truncateSync(path, 0)),
      'unreadable-model',
    ))
  it('is cut off', () =>
    refuses(
      changed('cut.onnx', (path) => truncateSync(path, 3000)),
      'unreadable-model',
    ))
  it('is text', () =>
    refuses(
      changed('text.onnx', (path) => writeFileSync(path, 'version https://git-lfs\noid sha256:0\n')),
      'unreadable-model',
    ))
  it('is TensorFlow Lite', () =>
    refuses(
      changed('model.tflite', (path) => writeFileSync(path, '\x1c\0\0\0TFL3\x14\0 \0\x1c\0\x18\0')),
      'unsupported-format',
    ))

  it('is float', async () => {
    const error = await refuses(join(root, 'examples', 'digits', 'model.float.onnx'), 'float-model')
    expect(error.remedy).toContain('docs/quantize.md')
  })

  it('has no input of the name that --shape gives', async () => {
    const error = await capletError(1, 'compile', ecg, '--shape', 'nothing=1,2', '-o', inFolder('never'))
    expect(error.code).toBe('unknown-input')
    expect(existsSync(inFolder('never'))).toBe(false)
  })

  it('cannot be written over a file', async () => {
    writeFileSync(inFolder('taken'), 'mine')
    const error = await capletError(1, 'compile', digits, '-o', inFolder('taken'))
    expect(error.code).toBe('output-folder')
    expect(readFileSync(inFolder('taken'), 'utf8')).toBe('mine')
  })
})
