// SPDX-License-Identifier: Apache-2.0
// Every function against the oracle: raw float32 results, bit for bit, and all 256 quanta at many scales.
import { describe, expect, it } from 'vitest'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { type ModelNode, writeModel } from '../../runtime/oracle/write-model.js'
import { rangeOf } from '../ir/types.js'
import { celu, elu, mish, selu, shrink, softplus } from './activations.js'
import { cLog, cPow } from './exponential.js'
import { dequantize, f32, quantize } from './float32.js'
import * as functions from './functions.js'
import * as trigonometric from './trigonometric.js'

interface Case {
  readonly twin: functions.UnaryFunction
  readonly node: Pick<ModelNode, 'operator' | 'attributes' | 'domain'>
  readonly bounds?: readonly [number, number]
  readonly opset?: number
}

const float = (value: number) => ({ float: value })

const cases: Record<string, Case> = {
  tanh: { twin: functions.tanh, node: { operator: 'Tanh' } },
  logistic: { twin: functions.logistic, node: { operator: 'Sigmoid' } },
  exp: { twin: functions.exp, node: { operator: 'Exp' } },
  erf: { twin: functions.erf, node: { operator: 'Erf' } },
  relu: { twin: functions.relu, node: { operator: 'Relu' } },
  clip: { twin: functions.clip(-0.7, 6.1), node: { operator: 'Clip' }, bounds: [-0.7, 6.1] },
  leakyRelu: {
    twin: functions.leakyRelu(0.013),
    node: { operator: 'LeakyRelu', attributes: { alpha: { float: 0.013 } } },
  },
  hardSigmoid: {
    twin: functions.hardSigmoid(0.21, 0.47),
    node: { operator: 'HardSigmoid', attributes: { alpha: { float: 0.21 }, beta: { float: 0.47 } } },
  },
  hardSwish: { twin: functions.hardSwish, node: { operator: 'HardSwish' } },
  softsign: { twin: functions.softsign, node: { operator: 'Softsign' } },
  gelu: { twin: functions.gelu, node: { operator: 'Gelu', domain: 'com.microsoft' } },
  geluTanh: { twin: functions.geluTanh, node: { operator: 'FastGelu', domain: 'com.microsoft' } },
  log: { twin: cLog, node: { operator: 'Log' } },
  softplus: { twin: softplus, node: { operator: 'Softplus' } },
  mish: { twin: mish, node: { operator: 'Mish' }, opset: 18 },
  elu: { twin: elu(f32(0.7)), node: { operator: 'Elu', attributes: { alpha: float(0.7) } } },
  celu: { twin: celu(f32(0.7)), node: { operator: 'Celu', attributes: { alpha: float(0.7) } } },
  selu: {
    twin: selu(f32(1.3), f32(0.7)),
    node: { operator: 'Selu', attributes: { alpha: float(1.3), gamma: float(0.7) } },
  },
  shrink: {
    twin: shrink(f32(0.4), f32(0.3)),
    node: { operator: 'Shrink', attributes: { lambd: float(0.4), bias: float(0.3) } },
  },
  ...Object.fromEntries(
    Object.entries(trigonometric).map(([name, twin]): [string, Case] => [
      name,
      { twin, node: { operator: name[0]!.toUpperCase() + name.slice(1) } },
    ]),
  ),
}

/** Bit patterns all over the float32 range, denser where the functions bend, and the edges of their pieces. */
function adversarialInputs(): Float32Array {
  const inputs = [
    0, -0, 1, -1, 0.5, 9, -9, 18, -18, 3.925, 0.921875, 88.77626, -103.97208, -87.5, -95, 3, -3, 1e8,
  ]
  let state = 1
  for (let index = 0; index < 60000; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const uniform = state / 2 ** 31 - 1
    inputs.push(uniform * 2 ** ((index % 12) - 4), uniform * 110)
  }
  for (const edge of inputs.slice(0, 18)) inputs.push(f32(edge * (1 + 2 ** -23)), f32(edge * (1 - 2 ** -23)))
  return Float32Array.from(inputs)
}

const scalar = (name: string, value: number) =>
  ({ name, type: 'float32', shape: [], data: Float32Array.of(value) }) as const

