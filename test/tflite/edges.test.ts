// SPDX-License-Identifier: Apache-2.0
// Float edges of TensorFlow Lite networks that stay float (--io float): QUANTIZE on ties and their neighbours, DEQUANTIZE
// of every quantum, CAST of what saturates, against TFLite Micro's interpreter.
import { afterAll, describe, expect, it } from 'vitest'
import { Random } from '../../compiler/operators/random.js'
import { closeTfliteOracle } from '../../runtime/oracle/tflite.js'
import { differences, hasTfliteWheel, tfliteOracleIsAbsent, whyAbsent } from './compare.js'
import { Network } from './network.js'

const options = { io: 'float' } as const
const count = 512
const types = ['int8', 'int16'] as const

/** Ties of the scale, the floats beside them, and values beyond the range. */
function ties(scale: number, random: Random): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    const tie = Math.fround((random.integer(-40000, 40000) + 0.5) * scale)
    const bits = new Int32Array(Float32Array.of(tie).buffer)
    bits[0]! += (i % 3) - 1
    return i < 4 ? [0, -0, 1e7 * scale, -1e7 * scale][i]! : new Float32Array(bits.buffer)[0]!
  })
}

if (hasTfliteWheel) {
  describe.skipIf(tfliteOracleIsAbsent)(`float edges${whyAbsent}`, () => {
    afterAll(closeTfliteOracle)

    it.each(types)('QUANTIZE to %s', async (type) => {
      const random = new Random(7)
      for (let round = 0; round < 8; round++) {
        const network = new Network(random)
        const input = network.plain('float32', [count])
        network.inputs.push(input.name)
        const output = network.activation(type, [count])
        network.node('QUANTIZE', [input], [output])
        const samples = [[ties(network.scaleOf(output), random)]]
        expect(await differences(network.text(), samples, { options })).toEqual([])
      }
    })

    it.each(types)('DEQUANTIZE of %s', async (type) => {
      const random = new Random(8)
      const network = new Network(random)
      const size = type === 'int8' ? 256 : 65536
      const input = network.input(type, [size])
      network.node('DEQUANTIZE', [input], [network.plain('float32', [size])])
      const quanta = Array.from({ length: size }, (_, i) => i - size / 2)
      const sample = [type === 'int8' ? Int8Array.from(quanta) : Int16Array.from(quanta)]
      expect(await differences(network.text(), [sample], { options })).toEqual([])
    })

    it.each(['int8', 'int16', 'int32', 'bool'])('CAST to %s saturates', async (type) => {
      const network = new Network(new Random(9))
      const values = [
        0.9,
        -0.9,
        127.6,
        128,
        -129,
        32767.5,
        40000,
        -40000,
        3e9,
        -3e9,
        NaN,
        Infinity,
        -Infinity,
      ]
      const input = network.plain('float32', [values.length])
      network.inputs.push(input.name)
      network.node('CAST', [input], [network.plain(type, [values.length])])
      expect(await differences(network.text(), [[Float32Array.from(values)]], { options })).toEqual([])
    })
  })
}
