// SPDX-License-Identifier: Apache-2.0
// caplet new: what is in a project, that it is whole or not there, and that its build gives the bytes it came with.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { type Change, projectBoards } from '../../compiler/project/boards.js'
import { writeTflite } from '../../runtime/oracle/write-tflite.js'
import { caplet, capletError, capletJson, root } from '../run-caplet.js'
import { arithmeticLayers } from '../tflite/layers.js'
import { Network } from '../tflite/network.js'

const place = mkdtempSync(join(tmpdir(), 'caplet new '))
afterAll(() => rmSync(place, { recursive: true, force: true }))
const digits = join(root, 'examples', 'digits', 'model.onnx')
const network = (name: string) => join(root, 'test', 'networks', name)
const small = network('perceptron.qoperator.uint8.onnx')

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => path.replaceAll('\\', '/'))
    .sort()

describe.each(projectBoards)('$name', ({ name: board, template, choose, capsuleFile }) => {
  it('is written whole, from the model to a way to run it', async () => {
    const folder = join(place, board)
    const { exitCode, json } = await capletJson('new', 'new', folder, '--board', board, '--model', small)
    expect({ exitCode, board: json.board, tier: json.tier }).toEqual({
      exitCode: 0,
      board,
      tier: 'accelerated',
    })
    expect(json.files).toEqual(filesIn(folder))
    const needed = ['README.md', 'CMakeLists.txt', '.gitignore', 'caplet/LICENSE', 'capsule/windows.h']
    expect(json.files).toEqual(expect.arrayContaining(needed))
    expect(readFileSync(join(folder, 'model.onnx')).equals(readFileSync(small))).toBe(true)
    const firmware = readFileSync(join(folder, json.capsule.file))
    expect(firmware.length).toBe(json.capsule.bytes)
    expect(json.verified_inputs).toBeGreaterThan(16)
  })

  it('says in one place what runs the capsule, and repeats its flags in the build', async () => {
    const folder = join(place, `${board} native`)
    const words = ['--board', board, '--model', small, '--tier', 'native', '--io', 'float']
    const { stdout } = await caplet('new', folder, ...words, '--target', 'cortex-m0')
    expect(stdout).toContain(`for ${board} into ${folder}`)
    expect(readFileSync(join(folder, capsuleFile), 'utf8')).toContain(
      'OPTIONS --target cortex-m0 --io float)',
    )
    expect(existsSync(join(folder, 'capsule', 'model.native.c'))).toBe(true)
    const [{ file, to: native }] = choose('native') as [Change]
    expect(readFileSync(join(folder, file), 'utf8')).toContain(native)
    expect(native.toLowerCase()).toMatch(/engine[_ ]native/)
    const [portable, accelerated] = [choose('portable'), choose('accelerated')].map(([change]) => change!)
    expect(new Set([native, portable!.to, accelerated!.to]).size).toBe(3)
    // The template as it lies there is accelerated.
    expect(readFileSync(join(root, 'targets', template, file), 'utf8')).toContain(accelerated!.to)
  })
})

it('gives the same bytes each time', async () => {
  const folder = join(place, 'again')
  await capletJson('new', 'new', folder, '--board', 'cortex-m4', '--model', small)
  expect(filesIn(folder)).toEqual(filesIn(join(place, 'cortex-m4')))
  for (const path of filesIn(folder)) {
    expect(readFileSync(join(place, 'cortex-m4', path)).equals(readFileSync(join(folder, path))), path).toBe(
      true,
    )
  }
})

it('takes external data along, and the shapes that the model leaves open', async () => {
  const folder = join(place, 'external')
  await capletJson('new', 'new', folder, '--board', 'cortex-m4', '--model', network('external.qdq.int8.onnx'))
  const data = 'external.qdq.int8.bin'
  expect(readFileSync(join(folder, data)).equals(readFileSync(network(data)))).toBe(true)
  const open = join(place, 'open')
  const words = ['--model', network('computed_shape.qdq.int8.onnx'), '--shape', 'signal=1,1,18']
  await capletJson('new', 'new', open, '--board', 'cortex-m4', ...words)
  const text = readFileSync(join(open, 'CMakeLists.txt'), 'utf8')
  expect(text).toContain('OPTIONS --target cortex-m4f --shape signal=1,1,18)')
})

describe('nothing is written', () => {
  const words = ['--board', 'cortex-m4', '--model', digits]

  it('into a folder that is not empty, or a file', async () => {
    const folder = join(place, 'mine')
    mkdirSync(folder)
    writeFileSync(join(folder, 'notes.txt'), 'mine')
    expect(await capletError(1, 'new', folder, ...words)).toMatchObject({ name: 'output-folder' })
    expect(readdirSync(folder)).toEqual(['notes.txt'])
    const file = join(folder, 'notes.txt')
    expect(await capletError(1, 'new', file, ...words)).toMatchObject({ name: 'output-folder' })
    expect(readFileSync(file, 'utf8')).toBe('mine')
  })

  it('where the model does not compile, or its data has the name of a project’s file', async () => {
    const before = readdirSync(place)
    const float = join(root, 'examples', 'digits', 'model.float.onnx')
    const folder = join(place, 'float')
    expect((await capletError(1, 'new', folder, '--board', 'esp32s3', '--model', float)).name).toBe(
      'float-model',
    )
    expect(readdirSync(place)).toEqual(before)
  })

  it('for a board that is not known, or without a model', async () => {
    const folder = join(place, 'unknown')
    const error = await capletError(2, 'new', folder, '--board', 'z80', '--model', digits)
    expect(error.message).toMatch(/Available: nrf52840, esp32s3, cortex-m4, custom/)
    expect((await capletError(2, 'new', folder, '--board', 'cortex-m4')).name).toBe('usage')
    expect(existsSync(folder)).toBe(false)
  })
})

it('fills an empty folder', async () => {
  const folder = join(place, 'empty')
  mkdirSync(folder)
  cpSync(small, join(place, 'model with blanks.onnx'))
  const words = ['--board', 'nrf52840', '--model', join(place, 'model with blanks.onnx'), '--tier', 'native']
  const { json } = await capletJson('new', 'new', folder, ...words)
  expect(filesIn(folder)).toEqual(json.files)
  expect(readdirSync(place).filter((name) => name.startsWith('.'))).toEqual([])
})

it('takes a TensorFlow Lite model, and says so where its reference’s program is not here', async () => {
  const network = new Network(new Random(5))
  const x = network.input('int8', [1, 12])!
  const y = arithmeticLayers.RELU!(network, x)!
  const model = join(place, 'relu.tflite')
  writeFileSync(model, writeTflite({ ...network, outputs: [y.name] }))
  const folder = join(place, 'tflite')
  const python = vi.stubEnv('CAPLET_PYTHON', join(place, 'no-python'))
  try {
    const { json } = await capletJson('new', 'new', folder, '--board', 'cortex-m4', '--model', model)
    expect(json.verified_inputs).toBeNull()
    rmSync(folder, { recursive: true })
    const { stdout } = await caplet('new', folder, '--board', 'cortex-m4', '--model', model)
    expect(stdout).toContain('not compared with the reference: TFLite Micro')
  } finally {
    python.unstubAllEnvs()
  }
  expect(readFileSync(join(folder, 'CMakeLists.txt'), 'utf8')).toContain('MODEL model.tflite')
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).not.toContain('model.onnx')
})
