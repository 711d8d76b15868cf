// SPDX-License-Identifier: Apache-2.0
// Random nodes of the TensorFlow Lite operators that sum products: convolutions, dense layers, matrix products.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Layer } from './layers.js'
import { randomActivation as activation, isImage, windowed } from './windows.js'

const convolution: Layer = (network, x) => {
  const window = isImage(x) ? windowed(network, x, true) : null
  if (!window) return null
  const { random } = network
  const channels = x.shape[3]!
  const group = channels % 2 === 0 && random.integer(0, 3) === 0 ? 2 : 1
  const outChannels = group * random.integer(1, 5)
  const shape = [outChannels, ...window.kernel, channels / group]
  const { weight, bias, output } = network.sum(x, shape, outChannels, 0, sizeOf(shape) / outChannels, [
    x.shape[0]!,
    ...window.plane,
    outChannels,
  ])
  network.node('CONV_2D', [x, weight, bias], [output], { ...window.options, ...activation(network) })
  return output
}

const depthwise: Layer = (network, x) => {
  const window = isImage(x) ? windowed(network, x, true) : null
  if (!window) return null
  const depthMultiplier = network.random.integer(1, 2)
  const channels = x.shape[3]! * depthMultiplier
  const shape = [1, ...window.kernel, channels]
  const { weight, bias, output } = network.sum(x, shape, channels, 3, sizeOf(window.kernel), [
    x.shape[0]!,
    ...window.plane,
    channels,
  ])
  const options = { ...window.options, ...activation(network), depthMultiplier }
  network.node('DEPTHWISE_CONV_2D', bias ? [x, weight, bias] : [x, weight], [output], options)
  return output
}

const fullyConnected: Layer = (network, x) => {
  const { random } = network
  const depth = random.boolean() ? (x.shape.at(-1) ?? 1) : sizeOf(x.shape)
  const rows = sizeOf(x.shape) / depth
  const units = random.integer(1, 9)
  const { weight, bias, output } = network.sum(x, [units, depth], units, 0, depth, [rows, units])
  if (weight.type === 'int4' && weight.scales!.length > 1) return null
  network.node('FULLY_CONNECTED', [x, weight, bias], [output], {
    ...activation(network),
    keepDimensions: false,
  })
  return output
}

const transposeConvolution: Layer = (network, x) => {
  if (!isImage(x)) return null
  const { random } = network
  const kernel = [random.integer(1, 4), random.integer(1, 4)] as const
  const strides = [random.integer(1, 3), random.integer(1, 3)] as const
  const isSame = random.boolean()
  const plane = kernel.map((length, axis) => {
    const whole = x.shape[axis + 1]! * strides[axis]!
    return isSame
      ? whole - random.integer(0, strides[axis]! - 1)
      : whole + Math.max(length - strides[axis]!, 0)
  })
  const channels = random.integer(1, 5)
  const shape = [x.shape[0]!, ...plane, channels]
  const depth = sizeOf(kernel) * x.shape[3]!
  const { weight, bias, output } = network.sum(
    x,
    [channels, ...kernel, x.shape[3]!],
    channels,
    0,
    depth,
    shape,
  )
  const options = { padding: isSame ? 0 : 1, strideHeight: strides[0], strideWidth: strides[1] }
  const inputs = [network.integers(...shape), weight, x, ...(bias ? [bias] : [])]
  network.node('TRANSPOSE_CONV', inputs, [output], { ...options, ...activation(network) })
  return output
}

/** Against itself, another input or a constant, either turned around or not, one of them without batch axes at times. */
const batchMatmul: Layer = (network, x) => {
  if (x.shape.length < 2) return null
  const { random } = network
  const [adjointX, adjointY] = [random.boolean(), random.boolean()]
  const [rows, depth] = adjointX ? x.shape.slice(-2).reverse() : x.shape.slice(-2)
  const columns = random.integer(1, 6)
  const batch = random.boolean() ? [] : x.shape.slice(0, -2).map((d) => random.pick([1, d]))
  const other = network.input(x.type, [...batch, ...(adjointY ? [columns, depth!] : [depth!, columns])])
  const output = network.activation(x.type, [...x.shape.slice(0, -2), rows!, columns], {
    scale:
      network.scaleOf(x) *
      network.scaleOf(other) *
      Math.sqrt(depth!) *
      random.float(20, 100) *
      (x.type === 'int16' ? 256 : 1),
  })
  network.node('BATCH_MATMUL', [x, other], [output], { adjointX, adjointY })
  return output
}

export const sumLayers: Readonly<Record<string, Layer>> = {
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwise,
  FULLY_CONNECTED: fullyConnected,
  TRANSPOSE_CONV: transposeConvolution,
  BATCH_MATMUL: batchMatmul,
}
