// SPDX-License-Identifier: Apache-2.0
// Row rules against the oracle: raw float32 where the operator gives it, quanta where it is quantized.
import { describe, expect, it } from 'vitest'
import { type OracleTensor, openOracle } from '../../runtime/oracle/onnxruntime.js'
import { type Initializer, type ModelDescription, writeModel } from '../../runtime/oracle/write-model.js'
import { rangeOf } from '../ir/types.js'
import { dequantize, f32, quantize } from './float32.js'
import { floatRecord, requantizeFloat } from './requantizer-forms.js'
import {
  batchNormalization,
  floatSoftmax,
  globalAverageMultiplier,
  quantizedAverage,
  quantizedSoftmax,
  quantizedSoftmaxTable,
  reduceMean,
} from './rows.js'

let state = 7
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const integer = (below: number): number => Math.floor(random() * below)

async function ask(description: ModelDescription, feeds: Record<string, OracleTensor>): Promise<number[]> {
  const oracle = await openOracle(writeModel(description))
  const { y } = await oracle.run(feeds)
  await oracle.release()
  return Array.from(y!.data, Number)
}

const floats = (dims: readonly number[], spread = 8): OracleTensor & { data: Float32Array } => ({
  type: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => (random() - 0.5) * spread),
})

const scalar = (name: string, type: 'float32' | 'int8' | 'uint8', value: number): Initializer => ({
  name,
  type,
  shape: [],
  data:
    type === 'float32'
      ? Float32Array.of(value)
      : type === 'int8'
        ? Int8Array.of(value)
        : Uint8Array.of(value),
})

const rowsOf = (tensor: OracleTensor & { data: Float32Array }, length: number): Float32Array[] =>
  Array.from({ length: tensor.data.length / length }, (_, row) =>
    tensor.data.slice(row * length, (row + 1) * length),
  )

describe('float rows', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 10, 17, 64, 257])('Softmax of %i values', async (length) => {
    const x = floats([200, length], length === 10 ? 400 : 20)
    const edge = (name: string) => ({ name, type: 'float32', shape: [200, length] })
    const expected = await ask(
      {
        nodes: [{ operator: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: -1 } }],
        inputs: [edge('x')],
        outputs: [edge('y')],
      },
      { x },
    )
    expect(rowsOf(x, length).flatMap((row) => Array.from(floatSoftmax(row)))).toEqual(expected)
  })

  it.each([2, 5, 16, 187])('ReduceMean of %i values', async (length) => {
    const x = floats([300, length])
    const expected = await ask(
      {
        nodes: [
          { operator: 'ReduceMean', inputs: ['x'], outputs: ['y'], attributes: { axes: [1], keepdims: 0 } },
        ],
        inputs: [{ name: 'x', type: 'float32', shape: [300, length] }],
        outputs: [{ name: 'y', type: 'float32', shape: [300] }],
      },
      { x },
    )
    expect(rowsOf(x, length).map(reduceMean)).toEqual(expected)
  })

  it('BatchNormalization', async () => {
    const [channels, pixels] = [50, 40]
    const x = floats([1, channels, pixels])
    const parameters = ['gamma', 'beta', 'mean', 'variance'].map((name) => {
      const data = Float32Array.from(
        { length: channels },
        () => random() * 3 - (name === 'variance' ? 0 : 1.5),
      )
      return { name, type: 'float32', shape: [channels], data }
    })
    const edge = (name: string) => ({ name, type: 'float32', shape: [1, channels, pixels] })
    const expected = await ask(
      {
        nodes: [
          {
            operator: 'BatchNormalization',
            inputs: ['x', 'gamma', 'beta', 'mean', 'variance'],
            outputs: ['y'],
            attributes: { epsilon: { float: 1e-5 } },
          },
        ],
        inputs: [edge('x')],
        outputs: [edge('y')],
        initializers: parameters,
      },
      { x },
    )
    const [gamma, beta, mean, variance] = parameters.map(({ data }) => data)
    const actual = rowsOf(x, pixels).flatMap((row, c) => {
      const channel = {
        gamma: gamma![c]!,
        beta: beta![c]!,
        mean: mean![c]!,
        variance: variance![c]!,
        epsilon: 1e-5,
      }
      return Array.from(row, batchNormalization(channel))
    })
    expect(actual).toEqual(expected)
  })
})

const quantum = (type: 'int8' | 'uint8') => integer(256) - (type === 'int8' ? 128 : 0)
const bytes = (
  type: 'int8' | 'uint8',
  dims: readonly number[],
): OracleTensor & { data: Int8Array | Uint8Array } => {
  const values = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => quantum(type))
  return { type, dims, data: type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values) }
}
/** Log-uniform, or a power of two in one case of three: those meet ties. */
const randomScale = (from: number, to: number): number => {
  const exponent = from + (to - from) * random()
  return f32(2 ** (random() < 0.33 ? Math.round(exponent) : exponent))
}

