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
  const biasTensor =
    random.integer(0, 4) === 0
      ? null
      : network.constant('int32', [units], bias, { scales: [Math.fround(product)] })
  network.node('SVDF', [x, features, time, biasTensor, state], [output], { rank, activation: 0 })
  return output
}

export const recurrent: Readonly<Record<string, Layer>> = { SVDF: svdf }
