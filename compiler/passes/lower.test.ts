// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { CapletError } from '../errors.js'
import type { Graph, Node } from '../ir/graph.js'
import { lowerGraph } from './lower.js'

const options = { preferFloat: false, edgeLayout: 'model', quantization: new Map() } as const

function graphOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  nodes: readonly Node[],
  outputs: readonly string[],
): Graph {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { name, type: 'int8' as const, shape }]),
  )
  return { name: 'graph', inputs: ['x'], outputs, tensors, nodes }
}

const node = (
  operator: string,
  input: string,
  output: string,
  attributes: Node['attributes'] = {},
): Node => ({
  name: output,
  operator,
  inputs: [input],
  outputs: [output],
  attributes,
})

const steps = (graph: Graph) =>
  lowerGraph(graph, options).steps.map((s) => `${s.kernel} ${s.inputs} -> ${s.outputs}`)

describe('lowerGraph', () => {
  it('gives outputs that are the same bytes tensors of their own', () => {
    const graph = graphOf(
      { x: [2, 3], a: [6], b: [3, 2], c: [6] },
      [
        node('reshape', 'x', 'a'),
        node('slice', 'x', 'c', { starts: [0, 0], steps: [1, 1] }),
        node('reshape', 'c', 'b'),
      ],
      ['a', 'c', 'b', 'x'],
    )
    const program = lowerGraph(
      { ...graph, tensors: new Map(graph.tensors).set('c', { name: 'c', type: 'int8', shape: [2, 3] }) },
      options,
    )
    expect(program.outputs.map((edge) => edge.tensor)).toEqual([
      'a@output_0',
      'c',
      'b@output_2',
      'x@output_3',
    ])
    expect(program.steps.slice(3).map((s) => `${s.kernel} ${s.inputs} -> ${s.outputs}`)).toEqual([
      'strided-copy a -> a@output_0',
      'strided-copy b -> b@output_2',
      'strided-copy x -> x@output_3',
    ])
  })

  it('makes a view of what moves no byte', () => {
    const graph = graphOf(
      { x: [1, 5, 1], y: [5, 1, 1] },
      [node('transpose', 'x', 'y', { permutation: [1, 2, 0] })],
      ['y'],
    )
    expect(steps(graph)[0]).toBe('null x -> y')
  })

  it('names edges as the model does, and channels-last edges by the shape in which they are stored', () => {
    const graph = graphOf(
      { x: [1, 3, 4, 5], y: [1, 3, 4, 5] },
      [node('table', 'x', 'y', { table: new Int8Array(256), axis: null, label: 'zero' })],
      ['y'],
    )
    const quantization = new Map([['x', { scale: 0.5, zeroPoint: 3 }]])
    const { inputs, outputs } = lowerGraph(graph, { ...options, edgeLayout: 'nhwc', quantization })
    expect(inputs).toEqual([
      {
        name: 'x',
        type: 'int8',
        shape: [1, 4, 5, 3],
        quantization: { scale: 0.5, zeroPoint: 3 },
        tensor: 'x',
      },
    ])
    expect(outputs).toEqual([
      { name: 'y', type: 'int8', shape: [1, 4, 5, 3], quantization: null, tensor: 'y' },
    ])
  })

  it('reports every node that it refuses', () => {
    const window = { kernel: [2], strides: [1], pads: [2, 0], dilations: [1], ceilMode: false }
    const graph = graphOf(
      { x: [1, 1, 4], y: [1, 1, 5], z: [1, 1, 5] },
      [node('max_pool', 'x', 'y', window), node('max_pool', 'x', 'z', window)],
      ['y', 'z'],
    )
    expect(problemsOf(graph)).toEqual(['empty-window y', 'empty-window z'])
  })

  it('refuses tensors without elements', () => {
    const graph = graphOf(
      { x: [0, 3], y: [3, 0] },
      [node('transpose', 'x', 'y', { permutation: [1, 0] })],
      ['y'],
    )
    expect(problemsOf(graph)).toEqual(['empty-tensor y'])
  })
})

function problemsOf(graph: Graph): string[] {
  try {
    lowerGraph(graph, options)
  } catch (error) {
    if (error instanceof CapletError)
      return error.problems.map((problem) => `${problem.code} ${problem.node}`)
    throw error
  }
  return []
}