describe.each(['int8', 'uint8'] as const)('quantized rows, %s', (type) => {
  it('QLinearSoftmax', async () => {
    for (let round = 0; round < 60; round++) {
      const length = [1, 2, 3, 4, 10, 33, 257, 1000][round % 8]!
      const scale = randomScale(-9, 1)
      const output = { scale: round % 3 === 0 ? 1 / 256 : randomScale(-11, -6), zeroPoint: quantum(type) }
      const x = bytes(type, [40, length])
      const expected = await ask(
        {
          nodes: [
            {
              operator: 'QLinearSoftmax',
              domain: 'com.microsoft',
              inputs: ['x', 'sx', 'zx', 'sy', 'zy'],
              outputs: ['y'],
              attributes: { axis: -1, opset: 17 },
            },
          ],
          inputs: [{ name: 'x', type, shape: [40, length] }],
          outputs: [{ name: 'y', type, shape: [40, length] }],
          initializers: [
            scalar('sx', 'float32', scale),
            scalar('zx', type, quantum(type)),
            scalar('sy', 'float32', output.scale),
            scalar('zy', type, output.zeroPoint),
          ],
        },
        { x },
      )
      const table = quantizedSoftmaxTable(scale, length)
      const rows = Array.from({ length: 40 }, (_, row) => x.data.slice(row * length, (row + 1) * length))
      expect(rows.flatMap((row) => quantizedSoftmax(row, table, output, rangeOf(type)))).toEqual(expected)
    }
  })

  it('QLinearAveragePool and QLinearGlobalAveragePool', async () => {
    for (let round = 0; round < 60; round++) {
      const length = 2 + integer(30)
      const input = { scale: randomScale(-6, 2), zeroPoint: quantum(type) }
      const output = { scale: randomScale(-6, 2), zeroPoint: quantum(type) }
      const x = bytes(type, [1, 100, length + 1])
      const initializers = [
        scalar('sx', 'float32', input.scale),
        scalar('zx', type, input.zeroPoint),
        scalar('sy', 'float32', output.scale),
        scalar('zy', type, output.zeroPoint),
      ]
      const pool = (operator: string, attributes: Record<string, number | number[]>, places: number) =>
        ask(
          {
            nodes: [
              {
                operator,
                domain: 'com.microsoft',
                inputs: ['x', 'sx', 'zx', 'sy', 'zy'],
                outputs: ['y'],
                attributes,
              },
            ],
            inputs: [{ name: 'x', type, shape: [1, 100, length + 1] }],
            outputs: [{ name: 'y', type, shape: [1, 100, places] }],
            initializers,
          },
          { x },
        )
      const averages = await pool('QLinearAveragePool', { kernel_shape: [length], strides: [1] }, 2)
      const globals = await pool('QLinearGlobalAveragePool', { channels_last: 0 }, 1)
      const record = floatRecord(globalAverageMultiplier(input.scale, output.scale, length + 1))
      for (let channel = 0; channel < 100; channel++) {
        const row = Array.from(x.data.slice(channel * (length + 1), (channel + 1) * (length + 1)))
        const values = row.map((q) => dequantize(q, input))
        const twin = [0, 1].map((at) =>
          quantizedAverage(values.slice(at, at + length), length, output, rangeOf(type)),
        )
        expect(twin).toEqual(averages.slice(2 * channel, 2 * channel + 2))
        const accumulator = row.reduce((sum, q) => sum + q - input.zeroPoint, 0)
        expect(requantizeFloat(accumulator, record, { ...output, ...rangeOf(type) })).toBe(globals[channel])
      }
    }
  })

  it('QuantizeLinear: ties, saturation, infinities and not a number', async () => {
    for (let round = 0; round < 40; round++) {
      const parameters = { scale: randomScale(-12, 3), zeroPoint: quantum(type) }
      const x = floats([3000], 700 * parameters.scale)
      x.data.forEach((value, index) => {
        if (index % 3 === 0)
          x.data[index] = f32((Math.round(value / parameters.scale) + 0.5) * parameters.scale)
      })
      x.data.set([Infinity, -Infinity, Number.NaN, 3e38, -3e38, 0, -0])
      const expected = await ask(
        {
          nodes: [{ operator: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['y'] }],
          inputs: [{ name: 'x', type: 'float32', shape: [3000] }],
          outputs: [{ name: 'y', type, shape: [3000] }],
          initializers: [scalar('s', 'float32', parameters.scale), scalar('z', type, parameters.zeroPoint)],
        },
        { x },
      )
      expect(Array.from(x.data, (value) => quantize(value, parameters, rangeOf(type)))).toEqual(expected)
    }
  })
})
