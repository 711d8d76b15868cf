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
  statSync,
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
    const isOptional = (key: string) => /^(wasi|accelerated|native)/.test(key)
    const written = Object.entries<string>(json.files).filter(([, path]) => path !== null)
    expect(Object.keys(json.files).filter((key) => json.files[key] === null)).toEqual(
      Object.keys(json.files).filter(isOptional),
    )
    const files = json.files
    for (const [, path] of written) expect(existsSync(path), path).toBe(true)
    const wasm = readFileSync(files.wasm)
    expect(json.capsule.bytes).toBe(wasm.length)
    expect(json.capsule.sha256).toBe(createHash('sha256').update(wasm).digest('hex'))
    const manifest = JSON.parse(readFileSync(files.manifest, 'utf8'))
    expect(json.contract).toEqual(manifest.contract)
    expect(json.memory).toEqual(manifest.memory)
    expect(json.macs).toBe(manifest.macs)
  })

  it('writes what it depends on for build systems, the external data too', async () => {
    const place = inFolder('external $1')
    const model = join(root, 'test', 'networks', 'external.qdq.int8.onnx')
    for (const ending of ['onnx', 'bin']) {
      cpSync(model.replace('.onnx', `.${ending}`), join(place, `external.qdq.int8.${ending}`))
    }
    const words = ['compile', join(place, basename(model)), '-o', join(place, 'out'), '--depfile']
    const { json } = await capletJson('compile', ...words, join(place, 'model.d'))
    const escaped = place.replaceAll('$', '$$$$').replaceAll(' ', '\\ ')
    expect(readFileSync(join(place, 'model.d'), 'utf8')).toBe(
      `${escaped}/out/model.wasm: ${escaped}/external.qdq.int8.onnx ${escaped}/external.qdq.int8.bin\n`,
    )
    const { external_data } = JSON.parse(readFileSync(json.files.report, 'utf8'))
    const bytes = readFileSync(join(place, 'external.qdq.int8.bin'))
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(external_data).toEqual([{ file: 'external.qdq.int8.bin', sha256 }])
    expect((await capletError(1, ...words, join(place, 'nowhere', 'model.d'))).name).toBe('unwritable-file')
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

describe('compile --tier', () => {
  const filesIn = (place: string) =>
    readdirSync(place, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(place, name)).isFile(),
    )

  it.each(['accelerated', 'native'])(
    '%s: the portable capsule and more, the same bytes each time',
    async (tier) => {
      const [plain, first, second] = ['plain', `${tier}-1`, `${tier}-2`].map((name) => inFolder(name))
      const words = (place: string) => ['compile', digits, '-o', place]
      await capletJson('compile', ...words(plain!))
      const { json } = await capletJson('compile', ...words(first!), '--tier', tier)
      await capletJson('compile', ...words(second!), '--tier', tier)
      const own = Object.keys(json.files).filter((key) => key.startsWith(tier))
      for (const key of own) expect(existsSync(json.files[key]), key).toBe(true)
      expect(filesIn(first!)).toEqual(filesIn(second!))
      for (const name of filesIn(first!)) {
        expect(readFileSync(join(first!, name)).equals(readFileSync(join(second!, name))), name).toBe(true)
      }
      for (const name of filesIn(plain!).filter((entry) => entry !== 'report.json')) {
        expect(readFileSync(join(first!, name)).equals(readFileSync(join(plain!, name))), name).toBe(true)
      }
      expect(Object.keys(JSON.parse(readFileSync(json.files.report, 'utf8')))).toContain(tier)
      // Another tier into the same folder: nothing of this one stays.
      await capletJson('compile', ...words(first!))
      expect(filesIn(first!)).toEqual(filesIn(plain!))
    },
  )

  it('accelerated: its AssemblyScript is that of the capsule that calls the kernels', async () => {
    const words = ['compile', digits, '-o', inFolder('calls'), '--tier', 'accelerated']
    const { json } = await capletJson('compile', ...words)
    const read = (key: string) => readFileSync(join(json.files[key], 'capsule.ts'), 'utf8')
    expect(filesIn(json.files.accelerated_sources)).toContain('host-kernels.ts')
    expect(filesIn(json.files.sources)).not.toContain('host-kernels.ts')
    expect(read('accelerated_sources')).not.toBe(read('sources'))
    const steps = JSON.parse(readFileSync(json.files.report, 'utf8')).accelerated.steps
    for (const { source } of steps.filter((step: { source: string | null }) => step.source)) {
      expect(existsSync(join(json.files.accelerated_sources, source)), source).toBe(true)
    }
  })

  it('native: names the capsule and what translated it', async () => {
    const words = ['compile', digits, '-o', inFolder('c'), '--tier', 'native', '--name', 'reader']
    const { json } = await capletJson('compile', ...words)
    const source = readFileSync(json.files.native_c, 'utf8')
    expect(source).toContain(json.capsule.sha256)
    expect(source).toContain('caplet_reader_native')
    expect(readFileSync(json.files.native_header, 'utf8')).toContain('caplet_reader_descriptor')
    const { native } = JSON.parse(readFileSync(json.files.report, 'utf8'))
    expect(native).toEqual({ translator: { name: 'wasm2c', version: '1.0.39' }, bytes: source.length })
    expect((await caplet(...words)).stdout).toContain(inFolder('c', 'model.native.c'))
  })
})

describe('inspect', () => {
  it('has the nodes, the plan and the totals of the capsule', async () => {
    const { exitCode, json } = await capletJson('inspect', 'inspect', digits)
    expect(exitCode).toBe(0)
    expect({ compiles: json.compiles, problems: json.problems }).toEqual({ compiles: true, problems: [] })
    const compiled = await capletJson('compile', 'compile', digits, '-o', inFolder('out'))
    const sum = (key: string) =>
      json.nodes.reduce((total: number, node: Record<string, number>) => total + node[key]!, 0)
    expect(sum('macs')).toBe(compiled.json.macs)
    expect(sum('weights')).toBe(compiled.json.capsule.weights)
    expect(json.nodes.length).toBe(compiled.json.nodes)
    expect(json.memory.arena).toBe(compiled.json.memory.arena)
    for (const { offset, bytes } of json.memory.tensors) {
      expect(offset + bytes).toBeLessThanOrEqual(json.memory.arena)
    }
  })

  it('draws the plan for people', async () => {
    const { stdout, exitCode } = await caplet('inspect', ecg)
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^.*model\.onnx compiles\n/)
    expect(stdout).toMatch(/conv1 +convolution +int8 \[1, 24, 32\]/)
    expect(stdout).toContain('┌')
    expect(stdout).toMatch(/multiply-accumulates +131,320/)
  })

  it.each(['import', 'infer-types', 'normalize', 'fuse', 'lower', 'plan'])(
    'prints the model after %s, the same every time',
    async (step) => {
      const { json } = await capletJson('inspect-after', 'inspect', digits, '--after', step)
      expect(json.step).toBe(step)
      expect(json.text).toContain('stem')
      expect((await caplet('inspect', digits, '--after', step)).stdout).toBe(`${json.text}\n`)
    },
  )

  it('has exit code 1 and every reason for a model that does not compile', async () => {
    const float = join(root, 'examples', 'digits', 'model.float.onnx')
    const { exitCode, json } = await capletJson('inspect', 'inspect', float)
    expect(exitCode).toBe(1)
    expect(json).toMatchObject({ compiles: false, memory: null })
    expect(json.problems[0].name).toBe('float-model')
    expect(json.nodes.map((node: { operator: string }) => node.operator)).toContain('Conv')
    const text = await caplet('inspect', float)
    expect(text.stdout).toContain('does not compile')
    expect(text.stdout).toContain(' float-model]: ')
    expect((await capletError(1, 'inspect', float, '--after', 'lower')).name).toBe('float-model')
    expect((await capletJson('inspect-after', 'inspect', float, '--after', 'infer-types')).exitCode).toBe(0)
  })
})

