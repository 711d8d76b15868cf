// SPDX-License-Identifier: Apache-2.0
// Random nodes of every TensorFlow Lite operator that is compiled: each takes an activation, adds a node (or a few) to the
// network and gives the result, or null where it does not fit the activation.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Activation, Network } from './network.js'
import { sumLayers } from './sum-layers.js'
import { randomActivation as activation, isImage, windowed } from './windows.js'

export type Layer = (network: Network, x: Activation) => Activation | null

const pool =
  (operator: string): Layer =>
  (network, x) => {
    const window = isImage(x) ? windowed(network, x, false) : null
    if (!window) return null
    const output = network.like(x, [x.shape[0]!, ...window.plane, x.shape[3]!])
    const [filterHeight, filterWidth] = window.kernel
    network.node(operator, [x], [output], {
      ...window.options,
      filterHeight,
      filterWidth,
      ...activation(network),
    })
    return output
  }

const binary =
  (operator: string): Layer =>
  (network, x) => {
    const { random } = network
    const shape = x.shape.map((length) => (random.integer(0, 3) === 0 ? 1 : length))
    const other = network.input(x.type, shape)
    const [a, b] = [network.scaleOf(x), network.scaleOf(other)]
    const scale =
      operator === 'MUL' ? a * b * (x.type === 'int8' ? 60 : 9000) : Math.max(a, b) * random.float(0.7, 2)
    const output = network.activation(x.type, x.shape, { scale })
    network.node(operator, random.boolean() ? [x, other] : [other, x], [output], activation(network))
    return output
  }

const extremum =
  (operator: string): Layer =>
  (network, x) => {
    const other = network.like(x, x.shape)
    network.inputs.push(other.name)
    const output = network.like(x, x.shape)
    network.node(operator, [x, other], [output])
    return output
  }

const softmax: Layer = (network, x) => {
  if (x.shape.length < 1) return null
  const [scale, zeroPoint] = network.random.pick([[1 / 256, -128] as const, [1 / 65536, -32768] as const])
  const output =
    x.type === 'int16'
      ? network.activation('int16', x.shape, { scale: 1 / 32768, zeroPoint: 0 })
      : network.activation(zeroPoint === -128 ? 'int8' : 'int16', x.shape, { scale, zeroPoint })
  network.node('SOFTMAX', [x], [output], { beta: network.random.pick([1, 1, 0.5, 2]) })
  return output
}

/** Both types have a result of one scale; of int16 the argument is in the curve's range at times. */
const curve =
  (operator: string, result: { scale: number; zeroPoint: number }): Layer =>
  (network, x) => {
    const wide = { scale: 1 / 32768, zeroPoint: 0 }
    const output = network.activation(x.type, x.shape, x.type === 'int8' ? result : wide)
    network.node(operator, [x], [output])
    return output
  }

const table =
  (operator: string, result: { scale?: number; zeroPoint?: number } = {}): Layer =>
  (network, x) => {
    if (x.type !== 'int8') return null
    const scale = result.scale ?? network.scaleOf(x) * network.random.float(0.5, 2)
    const output = network.activation('int8', x.shape, { ...result, scale })
    network.node(operator, [x], [output])
    return output
  }

const relu6: Layer = (network, x) => {
  const output = network.like(x, x.shape)
  network.node('RELU6', [x], [output])
  return output
}

const slopes =
  (operator: string): Layer =>
  (network, x) => {
    const output = network.activation(x.type, x.shape, {
      scale: network.scaleOf(x) * network.random.float(0.5, 2),
    })
    const options = operator === 'RELU' ? {} : { alpha: network.random.pick([0.1, 0.3, -0.2, 1.5, 0.01]) }
    network.node(operator, [x], [output], options)
    return output
  }

const prelu: Layer = (network, x) => {
  if (x.shape.length < 1) return null
  const shape = x.shape
    .map((length) => (network.random.boolean() ? length : 1))
    .slice(network.random.integer(0, x.shape.length - 1))
  const { data } = network.random.tensor('int8', shape)
  const alpha = network.constant('int8', shape, data, { scales: [0.01], zeroPoints: [3] })
  const output = network.activation(x.type, x.shape, {
    scale: network.scaleOf(x) * network.random.float(0.3, 2),
  })
  network.node('PRELU', [x, alpha], [output])
  return output
}

