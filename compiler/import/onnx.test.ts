// SPDX-License-Identifier: Apache-2.0
// Files and their graphs: whole or cut off, of other formats, in any order, with cycles and loose ends.
import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { type ModelDescription, type ModelNode, writeModel } from '../../runtime/oracle/write-model.js'
import { CapletError } from '../errors.js'
import { readOnnx, type SourceModel } from './onnx.js'

const { onnx } = proto
type ModelFields = Parameters<typeof onnx.ModelProto.create>[0]
type GraphFields = Parameters<typeof onnx.GraphProto.create>[0]

const nothing = () => new Uint8Array(0)

/** Code and message of the refusal. */
function refusal(bytes: Uint8Array): string {
  try {
    readOnnx(bytes, nothing)
  } catch (error) {
    if (error instanceof CapletError) return `${error.problems[0]!.code}: ${error.problems[0]!.message}`
    throw error
  }
  return 'none'
}

const relu = (input: string, output: string): ModelNode => ({
  ...{ operator: 'Relu', inputs: [input], outputs: [output] },
})
const edge = (name: string) => ({ name, type: 'float32', shape: [2] })
const three = (name: string) => ({ name, type: 'int8', shape: [1], data: Int8Array.of(3) })

const modelOf = (nodes: readonly ModelNode[], rest: Partial<ModelDescription> = {}): Uint8Array =>
  writeModel({ nodes, inputs: [edge('x')], outputs: [edge('y')], ...rest })

const good = modelOf([relu('x', 'a'), relu('a', 'y')], { initializers: [three('w')] })
const read = (bytes: Uint8Array): SourceModel => readOnnx(bytes, nothing)
const orderOf = (nodes: readonly ModelNode[]) => read(modelOf(nodes)).nodes.map(({ outputs }) => outputs[0])

describe('a file', () => {
  it('that is cut off anywhere is refused, not misread', () => {
    const whole = JSON.stringify(read(good))
    const codes = new Set<string>()
    for (let length = 0; length < good.length; length++) {
      const code = refusal(good.subarray(0, length)).split(':')[0]!
      if (code === 'none') expect(JSON.stringify(read(good.subarray(0, length)))).toBe(whole)
      codes.add(code)
    }
    // The graph is whole once only the second operator set is missing; before, the first one is.
    expect([...codes].sort()).toEqual(['none', 'unreadable-model', 'unsupported-version'])
  })

  it.each([
    ['ORTM', 4, /ORT-format/],
    ['PK\x03\x04', 0, /ZIP/],
    ['\x89HDF\r\n', 0, /HDF5/],
    ['\x93NUMPY', 0, /NumPy/],
    ['\0asm', 0, /WebAssembly/],
    ['version https://git-lfs.github.com/spec/v1', 0, /Git LFS/],
  ])('that begins as %j is called by its name', (magic, at, name) => {
    const bytes = new Uint8Array(64)
    bytes.set(
      [...magic].map((letter) => letter.charCodeAt(0)),
      at,
    )
    expect(refusal(bytes)).toMatch(/^unsupported-format: /)
    expect(refusal(bytes)).toMatch(name)
  })

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('a model, some day\n')],
    ['zeros', new Uint8Array(100)],
    ['a group that never ends', Uint8Array.of(0x3b, 0x3b, 0x3b)],
    ['a length beyond the file', Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0x07)],
  ])('of %s is refused', (_, bytes) => {
    expect(refusal(bytes)).toMatch(/^unreadable-model: /)
  })
})

/** A model with these fields and the versions that every model needs. */
const withFields = (graph: GraphFields | null, fields: ModelFields = {}): Uint8Array =>
  onnx.ModelProto.encode(
    onnx.ModelProto.create({
      irVersion: 8,
      opsetImport: [{ version: 17 }],
      ...fields,
      graph: fields.graph ?? graph ?? null,
    }),
  ).finish()

const floats = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 2 }] } } }
const reluProto = { opType: 'Relu', input: ['x'], output: ['y'] }
const small = { node: [reluProto], input: [{ name: 'x', type: floats }], output: [{ name: 'y' }] }