describe('verify', () => {
  it('compares every output of every input', async () => {
    const words = ['verify', digits, '--runtime', 'node,reference', '-n', '50', '--seed', '3']
    const { exitCode, json } = await capletJson('verify', ...words)
    expect(exitCode).toBe(0)
    expect(json).toMatchObject({ exact: true, skipped: [], native: null })
    expect(json.runtimes.map((runtime: { name: string }) => runtime.name)).toEqual(['node', 'reference'])
    expect(json.inputs).toBeGreaterThan(50)
    for (const runtime of json.runtimes) {
      expect(runtime).toMatchObject({ mismatches: 0, first_mismatch: null })
      expect(runtime.outputs_compared).toBe(json.inputs * 10)
    }
    const { stdout } = await caplet(...words)
    expect(stdout).toMatch(/^EXACT: .* over \d+ inputs\./)
  })

  it('verifies the very file that it is given', async () => {
    const compiled = await capletJson('compile', 'compile', digits, '-o', inFolder('given'), '--io', 'float')
    const capsule = compiled.json.files.wasm
    const words = ['--capsule', capsule, '--runtime', 'node', '-n', '20']
    const { json } = await capletJson('verify', 'verify', digits, ...words)
    expect(json).toMatchObject({ exact: true, capsule: { sha256: compiled.json.capsule.sha256 } })
    expect((await capletError(1, 'verify', ecg, ...words)).name).toBe('capsule-mismatch')
  })

  it('has exit code 1 and the place where a damaged capsule differs', async () => {
    const compiled = await capletJson('compile', 'compile', digits, '-o', inFolder('damaged'))
    const capsule = compiled.json.files.wasm
    damageWeights(capsule)
    const words = ['verify', digits, '--capsule', capsule, '--runtime', 'node', '-n', '20']
    const { exitCode, json } = await capletJson('verify', ...words)
    expect(exitCode).toBe(1)
    expect(json.exact).toBe(false)
    const [{ mismatches, first_mismatch }] = json.runtimes
    expect(mismatches).toBeGreaterThan(0)
    expect(first_mismatch.actual).not.toBe(first_mismatch.expected)
    const { stdout } = await caplet(...words)
    expect(stdout).toMatch(/^NOT EXACT/)
    expect(stdout).toContain(`expected ${first_mismatch.expected}, got ${first_mismatch.actual}`)
  })
})

