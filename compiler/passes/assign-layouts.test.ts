// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import type { Graph, Node, Tensor } from '../ir/graph.js'
import { definitionOf } from '../operators/list.js'
import { assignLayouts, type EdgeLayout } from './assign-layouts.js'

type Shapes = Readonly<Record<string, readonly number[]>>

const node = (
  operator: string,
  inputs: string,
  output: string,
  attributes: Node['attributes'] = {},
): Node => ({
  name: output,
  operator,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
})

function graphOf(shapes: Shapes, nodes: readonly Node[], outputs: string): Graph {
  const tensors = Object.entries(shapes).map(([name, shape]): [string, Tensor] => [
    name,
    { name, type: 'int8', shape },
  ])
  return { name: 'graph', inputs: ['x'], outputs: outputs.split(' '), tensors: new Map(tensors), nodes }
}

/** One line per node: `operator input:order ... -> output:order`, orders as digits. */
function layouts(graph: Graph, edgeLayout: EdgeLayout = 'model'): string[] {
  const { nodes, tensors, outputs } = assignLayouts(graph, definitionOf, edgeLayout)
  const stored = (name: string) => `${name}:${tensors.get(name)!.layout.order.join('')}`
  const lines = nodes.map(
    (n) => `${n.operator} ${n.inputs.map(stored).join(' ')} -> ${stored(n.outputs[0]!)}`,
  )
  return [...lines, `outputs ${outputs.map(stored).join(' ')}`]
}

const image = [1, 3, 4, 5]
const pooled = [1, 3, 2, 2]

describe('assignLayouts', () => {
  it('brings an image into channels-last order once, and back at the edge', () => {
    const graph = graphOf(
      { x: image, a: image, y: pooled, z: pooled },
      [node('table', 'x', 'a'), node('max_pool', 'a', 'y'), node('max_pool', 'a', 'z')],
      'y z',
    )
    expect(layouts(graph)).toEqual([
      'table x:0123 -> a:0123',
      'transpose a:0123 -> a@0231:0231',
      'max_pool a@0231:0231 -> y:0231',
      'max_pool a@0231:0231 -> z:0231',
      'transpose y:0231 -> y@0123:0123',
      'transpose z:0231 -> z@0123:0123',
      'outputs y@0123:0123 z@0123:0123',
    ])
  })

  it('copies nothing where the caller stores channels last', () => {
    const graph = graphOf(
      { x: image, a: image, y: pooled },
      [node('table', 'x', 'a'), node('max_pool', 'a', 'y')],
      'y',
    )
    expect(layouts(graph, 'nhwc')).toEqual([
      'table x:0231 -> a:0231',
      'max_pool a:0231 -> y:0231',
      'outputs y:0231',
    ])
  })

  it('ignores axes of length 1: one channel is stored alike in both orders', () => {
    const shapes = { x: [1, 1, 4, 5], y: [1, 1, 2, 2] }
    expect(layouts(graphOf(shapes, [node('max_pool', 'x', 'y')], 'y'))).toEqual([
      'max_pool x:0123 -> y:0231',
      'outputs y:0231',
    ])
  })

  it('makes a transpose a view, also the one that a channels-last model begins with', () => {
    const graph = graphOf(
      { x: [1, 4, 5, 3], a: image, y: pooled },
      [node('transpose', 'x', 'a', { permutation: [0, 3, 1, 2] }), node('max_pool', 'a', 'y')],
      'y',
    )
    expect(layouts(graph).slice(0, 2)).toEqual(['transpose x:0123 -> a:0231', 'max_pool a:0231 -> y:0231'])
  })

  it('carries a storage order through a reshape', () => {
    const graph = graphOf(
      { x: image, a: pooled, b: [1, 3, 4], y: [1, 4, 3] },
      [
        node('max_pool', 'x', 'a'),
        node('reshape', 'a', 'b'),
        node('transpose', 'b', 'y', { permutation: [0, 2, 1] }),
      ],
      'y',
    )
    expect(layouts(graph)).toEqual([
      'transpose x:0123 -> x@0231:0231',
      'max_pool x@0231:0231 -> a:0231',
      'reshape a:0231 -> b:021',
      'transpose b:021 -> y:012',
      'outputs y:012',
    ])
  })

  it('copies before a flatten that mixes channels and pixels', () => {
    const graph = graphOf(
      { x: image, a: pooled, y: [1, 12] },
      [node('max_pool', 'x', 'a'), node('reshape', 'a', 'y')],
      'y',
    )
    expect(layouts(graph).slice(2)).toEqual([
      'transpose a:0231 -> a@0123:0123',
      'reshape a@0123:0123 -> y:01',
      'outputs y:01',
    ])
  })

  it('shuffles channels with one copy', () => {
    const groups = [1, 2, 3, 2, 2]
    const graph = graphOf(
      { x: [1, 6, 4, 4], a: [1, 6, 2, 2], b: groups, c: [1, 3, 2, 2, 2], d: [1, 6, 2, 2], y: [1, 6, 1, 1] },
      [
        node('max_pool', 'x', 'a'),
        node('reshape', 'a', 'b'),
        node('transpose', 'b', 'c', { permutation: [0, 2, 1, 3, 4] }),
        node('reshape', 'c', 'd'),
        node('max_pool', 'd', 'y'),
      ],
      'y',
    )
    expect(layouts(graph).slice(2)).toEqual([
      'reshape a:0231 -> b:03412',
      'transpose b:03412 -> c:03421',
      'transpose c:03421 -> c@03412:03412',
      'reshape c@03412:03412 -> d:0231',
      'max_pool d:0231 -> y:0231',
      'outputs y:0231',
    ])
  })

  it('gives an operator that takes any order that of its largest input', () => {
    const graph = graphOf(
      { x: image, a: pooled, k: [3, 1, 1], y: pooled },
      [
        node('max_pool', 'x', 'a'),
        node('constant', '', 'k', { value: { type: 'int8', shape: [3, 1, 1], data: new Int8Array(3) } }),
        node('quantized_binary', 'k a', 'y'),
      ].map((n) => (n.operator === 'constant' ? { ...n, inputs: [] } : n)),
      'a',
    )
    expect(layouts(graph).slice(2, 4)).toEqual([
      'constant  -> k:012',
      'quantized_binary k:012 a:0231 -> y:0231',
    ])
  })
})