/** At times by way of float32. */
const quantize: Layer = (network, x) => {
  const type = network.random.pick(['int8', 'int16'] as const)
  const ratio = x.type === type ? 1 : type === 'int16' ? 1 / 256 : 256
  const isDirect = network.random.boolean()
  const real = isDirect ? x : network.plain('float32', x.shape)
  if (!isDirect) network.node('DEQUANTIZE', [x], [real])
  const output = network.activation(type, x.shape, {
    scale: network.scaleOf(x) * ratio * network.random.float(0.6, 1.6),
  })
  network.node('QUANTIZE', [real], [output])
  return output
}

/** An axis, several or all; kept as 1 or not at all. */
const reduction =
  (operator: string): Layer =>
  (network, x) => {
    if (x.shape.length < 1) return null
    const { random } = network
    const axes = x.shape.map((_, axis) => axis).filter(() => random.boolean())
    if (axes.length === 0) axes.push(0)
    const keepDimensions = random.boolean()
    const shape = keepDimensions
      ? x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
      : x.shape.filter((_, axis) => !axes.includes(axis))
    const isExtremum = operator.startsWith('REDUCE')
    const count = sizeOf(axes.map((axis) => x.shape[axis]!))
    const scale = network.scaleOf(x) * random.float(0.4, 1.4) * (operator === 'SUM' ? Math.sqrt(count) : 1)
    const output = isExtremum ? network.like(x, shape) : network.activation(x.type, shape, { scale })
    network.node(operator, [x, network.integers(...axes)], [output], { keepDimensions })
    return output
  }

const resizeBilinear: Layer = (network, x) => {
  if (!isImage(x) || x.type !== 'int8') return null
  const { random } = network
  const [height, width] = [random.integer(1, 9), random.integer(1, 9)]
  const alignCorners = random.boolean()
  const output = network.like(x, [x.shape[0]!, height, width, x.shape[3]!])
  const options = { alignCorners, halfPixelCenters: !alignCorners && random.boolean() }
  network.node('RESIZE_BILINEAR', [x, network.integers(height, width)], [output], options)
  return output
}

/** To another type and back. */
const cast: Layer = (network, x) => {
  const { random } = network
  const output = network.like(x, x.shape)
  const middle = network.plain(random.pick(['float32', 'int32', 'int16', 'int8', 'bool'] as const), x.shape)
  network.node('CAST', [x], [middle])
  network.node('CAST', [middle], [output])
  return output
}

export const arithmeticLayers: Readonly<Record<string, Layer>> = {
  ...sumLayers,
  AVERAGE_POOL_2D: pool('AVERAGE_POOL_2D'),
  MAX_POOL_2D: pool('MAX_POOL_2D'),
  ADD: binary('ADD'),
  SUB: binary('SUB'),
  MUL: binary('MUL'),
  MAXIMUM: extremum('MAXIMUM'),
  MINIMUM: extremum('MINIMUM'),
  SOFTMAX: softmax,
  LOGISTIC: curve('LOGISTIC', { scale: 1 / 256, zeroPoint: -128 }),
  TANH: curve('TANH', { scale: 1 / 128, zeroPoint: 0 }),
  ELU: table('ELU'),
  HARD_SWISH: table('HARD_SWISH'),
  RELU: slopes('RELU'),
  LEAKY_RELU: slopes('LEAKY_RELU'),
  RELU6: relu6,
  PRELU: prelu,
  QUANTIZE: quantize,
  CAST: cast,
  RESIZE_BILINEAR: resizeBilinear,
  MEAN: reduction('MEAN'),
  SUM: reduction('SUM'),
  REDUCE_MAX: reduction('REDUCE_MAX'),
  REDUCE_MIN: reduction('REDUCE_MIN'),
}