describe('a model', () => {
  it.each([
    ['no graph', null, /^unreadable-model: The file holds no ONNX graph/],
    ['an empty graph', {}, /^unreadable-model/],
    ['no outputs', { node: [reluProto] }, /^malformed-model: The graph has no outputs/],
    ['sparse weights', { ...small, sparseInitializer: [{}] }, /^unsupported-feature: .*sparse/],
    ['an input without a type', { ...small, input: [{ name: 'x' }] }, /^unsupported-type: .*"x"/],
    [
      'a sequence as input',
      { ...small, input: [{ name: 'x', type: { sequenceType: { elemType: floats } } }] },
      /^unsupported-type: Input "x" is not a tensor/,
    ],
    [
      'strings as input',
      { ...small, input: [{ name: 'x', type: { tensorType: { elemType: 8 } } }] },
      /^unsupported-type: input "x" has element type string/,
    ],
  ] as [string, GraphFields | null, RegExp][])('with %s is refused', (_, graph, tells) => {
    expect(refusal(withFields(graph))).toMatch(tells)
  })

  it('may call the default domain by its name', () => {
    expect(read(withFields(small, { opsetImport: [{ domain: 'ai.onnx', version: 21 }] })).opset).toBe(21)
  })

  it('must import the default domain', () => {
    const opsetImport = [{ domain: 'com.microsoft', version: 1 }]
    expect(refusal(withFields(small, { opsetImport }))).toMatch(/^unsupported-version: .* operator set 0/)
  })

  it('may import an operator set twice, but not two of one domain', () => {
    const importing = (...versions: number[]) =>
      withFields(small, { opsetImport: versions.map((version) => ({ version })) })
    expect(read(importing(17, 17)).opset).toBe(17)
    expect(refusal(importing(17, 13))).toBe('malformed-model: The model imports operator sets 17 and 13')
  })

  it('declares inputs with open dimensions in several ways', () => {
    const dim = [{ dimParam: 'batch' }, { dimValue: 0 }, { dimValue: -1 }, {}, { dimValue: 5 }]
    const input = [
      { name: 'x', type: { tensorType: { elemType: 1, shape: { dim } } } },
      { name: 'free', type: { tensorType: { elemType: 3 } } },
      { name: 'scalar', type: { tensorType: { elemType: 2, shape: {} } } },
    ]
    expect(read(withFields({ ...small, input })).inputs).toEqual([
      { name: 'x', type: 'float32', shape: ['batch', '', '', '', 5] },
      { name: 'free', type: 'int8', shape: null },
      { name: 'scalar', type: 'uint8', shape: [] },
    ])
  })

  it('may list initializers among its inputs, as old exporters do', () => {
    const source = read(
      modelOf([relu('x', 'y')], { inputs: [edge('x'), edge('w')], initializers: [three('w')] }),
    )
    expect(source.inputs.map(({ name }) => name)).toEqual(['x'])
    expect([...source.constants.keys()]).toEqual(['w'])
  })

  it('may not compute with an initializer that a caller could replace: the reference fuses nothing with it', () => {
    const raw = new Uint8Array(new Float32Array([1, 2]).buffer)
    const graph = {
      ...small,
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
      initializer: [{ name: 'w', dataType: 1, dims: [2], rawData: raw }],
      input: [...small.input, { name: 'w', type: floats }],
    }
    expect(refusal(withFields(graph))).toMatch(/^unsupported-feature: .* replace them: "w"/)
    // Before IR version 4 every initializer had to be listed so, and none could be replaced.
    expect(read(withFields(graph, { irVersion: 3 })).inputs.map(({ name }) => name)).toEqual(['x'])
  })
})

describe('the nodes of a graph', () => {
  it('keep their order where it is one', () => {
    expect(orderOf([relu('x', 'b'), relu('x', 'a'), relu('a', 'y'), relu('b', 'c')])).toEqual([
      ...['b', 'a', 'y', 'c'],
    ])
  })

  it('are sorted where they are listed before what they read', () => {
    expect(orderOf([relu('b', 'y'), relu('a', 'b'), relu('x', 'a')])).toEqual(['a', 'b', 'y'])
  })

  it('may be many, in the worst order', () => {
    const count = 50_000
    const names = Array.from({ length: count }, (_, i) => `t${i}`)
    const nodes = names.map((name, i) => relu(i === 0 ? 'x' : names[i - 1]!, name))
    const source = read(modelOf([relu(names.at(-1)!, 'y'), ...nodes.reverse()]))
    expect(source.nodes.map(({ outputs }) => outputs[0])).toEqual([...names, 'y'])
  })

  it('get names of their own', () => {
    const node = (input: string, output: string, name = '') => ({
      ...{ name, opType: 'Relu', input: [input], output: [output] },
    })
    const graph = { ...small, node: [node('x', 'a', 'y'), node('a', 'y')] }
    expect(read(withFields(graph)).nodes.map(({ name }) => name)).toEqual(['y', 'y#2'])
    const repeated = { ...small, node: [node('x', 'a', 'same'), node('a', 'y', 'same')] }
    expect(refusal(withFields(repeated))).toBe('malformed-model: Node name "same" is listed more than once')
  })

  it.each([
    ['a cycle of one', [relu('y', 'y')], /^cyclic-graph/],
    ['a cycle of three', [relu('c', 'a'), relu('a', 'b'), relu('b', 'c'), relu('x', 'y')], /^cyclic-graph/],
    ['an input from nowhere', [relu('z', 'y')], /^malformed-model: Input "z" comes from nowhere/],
    [
      'one tensor from two nodes',
      [relu('x', 'y'), relu('x', 'y')],
      /^malformed-model: Tensor "y" is written/,
    ],
    ['a node that writes an input', [relu('x', 'y'), relu('y', 'x')], /^malformed-model: Tensor "x" is/],
    ['a node that writes a weight', [relu('x', 'y'), relu('x', 'w')], /^malformed-model: Tensor "w" is/],
  ])('are refused for %s', (_, nodes, tells) => {
    expect(refusal(modelOf(nodes, { initializers: [three('w')] }))).toMatch(tells)
  })

  it.each([
    ['Initializer "w"', { initializers: [three('w'), three('w')] }],
    ['Input "x"', { inputs: [edge('x'), edge('x')] }],
    ['Output "y"', { outputs: [edge('y'), edge('y')] }],
  ])('are refused where %s is listed twice', (what, rest) => {
    expect(refusal(modelOf([relu('x', 'y')], rest))).toBe(`malformed-model: ${what} is listed more than once`)
  })
})
