// SPDX-License-Identifier: Apache-2.0
// Random nodes of the TensorFlow Lite operators that update a variable tensor of their own.
import type { Layer } from './layers.js'
import type { Network } from './network.js'

/** A tensor that a node reads and updates, from its zero point on. */
function stateOf(
  network: Network,
  type: 'int8' | 'int16',
  shape: readonly number[],
  scale: number,
  zeroPoint: number,
) {
  const tensor = {
    name: `t${network.tensors.length}`,
    type,
    shape,
    scales: [Math.fround(scale)],
    zeroPoints: [zeroPoint],
  }
  network.tensors.push({ ...tensor, isVariable: true })
  return tensor
}

/** Scales from those that let nothing through to those at which states saturate, where int8 ones wrap. */
const svdf: Layer = (network, x) => {
  const { random } = network
  if (x.type !== 'int8' || x.shape.length !== 2) return null
  const [batch, depth] = x.shape as [number, number]
  const [units, rank, runs] = [random.integer(1, 4), random.integer(1, 2), random.integer(1, 5)]
  const filters = units * rank
  const type = random.pick(['int8', 'int8', 'int16'] as const)
  const weight = (form: 'int8' | 'int16', shape: number[]) => {
    const tensor = random.tensor(form, shape)
    return network.constant(form, shape, tensor.data, {
      scales: [Math.fround(random.scale() / 64)],
      zeroPoints: [0],
    })
  }
  const features = weight('int8', [filters, depth])
  const time = weight(type, [filters, runs])
  const reach = type === 'int8' ? 60 : 0.3
  const spread = random.pick([0.1, 1, 1, 10, 1000])
  const [xScale, wScale, tScale] = [network.scaleOf(x), features.scales![0]!, time.scales![0]!]
  const scale = xScale * wScale * Math.sqrt(depth) * reach * spread
  const zeroPoint = type === 'int8' ? random.integer(-128, 127) : 0
  const state = stateOf(network, type, [batch, filters * runs], scale, zeroPoint)
  const product = Math.fround(scale) * tScale
  const output = network.activation('int8', [batch, units], {
    scale: product * Math.sqrt(rank * runs) * (type === 'int8' ? 60 : 1e7) * random.pick([0.01, 1, 1, 100]),
  })
  const bias = Int32Array.from({ length: units }, () => {
    const tie = ((random.integer(-120, 120) + 0.5) * network.scaleOf(output)) / product
    const own = random.boolean() ? Math.round(tie) + random.integer(-2, 2) : random.integer(-4000, 4000)
    return Math.min(2 ** 29, Math.max(-(2 ** 29), own))
  })
  const biasTensor = network.constant('int32', [units], bias, { scales: [Math.fround(product)] })
  network.node('SVDF', [x, features, time, biasTensor, state], [output], { rank, activation: 0 })
  return output
}

/** Gates from almost constant to saturated; cells and states at their limits. */
const lstm: Layer = (network, x) => {
  const { random } = network
  if (x.shape.length !== 3) return null
  const { type } = x
  const [outer, inner, depth] = x.shape as [number, number, number]
  const [hidden, timeMajor] = [random.integer(1, 5), random.boolean()]
  const batch = timeMajor ? inner : outer
  const reach = type === 'int8' ? 60 : 15000
  const cellScale = random.pick([2 ** -12, 2 ** -11, 2 ** -10, 2 ** -14, 2 ** -8, 0.0003])
  const zeroPoint = type === 'int8' ? random.integer(-128, 127) : 0
  const state = stateOf(network, type, [batch, hidden], random.float(0.3, 3) / (2 * reach), zeroPoint)
  const cell = stateOf(network, 'int16', [batch, hidden], cellScale, 0)
  const spread = random.pick([0.1, 1, 3, 30])
  const weight = (length: number, of: { readonly scales: readonly number[] }) => {
    const scale = spread / (of.scales[0]! * Math.sqrt(length) * 70 * reach)
    const { data } = random.tensor('int8', [hidden, length])
    return network.constant('int8', [hidden, length], data, { scales: [Math.fround(scale)], zeroPoints: [0] })
  }
  const input = { scales: [network.scaleOf(x)] }
  const four = <T>(make: () => T): T[] => Array.from({ length: 4 }, make)
  const ofInput = four(() => weight(depth, input))
  const ofState = four(() => weight(hidden, state))
  const biases = ofInput.map(({ scales }) => {
    const one = (spread * random.float(0, 2)) / (input.scales[0]! * scales![0]!)
    const values = Array.from({ length: hidden }, () =>
      Math.round(Math.min(2 ** 29, one) * random.float(-1, 1)),
    )
    const quantization = { scales: [Math.fround(input.scales[0]! * scales![0]!)], zeroPoints: [0] }
    return type === 'int8'
      ? network.constant('int32', [hidden], Int32Array.from(values), quantization)
      : network.constant('int64', [hidden], BigInt64Array.from(values, BigInt), quantization)
  })
  const output = network.activation(type, [outer, inner, hidden], { scale: state.scales[0]!, zeroPoint })
  const none = (count: number) => Array.from({ length: count }, () => null)
  network.node(
    'UNIDIRECTIONAL_SEQUENCE_LSTM',
    [x, ...ofInput, ...ofState, ...none(3), ...biases, ...none(2), state, cell, ...none(4)],
    [output],
    { activation: 4, timeMajor, cellClip: random.pick([0, 0, 0.5, 3]) },
  )
  return output
}

export const recurrent: Readonly<Record<string, Layer>> = { SVDF: svdf, UNIDIRECTIONAL_SEQUENCE_LSTM: lstm }
