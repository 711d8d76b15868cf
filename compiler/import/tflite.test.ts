// SPDX-License-Identifier: Apache-2.0
// Reading TensorFlow Lite files: what is decoded, and that no bytes do anything but give a graph or a CapletError.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type TfliteText, writeTflite } from '../../runtime/oracle/write-tflite.js'
import { defaultOptions, lower } from '../compile.js'
import { CapletError } from '../errors.js'
import { inspectModel } from '../inspect.js'
import { modelFromBytes } from '../read-model.js'
import { isTflite, readTflite } from './tflite.js'

const edge = (name: string, shape: readonly number[]) => ({
  name,
  type: 'int8',
  shape,
  scales: [0.5],
  zeroPoints: [-3],
})

const layer: TfliteText = {
  tensors: [
    edge('x', [1, 4]),
    {
      name: 'w',
      type: 'int4',
      shape: [3, 4],
      scales: [0.25],
      data: Uint8Array.of(0x8f, 0x07, 0, 0, 0x21, 0x43),
    },
    { name: 'b', type: 'int32', shape: [3], scales: [0.125], data: Int32Array.of(1, -2, 3) },
    edge('y', [1, 3]),
  ],
  nodes: [
    {
      operator: 'FULLY_CONNECTED',
      inputs: ['x', 'w', 'b'],
      outputs: ['y'],
      options: { activation: 1, keepDimensions: true },
    },
  ],
  inputs: ['x'],
  outputs: ['y'],
}

const problemOf = (bytes: Uint8Array): string => {
  try {
    readTflite(bytes)
    return 'none'
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    return `${error.problems[0]!.code}: ${error.message}`
  }
}

/** What `caplet inspect` says of it. */
const messagesOf = (text: TfliteText): string[] =>
  inspectModel(modelFromBytes(writeTflite(text), 'model.tflite')).problems.map(({ message }) => message)

describe('a TensorFlow Lite file', () => {
  it('is known by its identifier', () => {
    expect(isTflite(writeTflite(layer))).toBe(true)
    expect(isTflite(Uint8Array.of(1, 2, 3))).toBe(false)
  })

  it('gives tensors, constants, quantization and options as they stand there', () => {
    const model = readTflite(writeTflite(layer))
    expect(model.inputs).toEqual(['x'])
    expect(model.outputs).toEqual(['y'])
    expect(model.nodes).toEqual([
      {
        name: 'FULLY_CONNECTED_0',
        operator: 'FULLY_CONNECTED',
        inputs: ['x', 'w', 'b'],
        outputs: ['y'],
        attributes: { activation: 1, weightsFormat: 0, keepDimensions: true, asymmetricInputs: false },
      },
    ])
    expect(model.tensors.get('x')).toEqual({ name: 'x', type: 'int8', shape: [1, 4], constant: undefined })
    expect(model.quantization.get('y')).toEqual({ scales: [0.5], zeroPoints: [-3], axis: 0 })
    expect(model.tensors.get('b')!.constant!.data).toEqual(Int32Array.of(1, -2, 3))
  })

  it('unpacks four-bit weights, the low half of a byte first', () => {
    const { constant } = readTflite(writeTflite(layer)).tensors.get('w')!
    expect(constant!.type).toBe('int8')
    expect([...(constant!.data as Int8Array)]).toEqual([-1, -8, 7, 0, 0, 0, 0, 0, 1, 2, 3, 4])
  })

  it("calls edges by the signature's names, and keeps names apart", () => {
    const { inputs, outputs, tensors } = readTflite(
      writeTflite({ ...layer, signature: { x: 'w', y: 'scores' } }),
    )
    expect({ inputs, outputs }).toEqual({ inputs: ['w'], outputs: ['scores'] })
    expect([...tensors.keys()]).toEqual(['w', 'w#2', 'b', 'scores'])
  })

  it('is refused where it contradicts itself', () => {
    const { tensors } = layer
    const short = tensors.map((tensor) =>
      tensor.name === 'b' ? { ...tensor, data: Int32Array.of(1) } : tensor,
    )
    expect(problemOf(writeTflite({ ...layer, tensors: short }))).toMatch(
      /^malformed-model: Tensor "b" \[3\] .*needs 12 bytes, but has 4/,
    )
    expect(problemOf(writeTflite({ ...layer, nodes: [] }))).toBe(
      'malformed-model: Output "y" is written by no node',
    )
    expect(problemOf(writeTflite({ ...layer, nodes: [...layer.nodes, ...layer.nodes] }))).toMatch(
      /written more than once/,
    )
    expect(problemOf(writeTflite({ ...layer, inputs: [] }))).toMatch(/"x" is read before it is written/)
    expect(problemOf(writeTflite({ ...layer, outputs: [] }))).toMatch(/no outputs/)
    const large = tensors.map((tensor) => (tensor.name === 'x' ? { ...tensor, shape: [1, 2 ** 25] } : tensor))
    expect(problemOf(writeTflite({ ...layer, tensors: large }))).toMatch(/^arena-too-large/)
  })

  it('is refused by name in a type, an operator or an option that is not there', () => {
    const variable = layer.tensors.map((tensor) =>
      tensor.name === 'y' ? { ...tensor, isVariable: true } : tensor,
    )
    expect(problemOf(writeTflite({ ...layer, tensors: variable }))).toMatch(/"y" is written more than once/)
    const handle = [{ name: 'x', type: 'resource', shape: [1, 3] }, edge('y', [1, 3])]
    const relu6 = { operator: 'RELU6', inputs: ['x'], outputs: ['y'] }
    expect(messagesOf({ ...layer, tensors: handle, nodes: [relu6] })[0]).toMatch(/type int32/)
    const gelu = { operator: 'GELU', inputs: ['x'], outputs: ['y'] }
    const { problems } = inspectModel(modelFromBytes(writeTflite({ ...layer, nodes: [gelu] }), 'gelu.tflite'))
    expect(problems.map(({ code, node }) => `${code} ${node}`)).toEqual(['unsupported-operator GELU_0'])
  })
})

