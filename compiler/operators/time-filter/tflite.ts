// SPDX-License-Identifier: Apache-2.0
// SVDF: a product with each filter's features, then sums over the last runs of each filter.
//
//   x -> fully_connected -> newest -> time_filter(state, newest) -> state', y
import { f32 } from '../../arithmetic/float32.js'
import type { Tensor } from '../../ir/graph.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { checkedMultiplier, integerRange } from '../tflite-rules.js'
import { tfliteBias } from '../tflite-sums.js'

/** TFLite Micro's own check of the bias against state and weight. */
const farthestBiasScale = 1e-5

export const svdf: TfliteOperator = {
  name: 'SVDF',
  inputs: [5, 5],
  convert(node, conversion) {
    const [input, features, time, state] = [node.input(0), node.input(1), node.input(2), node.input(4)]
    const output = node.output()
    requireForms(node)
    const [filters, depth] = features.shape as [number, number]
    const [batch] = input.shape as [number]
    const units = output.shape[1]!
    const scaleOf = (tensor: Tensor) => node.quantization(tensor).scale
    const factor = (a: number, b: number, to: number) =>
      conversion.multipliers === 'float32' ? f32(f32(a * b) / to) : (a * b) / to
    checkBiasScale(node, scaleOf(state) * scaleOf(time))
    const { zeroPoint } = node.quantization(input)
    const toState = checkedMultiplier(node, factor(scaleOf(input), scaleOf(features), scaleOf(state)))
    const weight = node.constant(1, 'The weight of the features')
    const x = conversion.stored(input.name)
    const newest = emitFeatures(conversion, x, [batch, filters, depth], state.type as 'int8', {
      ...{ weight, inputZeroPoint: zeroPoint, bias: null },
      requantization: { fixed: [toState], zeroPoint: 0, ...integerRange(state.type) },
    })
    const before = conversion.openState(node, state)
    const [after, y] = conversion.builder.emitAll(
      'time_filter',
      [before, newest],
      [
        { type: state.type, shape: state.shape },
        { type: output.type, shape: output.shape, name: output.name },
      ],
      {
        weight: node.constant(2, 'The weight of the runs'),
        bias: biasOf(node, units),
        stateZeroPoint: node.quantization(state).zeroPoint,
        requantization: {
          fixed: [checkedMultiplier(node, factor(scaleOf(state), scaleOf(time), scaleOf(output)))],
          zeroPoint: node.quantization(output).zeroPoint,
          ...integerRange('int8'),
        },
      },
    )
    conversion.keepState(node, state, before, after!)
    conversion.define(output.name, y!)
  },
}

interface Features {
  readonly weight: ReturnType<TfliteNode['constant']>
  readonly inputZeroPoint: number
  readonly bias: null
  readonly requantization: {
    fixed: ReturnType<typeof checkedMultiplier>[]
    zeroPoint: number
    min: number
    max: number
  }
}

/** [B, F] of int8 by the plain product, of int16 as images of one pixel. */
function emitFeatures(
  conversion: TfliteConversion,
  x: string,
  [batch, filters, depth]: readonly [number, number, number],
  type: 'int8' | 'int16',
  features: Features,
): string {
  const shape = [batch, filters]
  if (type === 'int8') {
    return conversion.emit(
      'fully_connected',
      [x],
      { type, shape },
      {
        ...features,
        ...{ weightZeroPoints: [0], floatMultipliers: null, floatBias: null },
      },
    )
  }
  const place = { up: 1, pad: 0, step: 1, down: 1 }
  const image = conversion.emit('reshape', [x], { type: 'int8', shape: [batch, depth, 1, 1] }, {})
  const sums = conversion.emit(
    'fixed_convolution',
    [image],
    { type, shape: [batch, filters, 1, 1] },
    {
      ...features,
      weight: { ...features.weight, shape: [filters, depth, 1, 1] },
      ...{ group: 1, placing: [place, place], accumulatorBits: 32 },
    },
  )
  return conversion.emit('reshape', [sums], { type, shape }, {})
}

function requireForms(node: TfliteNode): void {
  const [input, features, time, state] = [node.input(0), node.input(1), node.input(2), node.input(4)]
  const output = node.output()
  node.requireType(input, 'int8')
  node.requireType(features, 'int8')
  node.requireType(state, 'int8', 'int16')
  node.requireType(time, state.type)
  node.requireType(output, 'int8')
  for (const tensor of [input, features, time, state, output]) node.requireRank(tensor, 2)
  const [batch, depth] = input.shape as [number, number]
  const [filters, runs] = time.shape as [number, number]
  const rank = node.int('rank')
  if (rank < 1 || filters % rank !== 0 || runs < 1 || depth < 1 || batch < 1) {
    throw node.malformed(`${filters} filters of ${runs} runs do not make units of rank ${rank}`)
  }
  node.requireShape(features, [filters, depth])
  node.requireShape(state, [batch, filters * runs])
  node.requireShape(output, [batch, filters / rank])
  for (const tensor of state.type === 'int16' ? [features, time, state] : [features, time]) {
    if (node.quantization(tensor).zeroPoint !== 0) {
      throw node.refused(
        `TFLite Micro takes the zero point of "${tensor.name}" for 0`,
        'Convert the model again: weights and states of 16 bits are symmetric.',
      )
    }
  }
  requireActivation(node)
}

/** TFLite Micro applies none. RELU, which converters write, changes nothing where the least quantum stands for 0. */
function requireActivation(node: TfliteNode): void {
  const code = node.int('activation')
  if (code === 0 || (code === 1 && node.quantization(node.output()).zeroPoint === -128)) return
  throw node.refused(
    `TFLite Micro ignores the fused activation number ${code}`,
    'Convert the model with the activation as a node of its own.',
  )
}

function biasOf(node: TfliteNode, units: number): Int32Array {
  const bias = tfliteBias(node, 3, units)
  if (bias) return bias
  throw node.refused(
    'TFLite Micro ends while it loads it: there is no bias',
    'Give the node a bias of zeros.',
  )
}

function checkBiasScale(node: TfliteNode, product: number): void {
  if (!node.has(3)) return
  const { scale } = node.quantization(node.input(3))
  if (Math.abs(scale - product) < farthestBiasScale) return
  throw node.refused(
    `TFLite Micro does not load it: the bias has the scale ${scale}, state and weight ${product}`,
    'Convert the model again.',
  )
}
