// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { problemsOf, refusals, sourceOf, typedGraph } from './graph-text.fixture.js'
import { inferTypes, type Shapes } from './infer-types.js'

const shapes = (text: string) =>
  new Map([...typedGraph(text).tensors].map(([name, { shape }]) => [name, shape]))

const reshaped = `
  input x: float32[2,3,4]
  s: int64[3] = Shape(x)
  g: int64[1] = Gather(s, int64[1] {0})
  c: int64[2] = Concat(g, int64[1] {-1}) {axis=0}
  y: float32[2,12] = Reshape(x, c)
  output y`

const open = sourceOf(reshaped)
const inferred = (shapes: Shapes) =>
  inferTypes({ ...open, inputs: [{ ...open.inputs[0]!, shape: ['batch', 3, 4] }] }, shapes)

describe('a shape that the model computes', () => {
  it('becomes a constant', () => {
    const graph = inferred(new Map([['x', [2, 3, 4]]]))
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(['Reshape'])
    expect(graph.tensors.get('c')!.constant!.data).toEqual(BigInt64Array.of(2n, -1n))
    expect(graph.tensors.get('y')!.shape).toEqual([2, 12])
  })

  it('needs --shape, and the error says how to give it', () => {
    const problems = problemsOf(() => inferred(new Map()))
    expect(problems.map(({ code }) => code)).toEqual(['unbound-dimension'])
    expect(problems[0]!.message).toBe('Input "x" has a dynamic shape [batch,3,4]')
    expect(problems[0]!.remedy).toContain('--shape x=1,3,4')
  })

  it.each([
    ['another rank', 'x', [2, 3]],
    ['another fixed dimension', 'x', [2, 3, 5]],
  ])('must be given without %s', (_, name, shape) => {
    expect(refusals(() => inferred(new Map([[name, shape]])))).toEqual(['shape-mismatch'])
  })

  it('must be given for an input that there is', () => {
    const shape = [2, 3, 4]
    const given = new Map([
      ['x', shape],
      ['z', shape],
    ])
    const [problem] = problemsOf(() => inferred(given))
    expect(problem).toMatchObject({ code: 'unknown-input' })
    expect(problem!.message).toContain('"z", but the model\'s inputs are "x"')
  })
})

it('keeps DequantizeLinear of constants, which fusions of the reference look for', () => {
  const graph = typedGraph(`
    input x: float32[1,2]
    w: float32[2,2] = DequantizeLinear(int8[2,2] {1 2 3 4}, float32 0.5, int8 0)
    y: float32[1,2] = MatMul(x, w)
    output y`)
  expect(graph.nodes.map(({ operator }) => operator)).toEqual(['DequantizeLinear', 'MatMul'])
})

it('knows the shape of every tensor', () => {
  const found = shapes(`
    input x: float32[1,2,7,5]
    c = MaxPool(x) {kernel_shape=[3,2], strides=[2,1], pads=[1,0,1,1]}
    t = Transpose(c) {perm=[0,2,3,1]}
    f: float32[4,10] = Flatten(t) {axis=2}
    output f`)
  expect(Object.fromEntries(found)).toMatchObject({ c: [1, 2, 4, 5], t: [1, 4, 5, 2], f: [4, 10] })
})

const model = (node: string) => `
  input x: float32[2,3]
  y: float32[2,3] = ${node}
  output y`

describe('refuses', () => {
  it.each([
    ['an operator that it does not know', 'NonZero(x)', 'unsupported-operator', /NonZero is not supported/],
    ['an attribute that it does not know', 'Relu(x) {slope=1}', 'unsupported-attribute', /"slope"/],
    ['too many inputs', 'Relu(x, x)', 'malformed-model', /2 inputs, but takes 1 to 1/],
    ['too few inputs', 'Add(x)', 'malformed-model', /1 inputs, but takes 2 to 2/],
    [
      'an attribute of another kind',
      'Transpose(x) {perm="10"}',
      'malformed-model',
      /"perm" is not of kind ints/,
    ],
    [
      'an empty tensor',
      'Slice(x, int64[1] {1}, int64[1] {1})',
      'unsupported-feature',
      /no elements: \[0,3\]/,
    ],
    ['shapes that do not broadcast', 'Add(x, float32[4] {1})', 'malformed-model', /\[2,3\].*\[4\]/],
    [
      'a tensor beyond any device',
      'Pad(x, int64[4] {0 0 0 99999999})',
      'arena-too-large',
      /elements: \[2,100000002\]/,
    ],
  ])('%s', (_, node, code, tells) => {
    const [problem, ...rest] = problemsOf(() => typedGraph(model(node)))
    expect(rest).toEqual([])
    expect(problem).toMatchObject({ code, node: 'node_0' })
    expect(problem!.message).toMatch(tells)
  })

  it('an output that nothing writes', () => {
    const source = { ...sourceOf(model('Relu(x)')), outputs: ['y', 'lost'] }
    const [problem] = problemsOf(() => inferTypes(source, new Map()))
    expect(problem).toMatchObject({ code: 'malformed-model', message: 'Output "lost" is written by no node' })
  })

  it('every fault at once, but not what follows from one', () => {
    const text = `
      input x: float32[2,3]
      a: float32[2,3] = NonZero(x)
      b: float32[2,3] = Relu(a)
      c: float32[2,3] = Relu(x) {slope=1}
      output b
      output c`
    expect(refusals(() => typedGraph(text))).toEqual([
      'unsupported-operator node_0',
      'unsupported-attribute node_2',
    ])
  })
})
