// SPDX-License-Identifier: Apache-2.0
// Every function against the oracle: raw float32 results, bit for bit, and all 256 quanta at many scales.
import { describe, expect, it } from 'vitest'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import { type ModelNode, writeModel } from '../../runtime/oracle/write-model.js'
import { f32 } from './float32.js'
import * as functions from './functions.js'

interface Case {
  readonly twin: functions.UnaryFunction
  readonly node: Pick<ModelNode, 'operator' | 'attributes' | 'domain'>
  readonly bounds?: readonly [number, number]
}

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
}

/** Bit patterns all over the float32 range, denser where the functions bend, and the edges of their pieces. */
function adversarialInputs(): Float32Array {
  const inputs = [
    0, -0, 1, -1, 0.5, 9, -9, 18, -18, 3.925, 0.921875, 88.77626, -103.97208, -87.5, -95, 3, -3, 1e30,
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

async function runOracle({ node, bounds }: Case, x: Float32Array): Promise<Float32Array> {
  const scalar = (name: string, value: number) =>
    ({ name, type: 'float32', shape: [], data: Float32Array.of(value) }) as const
  const oracle = await openOracle(
    writeModel({
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
})