async function runOracle({ node, bounds, opset }: Case, x: Float32Array): Promise<Float32Array> {
  const oracle = await openOracle(
    writeModel({
      ...(opset && { opset }),
      nodes: [{ ...node, inputs: bounds ? ['x', 'min', 'max'] : ['x'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: 'float32', shape: ['N'] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['N'] }],
      initializers: bounds ? [scalar('min', bounds[0]), scalar('max', bounds[1])] : [],
    }),
  )
  const { y } = await oracle.run({ x: { type: 'float32', dims: [x.length], data: x } })
  await oracle.release()
  return y!.data as Float32Array
}

describe.each(Object.entries(cases))('%s', (_, testCase) => {
  it('gives the bits of the reference', async () => {
    const x = adversarialInputs()
    const expected = await runOracle(testCase, x)
    const different = Array.from(x.keys()).filter(
      (index) => !Object.is(testCase.twin(x[index]!), expected[index]),
    )
    expect(
      different.slice(0, 5).map((i) => ({ x: x[i], twin: testCase.twin(x[i]!), oracle: expected[i] })),
    ).toEqual([])
  })

  it('gives the quanta of the reference: all 256 inputs at 100 pairs of scales', async () => {
    const oracle = await quantizedOracle(testCase)
    const quanta = Int8Array.from({ length: 256 }, (_, index) => index - 128)
    for (let round = 0; round < 100; round++) {
      const input = { scale: scaleAt(round), zeroPoint: ((round * 37) % 256) - 128 }
      const output = { scale: scaleAt(3 * round + 1) / 16, zeroPoint: ((round * 91) % 256) - 128 }
      const { y } = await oracle.run({
        x: { type: 'int8', dims: [256], data: quanta },
        ...parameters('x', input),
        ...parameters('y', output),
      })
      const actual = quanta.map((q) => quantize(testCase.twin(dequantize(q, input)), output, rangeOf('int8')))
      expect(actual).toEqual(y!.data)
    }
    await oracle.release()
  })
})

/** Powers of two (every third), which meet ties, and scales in between. */
const scaleAt = (round: number): number => f32(2 ** (round % 3 === 0 ? -(round % 8) : -((round * 0.377) % 8)))

const parameters = (name: string, { scale, zeroPoint }: { scale: number; zeroPoint: number }) => ({
  [`s${name}`]: { type: 'float32', dims: [], data: Float32Array.of(scale) },
  [`z${name}`]: { type: 'int8', dims: [], data: Int8Array.of(zeroPoint) },
})

/** DequantizeLinear, function, QuantizeLinear; scales and zero points are inputs, so that one session serves all. */
function quantizedOracle({ node, bounds, opset }: Case) {
  return openOracle(
    writeModel({
      ...(opset && { opset }),
      nodes: [
        { operator: 'DequantizeLinear', inputs: ['x', 'sx', 'zx'], outputs: ['a'] },
        { ...node, inputs: bounds ? ['a', 'min', 'max'] : ['a'], outputs: ['b'] },
        { operator: 'QuantizeLinear', inputs: ['b', 'sy', 'zy'], outputs: ['y'] },
      ],
      inputs: [
        { name: 'x', type: 'int8', shape: [256] },
        ...['sx', 'sy'].map((name) => ({ name, type: 'float32', shape: [] })),
        ...['zx', 'zy'].map((name) => ({ name, type: 'int8', shape: [] })),
      ],
      outputs: [{ name: 'y', type: 'int8', shape: [256] }],
      initializers: bounds ? [scalar('min', bounds[0]), scalar('max', bounds[1])] : [],
    }),
  )
}

describe.each([-2.5, -1, 0.5, 1.7, 4, 2, 3])('a power with the exponent %f per element', (exponent) => {
  it('gives the bits of the reference', async () => {
    const x = adversarialInputs()
    const edge = (name: string) => ({ name, type: 'float32', shape: ['N'] })
    const oracle = await openOracle(
      writeModel({
        nodes: [{ operator: 'Pow', inputs: ['x', 'e'], outputs: ['y'] }],
        inputs: [edge('x'), edge('e')],
        outputs: [edge('y')],
      }),
    )
    const tensor = (data: Float32Array) => ({ type: 'float32', dims: [data.length], data })
    const { y } = await oracle.run({ x: tensor(x), e: tensor(x.map(() => exponent)) })
    await oracle.release()
    expect(x.map((v) => cPow(v, f32(exponent)))).toEqual(y!.data)
  })
})

it('angles whose reduction is not known are refused', () => {
  expect(() => trigonometric.sin(2 ** 28)).toThrow('not known')
})
