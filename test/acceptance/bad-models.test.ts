// SPDX-License-Identifier: Apache-2.0
// Models that are at fault in one place each: the command says where and what to do, with exit code 1 and nothing
// written. The model they spoil compiles, so it is the fault that is found.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import {
  type Initializer,
  type ModelDescription,
  type ModelNode,
  writeModel,
} from '../../runtime/oracle/write-model.js'
import { caplet, capletError, capletJson } from '../run-caplet.js'

const folder = mkdtempSync(join(tmpdir(), 'caplet-bad-models-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scalar = (name: string, value: number): Initializer => ({
  name,
  type: 'float32',
  shape: [],
  data: Float32Array.of(value),
})
const zeroPoint = (name: string, value: number): Initializer => ({
  name,
  type: 'int8',
  shape: [],
  data: Int8Array.of(value),
})

/** x -> Q -> DQ -> Conv 3x3 (int8 weights per channel, int32 bias) -> Q -> DQ -> y. */
const good = {
  inputs: [{ name: 'x', type: 'float32', shape: [1, 4, 6, 5] as (number | string)[] }],
  outputs: [{ name: 'y', type: 'float32', shape: null }],
  nodes: [
    { operator: 'QuantizeLinear', inputs: ['x', 'sx', 'zx'], outputs: ['xq'] },
    { operator: 'DequantizeLinear', inputs: ['xq', 'sx', 'zx'], outputs: ['xf'] },
    { operator: 'DequantizeLinear', inputs: ['w', 'sw', 'zw'], outputs: ['wf'], attributes: { axis: 0 } },
    { operator: 'DequantizeLinear', inputs: ['b', 'sb', 'zb'], outputs: ['bf'], attributes: { axis: 0 } },
    { operator: 'Conv', inputs: ['xf', 'wf', 'bf'], outputs: ['c'], attributes: { group: 1 } },
    { operator: 'QuantizeLinear', inputs: ['c', 'sy', 'zy'], outputs: ['yq'] },
    { operator: 'DequantizeLinear', inputs: ['yq', 'sy', 'zy'], outputs: ['y'] },
  ] as ModelNode[],
  initializers: [
    ...[scalar('sx', 0.02), zeroPoint('zx', -3), scalar('sy', 0.05), zeroPoint('zy', 4)],
    {
      name: 'w',
      type: 'int8',
      shape: [4, 4, 3, 3],
      data: Int8Array.from({ length: 144 }, (_, i) => (i % 51) - 25),
    },
    { name: 'sw', type: 'float32', shape: [4], data: Float32Array.of(0.01, 0.02, 0.03, 0.04) },
    { name: 'zw', type: 'int8', shape: [4], data: new Int8Array(4) },
    { name: 'b', type: 'int32', shape: [4], data: Int32Array.of(10, -20, 30, -40) },
    { name: 'sb', type: 'float32', shape: [4], data: Float32Array.of(2e-4, 4e-4, 6e-4, 8e-4) },
    { name: 'zb', type: 'int32', shape: [4], data: new Int32Array(4) },
  ] as Initializer[],
}
type Model = ModelDescription & typeof good

const withInitializer = (changed: Initializer): Model => ({
  ...good,
  initializers: good.initializers.map((entry) => (entry.name === changed.name ? changed : entry)),
})
/** Changes the node that writes this tensor. */
const withNode = (output: string, change: Partial<ModelNode>): Model => ({
  ...good,
  nodes: good.nodes.map((node) => (node.outputs[0] === output ? { ...node, ...change } : node)),
})
/** Puts a node between the convolution and its QuantizeLinear. */
const withBetween = (node: Omit<ModelNode, 'inputs' | 'outputs'>): Model => {
  const reading = withNode('yq', { inputs: ['between', 'sy', 'zy'] })
  return { ...reading, nodes: [...reading.nodes, { ...node, inputs: ['c'], outputs: ['between'] }] }
}

