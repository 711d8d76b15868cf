// SPDX-License-Identifier: Apache-2.0
// What is refused since TFLite Micro does not load it (asked, where it is here), or reads bytes as what they are not.
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { closeTfliteOracle, openTfliteOracle } from '../../runtime/oracle/tflite.js'
import { type TfliteTensor, type TfliteText, writeTflite } from '../../runtime/oracle/write-tflite.js'
import { hasTfliteWheel, refusals, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { Network } from './network.js'

type Build = (network: Network) => void

const window = { padding: 1, strideWidth: 1, strideHeight: 1 }
const image = [1, 2, 2, 2]

/** A layer of two channels by 1 x 1 weights. */
const layer =
  (
    operator: 'CONV_2D' | 'DEPTHWISE_CONV_2D' | 'TRANSPOSE_CONV',
    type: 'int8' | 'int16',
    how: { zeroPoint?: number; isInt4?: boolean; bias?: 'int32' | 'int64' },
  ): Build =>
  (network) => {
    const x = network.activation(type, image, { scale: 0.5, zeroPoint: how.zeroPoint ?? 0 })
    network.inputs.push(x.name)
    const shape = operator === 'DEPTHWISE_CONV_2D' ? [1, 1, 1, 2] : [2, 1, 1, 2]
    const elements = operator === 'DEPTHWISE_CONV_2D' ? 2 : 4
    const data = new Int8Array(how.isInt4 ? elements / 2 : elements)
    const weight = network.constant(how.isInt4 ? 'int4' : 'int8', shape, data, { scales: [0.25] })
    const zeros = how.bias === 'int64' ? new BigInt64Array(2) : new Int32Array(2)
    const bias = how.bias ? [network.constant(how.bias, [2], zeros, { scales: [0.125] })] : []
    const y = network.activation(type, image, { scale: 0.5, zeroPoint: 0 })
    const inputs: TfliteTensor[] =
      operator === 'TRANSPOSE_CONV' ? [network.integers(...image), weight, x, ...bias] : [x, weight, ...bias]
    network.node(operator, inputs, [y], window)
  }

const unary =
  (operator: string, type: 'int8' | 'int16', from: number, to: { scale: number; zeroPoint: number }): Build =>
  (network) => {
    const x = network.activation(type, [1, 4], { scale: 0.01, zeroPoint: from })
    network.inputs.push(x.name)
    network.node(
      operator,
      [x],
      [network.activation(type, [1, 4], to)],
      operator === 'SOFTMAX' ? { beta: 1 } : {},
    )
  }

const product: Build = (network) => {
  const [a, b] = [1, 0].map((zeroPoint) => network.activation('int16', [2, 2], { scale: 0.1, zeroPoint }))
  network.inputs.push(a!.name, b!.name)
  network.node('BATCH_MATMUL', [a!, b!], [network.activation('int16', [2, 2], { scale: 0.1, zeroPoint: 0 })])
}

const join: Build = (network) => {
  const x = network.activation('int16', [1, 2], { scale: 0.1, zeroPoint: 5 })
  network.inputs.push(x.name)
  network.node('CONCATENATION', [x, x], [network.like(x, [1, 4])], { axis: 1 })
}

/** Six is more steps of the output's scale than int32 holds. */
const sumToSix: Build = (network) => {
  const x = network.activation('int8', [1, 4], { scale: 1e-9, zeroPoint: 0 })
  network.inputs.push(x.name)
  const y = network.activation('int8', [1, 4], { scale: 1e-9, zeroPoint: 0 })
  network.node('ADD', [x, x], [y], { activation: 3 })
}

/** Not loaded by TFLite Micro either. */
const unloadable: Readonly<Record<string, Build>> = {
  'int4 weights of a transposed convolution': layer('TRANSPOSE_CONV', 'int8', { isInt4: true }),
  'int4 weights for int16': layer('CONV_2D', 'int16', { isInt4: true }),
  'int4 weights for int16, depthwise': layer('DEPTHWISE_CONV_2D', 'int16', { isInt4: true }),
  'a softmax of int16 with a zero point': unary('SOFTMAX', 'int16', 7, { scale: 1 / 32768, zeroPoint: 0 }),
  'a softmax of another output': unary('SOFTMAX', 'int16', 0, { scale: 1 / 256, zeroPoint: 0 }),
  'a matrix product of int16 with a zero point': product,
  'a concatenation of int16 with zero points': join,
  'an activation whose bound is beyond int32': sumToSix,
}

/** Loaded, but its results are not what the model means. */
const misread: Readonly<Record<string, Build>> = {
  'an int32 bias of an int16 depthwise convolution': layer('DEPTHWISE_CONV_2D', 'int16', { bias: 'int32' }),
  'an int32 bias of an int16 transposed convolution': layer('TRANSPOSE_CONV', 'int16', { bias: 'int32' }),
  'an int64 bias of an int8 convolution': layer('CONV_2D', 'int8', { bias: 'int64' }),
  'an int16 convolution with a zero point': layer('CONV_2D', 'int16', { zeroPoint: 3 }),
}

function textOf(build: Build): TfliteText {
  const network = new Network(new Random(1))
  build(network)
  return network.text()
}

it.each(Object.entries({ ...unloadable, ...misread }))('refuses %s', (_, build) => {
  expect(refusals(textOf(build)).length).toBe(1)
})

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`TFLite Micro${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(Object.entries(unloadable))('does not load %s', async (_, build) => {
      await expect(openTfliteOracle(writeTflite(textOf(build)))).rejects.toThrow(/does not load/)
    })

    it.each(Object.entries(misread))('loads %s', async (_, build) => {
      await (await openTfliteOracle(writeTflite(textOf(build)))).release()
    })
  })
}
