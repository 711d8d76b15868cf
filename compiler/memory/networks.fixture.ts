// SPDX-License-Identifier: Apache-2.0
// Random network-like memory graphs for the property tests: chains with residual additions, concatenated
// branches, in-place activations, views, updates in part and scratch, as convolutional networks have them.
import fc from 'fast-check'
import type { MemoryGraph, MemoryNode, MemoryTensor } from './lifetimes.js'

type Layer =
  | { readonly kind: 'layer'; readonly bytes: number; readonly scratch: number }
  | { readonly kind: 'activation' | 'reshape' }
  | { readonly kind: 'residual' | 'concat' | 'slice' | 'update'; readonly back: number }

const bytesOf = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 400 }).map((n) => n * 16),
)
const back = fc.integer({ min: 0, max: 5 })

const layer: fc.Arbitrary<Layer> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('layer' as const),
      bytes: bytesOf,
      scratch: fc.constantFrom(0, 0, 0, 64, 200),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('activation' as const, 'reshape' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('residual', 'concat', 'slice', 'update'),
      back,
    }),
  },
)

/** Graphs of at most `maxNodes` nodes, one or two inputs, up to two states, one to three outputs. */
export const networks = (maxNodes: number): fc.Arbitrary<MemoryGraph> =>
  fc
    .record({
      inputs: fc.array(bytesOf, { minLength: 1, maxLength: 2 }),
      states: fc.array(fc.record({ bytes: bytesOf, back: fc.nat(20) }), { maxLength: 2 }),
      layers: fc.array(layer, { minLength: 1, maxLength: maxNodes, size: 'max' }),
      extraOutputs: fc.uniqueArray(fc.nat(maxNodes - 1), { maxLength: 2 }),
    })
    .map(({ inputs, states, layers, extraOutputs }) => build(inputs, states, layers, extraOutputs))

function build(
  inputs: readonly number[],
  states: readonly { readonly bytes: number; readonly back: number }[],
  layers: readonly Layer[],
  extraOutputs: readonly number[],
): MemoryGraph {
  const stateTensors = states.map(({ bytes }, index) => ({ name: `state${index}`, bytes }))
  const inputTensors = inputs.map((bytes, index) => ({ name: `input${index}`, bytes }))
  const tensors: MemoryTensor[] = [...stateTensors, ...inputTensors]
  const nodes: MemoryNode[] = []
  for (const [index, layer] of layers.entries()) {
    const last = tensors.at(-1)!
    const other = tensors[Math.max(0, tensors.length - 1 - ('back' in layer ? layer.back : 0))]!
    if (layer.kind === 'update' && /^t\d/.test(last.name)) {
      const inputs = [other.name, last.name]
      nodes.push({ name: `node${index}`, inputs, outputs: [last.name], scratchBytes: 0 })
      continue
    }
    const { bytes, ...node } = nodeOf(layer, last, other)
    tensors.push({ name: `t${index}`, bytes })
    nodes.push({ name: `node${index}`, outputs: [`t${index}`], ...node })
  }
  const written = tensors.slice(inputs.length + states.length).map((tensor) => tensor.name)
  const keep = ({ bytes, back }: (typeof states)[number], index: number) => {
    const fitting = tensors.filter((tensor) => tensor.bytes === bytes && tensor.name.startsWith('t'))
    return {
      before: `state${index}`,
      after: fitting.at(-1 - (back % fitting.length))?.name ?? `state${index}`,
    }
  }
  const outputs = new Set([...extraOutputs.map((index) => `t${index}`), written.at(-1)!])
  return {
    nodes,
    tensors,
    inputs: inputs.map((_, index) => `input${index}`),
    states: states.map(keep),
    outputs: [...outputs].filter((name) => written.includes(name)),
  }
}

function nodeOf(
  layer: Layer,
  last: MemoryTensor,
  other: MemoryTensor,
): Omit<MemoryNode, 'name' | 'outputs'> & { bytes: number } {
  const unary = { inputs: [last.name], scratchBytes: 0, bytes: last.bytes }
  switch (layer.kind) {
    case 'layer':
      return { ...unary, scratchBytes: layer.scratch, bytes: layer.bytes }
    case 'update': // of a graph input: not possible
    case 'activation':
      return { ...unary, inPlace: [{ input: 0, output: 0 }] }
    case 'reshape':
      return { ...unary, views: [{ input: 0, output: 0 }] }
    case 'residual': {
      const inPlace = [0, 1].map((input) => ({ input, output: 0 }))
      return {
        inputs: [last.name, other.name],
        scratchBytes: 0,
        bytes: Math.min(last.bytes, other.bytes),
        inPlace,
      }
    }
    case 'concat': {
      const views = [
        { input: 0, output: 0 },
        { input: 1, output: 0, offset: -other.bytes },
      ]
      return { inputs: [other.name, last.name], scratchBytes: 0, bytes: last.bytes + other.bytes, views }
    }
    case 'slice': {
      const offset = Math.floor(other.bytes / 16) * 8
      return {
        inputs: [other.name],
        scratchBytes: 0,
        bytes: other.bytes - offset,
        views: [{ input: 0, output: 0, offset }],
      }
    }
  }
}