/** Node names are node_<index>, as write-model.ts gives them. */
const nameOf = (output: string) => `node_${good.nodes.findIndex(({ outputs }) => outputs[0] === output)}`

interface Fault {
  readonly name: string
  readonly model: Model
  readonly code: string
  /** What the message must tell. */
  readonly tells: RegExp
  readonly node?: string
}

const scales = [0, -0.02, Number.NaN, Number.POSITIVE_INFINITY].map(
  (value): Fault => ({
    name: `a scale of ${value}`,
    model: withInitializer(scalar('sx', value)),
    code: 'invalid-scale',
    tells: new RegExp(`${value}`.slice(0, 4)),
    node: nameOf('xq'),
  }),
)

const faults: Fault[] = [
  {
    name: 'an unsupported operator',
    model: withBetween({ operator: 'LpNormalization' }),
    code: 'unsupported-operator',
    tells: /LpNormalization/,
    node: 'node_7',
  },
  {
    name: 'an unsupported attribute',
    model: withNode('c', { attributes: { group: 1, winograd: 2 } }),
    code: 'unsupported-attribute',
    tells: /winograd/,
    node: nameOf('c'),
  },
  {
    name: 'a zero point of another type than its tensor',
    model: (() => {
      const unsigned: Initializer = { name: 'zu', type: 'uint8', shape: [], data: Uint8Array.of(3) }
      const reading = withNode('xf', { inputs: ['xq', 'sx', 'zu'] })
      return { ...reading, initializers: [...good.initializers, unsigned] }
    })(),
    code: 'inconsistent-quantization',
    tells: /uint8/,
    node: nameOf('c'),
  },
  {
    name: 'per-axis scales along the wrong axis',
    model: withNode('wf', { attributes: { axis: 1 } }),
    code: 'wrong-axis',
    tells: /axis 1/,
    node: nameOf('c'),
  },
  ...scales,
  {
    name: 'scales whose quotient is beyond float32',
    model: withInitializer(scalar('sy', 1e-44)),
    code: 'invalid-scale',
    tells: /overflows float32/,
    node: nameOf('c'),
  },
  {
    name: 'an accumulator beyond int32',
    model: withInitializer({
      name: 'b',
      type: 'int32',
      shape: [4],
      data: Int32Array.of(2 ** 31 - 1, 0, 0, 0),
    }),
    code: 'accumulator-overflow',
    tells: /2[,.]?147/,
    node: nameOf('c'),
  },
  {
    name: 'a cycle',
    model: withNode('xq', { inputs: ['y', 'sx', 'zx'] }),
    code: 'cyclic-graph',
    tells: /cycle through this node/,
    node: nameOf('xf'),
  },
  {
    name: 'an activation of 4 GB',
    model: { ...good, inputs: [{ name: 'x', type: 'float32', shape: [1, 4, 1 << 15, 1 << 15] }] },
    code: 'malformed-model',
    tells: /"x" claims 1x4x32768x32768 elements/,
  },
  {
    name: 'a weight that claims 2 GB and has 4 bytes',
    model: withInitializer({
      name: 'w',
      type: 'int8',
      shape: [4, 4, 1 << 14, 1 << 13],
      data: new Int8Array(4),
    }),
    code: 'malformed-model',
    tells: /"w"/,
  },
  {
    name: 'a sum that the reference leaves in float',
    model: withBetween({ operator: 'Relu' }),
    code: 'float-sum',
    tells: /float/,
    node: nameOf('c'),
  },
  {
    name: 'an open dimension',
    model: { ...good, inputs: [{ name: 'x', type: 'float32', shape: ['batch', 4, 6, 5] }] },
    code: 'unbound-dimension',
    tells: /"x".*\[batch,4,6,5\]/,
  },
]

const write = (name: string, model: ModelDescription): string => {
  const path = join(folder, name)
  writeFileSync(path, writeModel(model))
  return path
}

