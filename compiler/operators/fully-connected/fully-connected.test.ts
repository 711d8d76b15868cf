// SPDX-License-Identifier: Apache-2.0
// The reference of fully_connected against the oracle: QGemm (int32 bias) and MatMulIntegerToFloat (float32 bias).
import { expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import type { Edge, Initializer, ModelNode } from '../../../runtime/oracle/write-model.js'
import { writeModel } from '../../../runtime/oracle/write-model.js'
import { rangeOf } from '../../ir/types.js'
import { Random } from '../random.js'
import { type OperatorCase, referenceOf } from '../test-bench.js'
import { cases, randomCase } from './cases.js'

type Case = OperatorCase<'fully_connected'>

/** Matrices that one of the two operators computes; narrower clamps and mixed types are not the reference's. */
function hasOracle({ attributes, inputs: [input], outputs: [output] }: Case): boolean {
  const { weight, requantization, bias, floatBias } = attributes
  if (input!.shape.length !== 2 || (input!.type === 'int8' && weight.type === 'uint8')) return false
  if (requantization && 'fixed' in requantization) return false
  if (!requantization) return floatBias === null || bias === null
  const range = rangeOf(output!.type as 'int8')
  const isFullRange = requantization.min === range.min && requantization.max === range.max
  return isFullRange && output!.type === input!.type
}

interface Model {
  readonly nodes: ModelNode[]
  readonly initializers: Initializer[]
  readonly inputs: Edge[]
  readonly outputs: Edge[]
}

function addCase(
  model: Model,
  { attributes, inputs: [input], outputs: [output] }: Case,
  index: number,
): void {
  const { weight, bias, weightZeroPoints, inputZeroPoint, requantization } = attributes
  const constant = (name: string, type: string, shape: readonly number[], values: ArrayLike<number>) => {
    const make = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int32: Int32Array }[type]!
    model.initializers.push({ name: `${name}${index}`, type, shape, data: make.from(values) })
    return `${name}${index}`
  }
  if (requantization && 'fixed' in requantization) throw new Error('rule M has another oracle')
  const multipliers = requantization?.multipliers ?? attributes.floatMultipliers!
  const [units, depth] = weight.shape as [number, number]
  // QGemm takes scales and zero points in equal number.
  const isPerUnit = Math.max(multipliers.length, weightZeroPoints.length) > 1
  const shape = isPerUnit ? [units] : []
  const spread = (values: ArrayLike<number>) =>
    Array.from({ length: isPerUnit ? units : 1 }, (_, unit) => values[unit % values.length]!)
  const transposed = Array.from({ length: depth * units }, (_, i) =>
    Number(weight.data[(i % units) * depth + Math.floor(i / units)]),
  )
  const x = `x${index}`
  const w = constant('w', weight.type, [depth, units], transposed)
  const xs = constant('xs', 'float32', [], [1])
  const xz = constant('xz', input!.type, [], [inputZeroPoint])
  const ws = constant('ws', 'float32', shape, spread(multipliers))
  const wz = constant('wz', weight.type, shape, spread(weightZeroPoints))
  const product = { outputs: [`y${index}`], domain: 'com.microsoft' }
  if (attributes.floatBias) {
    const floatBias = constant('fb', 'float32', [units], attributes.floatBias)
    model.nodes.push({
      ...product,
      operator: 'MatMulIntegerToFloat',
      inputs: [x, w, xs, ws, xz, wz, floatBias],
    })
  } else {
    const output = requantization
      ? [constant('ys', 'float32', [], [1]), constant('yz', input!.type, [], [requantization.zeroPoint])]
      : []
    const b = bias ? constant('b', 'int32', [units], bias) : ''
    model.nodes.push({ ...product, operator: 'QGemm', inputs: [x, xs, xz, w, ws, wz, b, ...output] })
  }
  model.inputs.push({ name: x, type: input!.type, shape: input!.shape })
  model.outputs.push({ name: `y${index}`, type: output!.type, shape: output!.shape })
}

it('has a reference that equals the oracle', async () => {
  const random = new Random(3)
  const list = [...cases(random), ...Array.from({ length: 300 }, () => randomCase(random))].filter(hasOracle)
  const operators = { quantized: 0, float: 0 }
  for (const { attributes } of list) operators[attributes.requantization ? 'quantized' : 'float']++
  expect(Math.min(operators.quantized, operators.float)).toBeGreaterThan(30)
  const model: Model = { nodes: [], initializers: [], inputs: [], outputs: [] }
  list.forEach((operatorCase, index) => {
    addCase(model, operatorCase, index)
  })
  const oracle = await openOracle(writeModel(model))
  const feeds = list.map(({ inputs: [input] }, index) => [
    `x${index}`,
    { type: input!.type, dims: input!.shape, data: input!.data },
  ])
  const results = await oracle.run(Object.fromEntries(feeds))
  await oracle.release()
  for (const [index, operatorCase] of list.entries()) {
    const [expected] = referenceOf(operatorCase)
    const actual = results[`y${index}`]!.data
    expect(Array.from(actual as Int8Array), operatorCase.name).toEqual(
      Array.from(expected!.data as Int8Array),
    )
  }
})
