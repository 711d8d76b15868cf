// SPDX-License-Identifier: Apache-2.0
// The vector of a network: DS-CNN, nine convolutions, a pool, a fully connected layer and a softmax, layer after layer.
import { sizeOf } from '../../../compiler/ir/types.js'
import type { TfliteNodeText, TfliteTensor } from '../../../runtime/oracle/write-tflite.js'
import type { VectorFile } from '../vector-file.js'
import { bounded } from './elements.js'
import { softmax } from './softmax.js'
import { convolution, fullyConnected } from './sums.js'
import { modelOf, planeOf, type Vector } from './vector.js'

const convolutions = 9
const [poolIndex, fullyConnectedIndex, softmaxIndex] = [10, 12, 13]

export function network(file: VectorFile): Vector {
  const layers = Array.from({ length: convolutions }, (_, i) => {
    const isDepthwise = i % 2 === 1
    return convolution(file.layer(i + 1, isDepthwise ? 'depthwise_conv_2d' : 'conv_2d'), isDepthwise)
  })
  const pool = averagePool(file.layer(poolIndex, 'average_pool_2d'))
  const last = file.layer(fullyConnectedIndex, 'fully_connected')
  const classes = last.number('OUTPUT_W')
  const product = fullyConnected(last, {
    units: classes,
    depth: file.layer(poolIndex, 'average_pool_2d').number('OUT_CH'),
  })
  const scores = softmax(file.layer(softmaxIndex, 'softmax'), 'MULT', 'SHIFT')
  const input = layers[0]!.text.tensors[0]!
  return chain([...layers, pool, product, scores], [[file.array(['input'], sizeOf(input.shape))]])
}

function averagePool(file: VectorFile): Vector {
  const tensor = (name: string, kind: string, offset: number): TfliteTensor => ({
    ...{ name, type: 'int8', shape: [1, ...planeOf(file, kind, ['H', 'W']), file.number('OUT_CH')] },
    ...{ scales: [1], zeroPoints: [offset] },
  })
  const [filterHeight, filterWidth] = planeOf(file, 'FILTER', ['H', 'W']) as [number, number]
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['H', 'W']) as [number, number]
  const options = { padding: 1, filterHeight, filterWidth, strideHeight, strideWidth, activation: 0 }
  const tensors = [
    tensor('input', 'INPUT', -file.number('INPUT_OFFSET')),
    tensor('output', 'OUTPUT', file.number('OUTPUT_OFFSET')),
  ]
  return {
    text: modelOf({ operator: 'AVERAGE_POOL_2D', inputs: ['input'], options }, tensors),
    attributes: [bounded(file.number('OUT_ACTIVATION_MIN'), file.number('OUT_ACTIVATION_MAX'))],
  }
}

/** The output of each layer is the input of the next one, which says its scale. */
function chain(layers: readonly Vector[], runs: NonNullable<Vector['runs']>): Vector {
  const edge = (index: number) =>
    index < 0 ? 'input' : index === layers.length - 1 ? 'output' : `edge${index}`
  const renamed = (name: string, index: number) => {
    if (name === 'input') return edge(index - 1)
    if (name === 'output') return edge(index)
    return name && `layer${index}/${name}`
  }
  const nodes = layers.map(({ text }, index): TfliteNodeText => {
    const node = text.nodes[0]!
    const names = (list: readonly string[]) => list.map((name) => renamed(name, index))
    return { ...node, inputs: names(node.inputs), outputs: names(node.outputs) }
  })
  const tensors = layers.flatMap(({ text }, index) =>
    text.tensors
      .filter(({ name }) => name !== 'input' || index === 0)
      .map((tensor): TfliteTensor => {
        const following = tensor.name === 'output' ? layers[index + 1]?.text.tensors[0] : undefined
        return { ...tensor, scales: (following ?? tensor).scales!, name: renamed(tensor.name, index) }
      }),
  )
  const attributes = layers.flatMap((layer) => layer.attributes)
  return { text: { tensors, nodes, inputs: ['input'], outputs: ['output'] }, attributes, runs }
}