/** A problem of the model, or a graph: anything else is thrown, and fails the test. */
function survives(bytes: Uint8Array): boolean {
  try {
    inspectModel(modelFromBytes(bytes, 'mutant.tflite'))
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
  }
  return true
}

/** y = what x was one step ago, or the initial value. */
const delay: TfliteText = {
  ...layer,
  tensors: [
    ...layer.tensors.filter(({ name }) => name === 'x').flatMap((x) => [x, { ...x, name: 'y' }]),
    { name: 'variable', type: 'resource', shape: [] },
  ],
  nodes: [
    { operator: 'CALL_ONCE', inputs: [], outputs: [], options: { subgraph: 1 } },
    { operator: 'VAR_HANDLE', inputs: [], outputs: ['variable'], options: { sharedName: 'v' } },
    { operator: 'READ_VARIABLE', inputs: ['variable'], outputs: ['y'] },
    { operator: 'ASSIGN_VARIABLE', inputs: ['variable', 'x'], outputs: [] },
  ],
  initializer: {
    tensors: [
      { name: 'variable', type: 'resource', shape: [] },
      { ...layer.tensors.find(({ name }) => name === 'x')!, name: 'initial', data: Int8Array.of(1, 2, 3, 4) },
    ],
    nodes: [
      { operator: 'VAR_HANDLE', inputs: [], outputs: ['variable'], options: { sharedName: 'v' } },
      { operator: 'ASSIGN_VARIABLE', inputs: ['variable', 'initial'], outputs: [] },
    ],
  },
}

it('reads variables and their initial values as state', () => {
  const { graph } = lower(modelFromBytes(writeTflite(delay), 'delay.tflite'), defaultOptions)
  expect(graph.states!.map(({ initial }) => [...initial.data])).toEqual([[1, 2, 3, 4]])
  const refused = (nodes: TfliteText['nodes']) => messagesOf({ ...delay, nodes })[0]
  const [once, ...others] = delay.nodes
  expect(refused([...others, once!])).toMatch(/before their initial values are given/)
  expect(refused(others.slice(0, 2))).toMatch(/"\/v" is read, but never assigned/)
})

describe.each(Object.entries({ layer, delay }))('hostile bytes of a %s', (_, text) => {
  const whole = writeTflite({ ...text, signature: { x: 'in', y: 'out' } })

  it('give an error at every cut of the file', () => {
    for (let length = 8; length < whole.length; length++) survives(whole.slice(0, length))
  })

  it('give an error or a graph with any few bytes changed', () => {
    const change = fc.tuple(
      fc.nat(whole.length - 9),
      fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255)),
    )
    const mutant = fc.array(change, { minLength: 1, maxLength: 6 }).map((changes) => {
      const bytes = whole.slice()
      for (const [at, value] of changes) bytes[at + 8] = value
      return bytes
    })
    fc.assert(fc.property(mutant, survives), { numRuns: 10_000, seed: 5 })
  })
})
