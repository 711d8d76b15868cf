// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { type PlainUnaryOperation, plainUnaryOperations } from '../../ir/plain-operators.js'
import type { ElementType } from '../../ir/types.js'
import { differencesFromOracle, type OnnxForm } from '../oracle-bench.js'
import { Random } from '../random.js'
import { referenceTypes } from '../reference-types.js'
import type { OperatorCase } from '../test-bench.js'
import { cases, randomCase } from './cases.js'

/** Of ONNX; it has no cast that saturates. */
const names: Record<Exclude<PlainUnaryOperation, 'saturate'>, string> = {
  ...{ negate: 'Neg', absolute: 'Abs', sign: 'Sign', not: 'Not', complement: 'BitwiseNot', cast: 'Cast' },
}

/** Numbers of TensorProto.DataType. */
const numbers: Readonly<Partial<Record<ElementType, number>>> = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, uint32: 12 },
  uint64: 13,
}

const formOf = ({ attributes: { operation }, outputs }: OperatorCase<'plain_unary'>): OnnxForm => ({
  operator: names[operation as 'cast'],
  opset: 18,
  inputs: [0],
  attributes: operation === 'cast' ? { to: numbers[outputs[0]!.type]! } : {},
})

it("is the oracle's operator on every type that it has", { timeout: 120_000 }, async () => {
  const random = new Random(5)
  const generated = Array.from({ length: 150 }, () => randomCase(random))
  const asked = [...cases(random), ...generated].filter(({ attributes: { operation }, inputs }) => {
    if (operation === 'saturate') return false
    return operation === 'cast' || referenceTypes[names[operation]]!.at(-1)![1].includes(inputs[0]!.type)
  })
  expect(new Set(asked.map(({ attributes: { operation } }) => operation)).size).toBe(
    plainUnaryOperations.length - 1,
  )
  expect(await differencesFromOracle(asked, formOf)).toEqual([])
})