/** Turns a piece of the passive segment's weights over; the module stays valid. */
function damageWeights(capsule: string) {
  const bytes = readFileSync(capsule)
  const at = bytes.length - 3000
  expect(WebAssembly.validate(bytes)).toBe(true)
  for (let index = at; index < at + 64; index++) bytes[index] = bytes[index]! ^ 0x55
  expect(WebAssembly.validate(bytes)).toBe(true)
  writeFileSync(capsule, bytes)
}

describe('run', () => {
  it('writes what the capsule computes', async () => {
    const compiled = await capletJson('compile', 'compile', digits, '-o', inFolder('run'))
    const input = join(root, 'examples', 'digits', 'input.npy')
    const output = inFolder('output.npy')
    const { exitCode, json } = await capletJson('run', 'run', compiled.json.files.wasm, input, '-o', output)
    expect(exitCode).toBe(0)
    expect(json.outputs).toEqual([{ name: 'scores', file: output, type: 'int8', shape: [1, 10] }])
    expect(readFileSync(output).subarray(1, 6).toString()).toBe('NUMPY')
    expect((await caplet('run', compiled.json.files.wasm, input, '-o', output)).stdout).toContain('scores')
  })

  it('refuses what is no capsule, and inputs that do not fit', async () => {
    const input = join(root, 'examples', 'digits', 'input.npy')
    const output = inFolder('never.npy')
    expect((await capletError(1, 'run', digits, input, '-o', output)).name).toBe('not-a-capsule')
    const compiled = await capletJson('compile', 'compile', ecg, '-o', inFolder('beat'))
    const wasm = compiled.json.files.wasm
    expect((await capletError(1, 'run', wasm, input, '-o', output)).name).toBe('missing-input')
    expect((await capletError(1, 'run', wasm, input, input, '-o', output)).name).toBe('shape-mismatch')
    expect((await capletError(1, 'run', wasm, 'absent.npy', '-o', output)).name).toBe('unreadable-file')
    // A bit of the last weight: the module is valid, its numbers are not.
    const bytes = readFileSync(wasm)
    bytes[bytes.indexOf('caplet.manifest') - 40]! ^= 1
    writeFileSync(inFolder('damaged.wasm'), bytes)
    const damaged = await capletError(1, 'run', inFolder('damaged.wasm'), input, '-o', output)
    expect(damaged).toMatchObject({ name: 'selftest-failed', file: inFolder('damaged.wasm') })
    expect((await capletError(2, 'run', wasm, input)).name).toBe('usage')
    expect(existsSync(output)).toBe(false)
  })
})

describe('a model at fault', () => {
  /** Each command fails with exit code 1, names file and remedy, shows no stack trace and writes nothing. */
  async function refuses(model: string, name: string) {
    const before = readdirSync(folder).sort()
    const text = await caplet('compile', model, '-o', inFolder('never'))
    expect(text.exitCode).toBe(1)
    expect(text.stdout).toBe('')
    expect(text.stderr).toContain(`${name}]: `)
    expect(text.stderr).toMatch(/remedy: +\S/)
    expect(text.stderr).not.toMatch(/\n\s+at /)
    const error = await capletError(1, 'compile', model, '-o', inFolder('never'))
    expect(error).toMatchObject({ name, file: model })
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
      changed('text.onnx', (path) => writeFileSync(path, 'no model, but a note about one\n')),
      'unreadable-model',
    ))
  it('is a pointer of Git LFS', async () => {
    const file = changed('lfs.onnx', (path) => writeFileSync(path, 'version https://git-lfs\noid sha256:0\n'))
    expect((await refuses(file, 'unsupported-format')).remedy).toContain('git lfs pull')
  })
  it('is the beginning of a TensorFlow Lite file', () =>
    refuses(
      changed('model.tflite', (path) => writeFileSync(path, '\x1c\0\0\0TFL3\x14\0 \0\x1c\0\x18\0')),
      'malformed-model',
    ))

  it('is float', async () => {
    const error = await refuses(join(root, 'examples', 'digits', 'model.float.onnx'), 'float-model')
    expect(error.remedy).toContain('docs/quantize.md')
  })

  it('has no input of the name that --shape gives', async () => {
    const error = await capletError(1, 'compile', ecg, '--shape', 'nothing=1,2', '-o', inFolder('never'))
    expect(error.name).toBe('unknown-input')
    expect(existsSync(inFolder('never'))).toBe(false)
  })

  it('cannot be written over a file', async () => {
    writeFileSync(inFolder('taken'), 'mine')
    const error = await capletError(1, 'compile', digits, '-o', inFolder('taken'))
    expect(error.name).toBe('output-folder')
    expect(readFileSync(inFolder('taken'), 'utf8')).toBe('mine')
  })
})
