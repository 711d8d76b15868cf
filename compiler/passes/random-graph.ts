// SPDX-License-Identifier: Apache-2.0
// Random graphs of Caplet's operators, for testing layouts, views and memory sharing together: tensors are used several
// times, reshaped and transposed in the middle, and intermediate ones are outputs too.
import { type Graph, type Node, type State, statesOf, type Tensor } from '../ir/graph.js'
import { sizeOf } from '../ir/types.js'
import type { Random } from '../operators/random.js'

/** A new node's operator, attributes and output shape; its first input has the given shape. */
interface Layer {
  readonly operator: string
  readonly attributes: Node['attributes']
  readonly shape: readonly number[]
  /** Whether it reads another tensor of the same shape, too. */
  readonly isPair?: boolean
}

type LayerMaker = (random: Random, shape: readonly number[]) => Layer | null

const window = (rank: number) => ({
  kernel: Array.from({ length: rank }, () => 2),
  strides: Array.from({ length: rank }, () => 1),
  pads: Array.from({ length: rank * 2 }, (_, index) => (index < rank ? 1 : 0)),
  dilations: Array.from({ length: rank }, () => 1),
})

const isImage = (shape: readonly number[]) => shape.length === 3 || shape.length === 4

const quantization = (random: Random) => ({ scale: random.scale(), zeroPoint: random.integer(-20, 20) })

const makers: readonly LayerMaker[] = [
  (random, shape) => {
    const axis = random.boolean() ? random.integer(0, shape.length - 1) : null
    const table = random.tensor('int8', [axis === null ? 256 : 256 * shape[axis]!]).data
    return { operator: 'table', attributes: { table, axis, label: 'random' }, shape }
  },
  (random, shape) => {
    const permutation = random.shuffle(shape.map((_, axis) => axis))
    return {
      operator: 'transpose',
      attributes: { permutation },
      shape: permutation.map((axis) => shape[axis]!),
    }
  },
  (random, shape) => ({ operator: 'reshape', attributes: {}, shape: randomReshape(random, shape) }),
  (_, shape) =>
    isImage(shape)
      ? { operator: 'max_pool', attributes: { ...window(shape.length - 2), ceilMode: false }, shape }
      : null,
  (random, shape) => ({
    operator: 'quantized_binary',
    attributes: {
      operation: random.pick(['add', 'multiply']),
      a: quantization(random),
      b: quantization(random),
      output: quantization(random),
    },
    shape,
    isPair: true,
  }),
  (random, shape) => {
    const axis = random.integer(0, shape.length - 1)
    return {
      operator: 'concat',
      attributes: { axis },
      shape: shape.map((d, a) => (a === axis ? 2 * d : d)),
      isPair: true,
    }
  },
  (random, shape) => {
    const pads = [...shape, ...shape].map(() => random.integer(0, 1))
    const padded = shape.map((d, axis) => d + pads[axis]! + pads[axis + shape.length]!)
    return {
      operator: 'pad',
      attributes: { pads, value: 3, mode: random.pick(['constant', 'edge']) },
      shape: padded,
    }
  },
  (random, shape) => {
    const starts = shape.map((d) => random.integer(0, Math.floor(d / 2)))
    const lengths = shape.map((d, axis) => random.integer(1, d - starts[axis]!))
    return { operator: 'slice', attributes: { starts, steps: shape.map(() => 1) }, shape: lengths }
  },
  (random, shape) => ({
    operator: 'softmax',
    attributes: {
      axis: random.integer(0, shape.length - 1),
      rowIsTail: random.boolean(),
      inputScale: Math.fround(0.1),
      inputType: 'int8',
      output: { scale: 1 / 256, zeroPoint: -128 },
    },
    shape,
  }),
]

/** Neighbouring axes merged, or one split, at random. */
function randomReshape(random: Random, shape: readonly number[]): number[] {
  const factors = shape.flatMap((d) => (d % 2 === 0 && random.boolean() ? [2, d / 2] : [d]))
  const result: number[] = []
  for (const factor of factors) {
    if (result.length > 0 && (factors.length > 5 || random.boolean())) result[result.length - 1]! *= factor
    else result.push(factor)
  }
  return result.slice(0, 5).concat(result.length > 5 ? [sizeOf(result.slice(5))] : [])
}

/** Tensors' names begin with `prefix`. */
export function randomGraph(random: Random, prefix: string, nodeCount: number): Graph {
  const shape = Array.from({ length: random.integer(2, 4) }, () => random.integer(1, 6))
  const befores = Array.from({ length: random.integer(0, 2) }, (_, index): Tensor => {
    const own = random.boolean() ? shape : shape.map(() => random.integer(1, 4))
    return { name: `${prefix}s${index}`, type: 'int8', shape: own }
  })
  const tensors: Tensor[] = [...befores, { name: `${prefix}x`, type: 'int8', shape }]
  const nodes: Node[] = []
  while (nodes.length < nodeCount) {
    const input = random.pick(tensors.slice(-4))
    const layer = random.pick(makers)(random, input.shape)
    if (!layer || sizeOf(layer.shape) > 2000 || layer.shape.length > 5) continue
    const partners = tensors.filter((t) => `${t.shape}` === `${input.shape}`)
    const name = `${prefix}t${nodes.length}`
    const inputs = layer.isPair ? [input.name, random.pick(partners).name] : [input.name]
    nodes.push({ name, operator: layer.operator, inputs, outputs: [name], attributes: layer.attributes })
    tensors.push({ name, type: 'int8', shape: layer.shape })
  }
  const read = new Set(nodes.flatMap((node) => node.inputs))
  const outputs = tensors
    .slice(1 + befores.length)
    .filter(({ name }) => !read.has(name) || random.integer(0, 5) === 0)
  return {
    name: 'random',
    inputs: [`${prefix}x`],
    outputs: outputs.map(({ name }) => name),
    states: befores.map((before) => randomState(random, before, tensors)),
    tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
    nodes,
  }
}

/** Kept from any tensor of the size, also one that is read, written or shown elsewhere: a delay, a sum, or never changed. */
function randomState(random: Random, { name, shape }: Tensor, tensors: readonly Tensor[]): State {
  const fitting = tensors.filter((tensor) => sizeOf(tensor.shape) === sizeOf(shape))
  const initial = random.tensor('int8', shape)
  if (random.boolean()) initial.data.fill(random.integer(-128, 127) as never)
  return { before: name, after: random.pick(fitting).name, initial }
}

/** Several graphs side by side, to be built at once. Pre: no name occurs twice. */
export const joinGraphs = (graphs: readonly Graph[]): Graph => ({
  name: 'random',
  inputs: graphs.flatMap((graph) => graph.inputs),
  outputs: graphs.flatMap((graph) => graph.outputs),
  states: graphs.flatMap(statesOf),
  tensors: new Map(graphs.flatMap((graph) => [...graph.tensors])),
  nodes: graphs.flatMap((graph) => graph.nodes),
})
