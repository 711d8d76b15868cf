// SPDX-License-Identifier: Apache-2.0
// Random TensorFlow Lite networks, one per seed; and many of them side by side in one model, so that one build serves all.
import { type Data, sizeOf } from '../../compiler/ir/types.js'
import { Random } from '../../compiler/operators/random.js'
import type { TfliteText } from '../../runtime/oracle/write-tflite.js'
import { refusals } from './compare.js'
import { arithmeticLayers } from './layers.js'
import { movers } from './movers.js'
import { type Activation, callOnce, Network, randomInputs } from './network.js'
import { recurrent } from './recurrent.js'
import { variables } from './variables.js'

const { CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV } = arithmeticLayers
const sums = [CONV_2D!, DEPTHWISE_CONV_2D!, FULLY_CONNECTED!, TRANSPOSE_CONV!]

/** Sums of products most often: their requantizers are the delicate part. */
const layers = [
  ...[...sums, ...sums, ...sums],
  ...Object.values(arithmeticLayers),
  ...Object.values(arithmeticLayers),
  ...Object.values(movers),
  ...Object.values(variables),
  ...Object.values(recurrent),
]

export interface RandomNetwork {
  readonly text: TfliteText
  readonly samples: readonly (readonly Data[])[]
}

/** A chain of up to six nodes; what a refused layer would have added is taken back. */
export function randomNetwork(seed: number, sampleCount: number): RandomNetwork {
  // Neighbouring seeds would begin alike.
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1))
  for (let i = 0; i < 3; i++) random.bits()
  const network = new Network(random)
  const shape = random.pick([
    [1, 6, 5, 4],
    [1, 4, 4, 2],
    [2, 3, 5, 1],
    [1, 12],
    [3, 7],
    [1, 8, 3],
  ])
  let x: Activation | null = network.input(random.pick(['int8', 'int8', 'int8', 'int16'] as const), shape)
  const wanted = random.integer(1, 6)
  for (let nodes = 0, tries = 0; x && nodes < wanted && tries < 40; tries++) {
    const lists = [network.tensors, network.nodes, network.inputs, network.initials] as const
    const marks = lists.map(({ length }) => length)
    const next: Activation | null = random.pick(layers)(network, x)
    if (next && sizeOf(next.shape) <= MOST_ELEMENTS && refusals(part(network, marks, x)).length === 0) {
      x = next
      nodes++
    } else {
      lists.forEach((list, i) => {
        list.length = marks[i]!
      })
    }
  }
  // A network has at least one node, so that every input is read.
  if (!network.nodes.some(({ inputs }) => inputs.includes(network.inputs.at(-1)!)))
    arithmeticLayers.RELU!(network, x!)
  const text = network.text()
  return { text, samples: Array.from({ length: sampleCount }, () => randomInputs(text, random)) }
}

const MOST_ELEMENTS = 4096

/** The nodes that were just added, as a model of their own. */
function part(network: Network, [, nodes, inputs]: readonly number[], x: Activation) {
  const own = network.nodes.slice(nodes)
  const handles = network.tensors.flatMap(({ name, type }) => (type === 'resource' ? [name] : []))
  const outputs = own.flatMap((node) => node.outputs).filter((name) => !handles.includes(name))
  const names = new Set(own.flatMap((node) => [...node.inputs, ...node.outputs]))
  return {
    tensors: network.tensors.filter(({ name }) => names.has(name)),
    nodes: own,
    inputs: [x.name, ...network.inputs.slice(inputs)],
    outputs,
  }
}

/** Network i's tensors are called i/NAME. Pre: as many samples each. */
export function joinNetworks(networks: readonly RandomNetwork[]): RandomNetwork {
  const texts = networks.map(({ text }, i) => prefixed(text, `${i}/`))
  const initializers = texts.flatMap(({ initializer }) => (initializer ? [initializer] : []))
  const nodes = texts.flatMap((text) => text.nodes.filter(({ operator }) => operator !== callOnce.operator))
  const all = (graphs: readonly Pick<TfliteText, 'tensors' | 'nodes'>[]) => ({
    tensors: graphs.flatMap(({ tensors }) => tensors),
    nodes: graphs.flatMap((graph) => graph.nodes),
  })
  return {
    text: {
      ...(initializers.length > 0 ? { initializer: all(initializers) } : {}),
      tensors: texts.flatMap(({ tensors }) => tensors),
      nodes: initializers.length > 0 ? [callOnce, ...nodes] : nodes,
      inputs: texts.flatMap(({ inputs }) => inputs),
      outputs: texts.flatMap(({ outputs }) => outputs),
    },
    samples: networks[0]!.samples.map((_, k) => networks.flatMap(({ samples }) => samples[k]!)),
  }
}

function prefixed({ initializer, ...text }: TfliteText, prefix: string): TfliteText {
  const named = (names: readonly string[]) => names.map((name) => (name === '' ? '' : prefix + name))
  const graph = ({ tensors, nodes }: Pick<TfliteText, 'tensors' | 'nodes'>) => ({
    tensors: tensors.map((tensor) => ({ ...tensor, name: prefix + tensor.name })),
    nodes: nodes.map((node) => {
      const { sharedName } = node.options ?? {}
      const options =
        sharedName === undefined ? {} : { options: { ...node.options, sharedName: prefix + sharedName } }
      return { ...node, ...options, inputs: named(node.inputs), outputs: named(node.outputs) }
    }),
  })
  return {
    ...(initializer ? { initializer: graph(initializer) } : {}),
    ...graph(text),
    inputs: named(text.inputs),
    outputs: named(text.outputs),
  }
}