describe('a model with', () => {
  it('no fault compiles', async () => {
    const { exitCode } = await capletJson('inspect', 'inspect', write('good.onnx', good))
    expect(exitCode).toBe(0)
  })

  it.each(faults.map((fault, index) => [fault.name, fault, index] as const))(
    '%s',
    async (_, fault, index) => {
      const path = write(`fault ${index}.onnx`, fault.model)
      const output = join(folder, 'never')
      const before = readdirSync(folder).sort()
      const text = await caplet('compile', path, '-o', output)
      expect(text).toMatchObject({ exitCode: 1, stdout: '' })
      expect(text.stderr).toContain(` ${fault.code}]: `)
      expect(text.stderr).not.toMatch(/\n\s+at /)
      const error = await capletError(1, 'compile', path, '-o', output)
      expect(error).toMatchObject({ name: fault.code, file: path })
      expect(error.message).toMatch(fault.tells)
      expect(error.remedy).toMatch(/\w+ \w+/)
      if (fault.node !== undefined) expect(error.node).toBe(fault.node)
      const inspected = await capletJson('inspect', 'inspect', path)
      expect(inspected.exitCode).toBe(1)
      expect(inspected.json.problems.map(({ name }: { name: string }) => name)).toContain(fault.code)
      expect(readdirSync(folder).sort()).toEqual(before)
    },
  )
})

describe('--shape', () => {
  it('is printed by the error exactly as it must be given', async () => {
    const model = { ...good, inputs: [{ name: 'x', type: 'float32', shape: ['batch', 4, 'height', 5] }] }
    const path = write('open.onnx', model)
    const error = await capletError(1, 'verify', path, '-n', '10', '--runtime', 'node')
    const [, ...words] = error.remedy.match(/(--shape) (\S+)/)
    const flags = error.remedy.match(/--shape \S+/)[0].split(' ')
    expect(words).toHaveLength(2)
    expect(flags[1]).toMatch(/^x=\d+,4,\d+,5$/)
    const wide = flags[1].replace(/^x=\d+,4,\d+/, 'x=1,4,6')
    const { exitCode, json } = await capletJson(
      'verify',
      'verify',
      path,
      '-n',
      '10',
      '--runtime',
      'node',
      '--shape',
      wide,
    )
    expect({ exitCode, exact: json.exact }).toEqual({ exitCode: 0, exact: true })
  })
})

describe('the newest model', () => {
  const opens = async (description: ModelDescription) =>
    openOracle(writeModel(description)).then(
      (oracle) => oracle.release().then(() => true),
      () => false,
    )

  it.each([
    ['opset', 26, 27],
    ['irVersion', 13, 14],
  ] as const)(
    'that the reference loads compiles; a newer %s is refused by name',
    async (key, newest, newer) => {
      expect(await opens({ ...good, [key]: newest })).toBe(true)
      expect(await opens({ ...good, [key]: newer })).toBe(false)
      const accepted = write('newest.onnx', { ...good, [key]: newest })
      expect((await capletJson('inspect', 'inspect', accepted)).exitCode).toBe(0)
      const error = await capletError(
        1,
        'compile',
        write('newer.onnx', { ...good, [key]: newer }),
        '-o',
        folder,
      )
      expect(error.name).toBe('unsupported-version')
      expect(error.message).toContain(`${newer}`)
      expect(error.remedy).toContain(`${newest}`)
    },
  )

  it('may not be older than opset 7; its operators may be no newer than its operator set', async () => {
    expect(
      (await capletJson('inspect', 'inspect', write('oldest.onnx', { ...good, opset: 13 }))).exitCode,
    ).toBe(0)
    for (const opset of [12, 9, 6]) {
      expect(await opens({ ...good, opset })).toBe(false)
      const error = await capletError(1, 'compile', write('older.onnx', { ...good, opset }), '-o', folder)
      expect(error.name).toBe('unsupported-version')
      expect(error.message).toContain(`${opset}`)
    }
  })
})
