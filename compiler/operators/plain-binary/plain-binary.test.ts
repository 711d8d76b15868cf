// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import { writeModel } from '../../../runtime/oracle/write-model.js'
import { type PlainBinaryOperation, plainBinaryOperations } from '../../ir/plain-operators.js'
import type { Constant, ElementType } from '../../ir/types.js'
import { differencesFromOracle, type OnnxForm } from '../oracle-bench.js'
import { Random } from '../random.js'
import { referenceTypes } from '../reference-types.js'
import type { OperatorCase } from '../test-bench.js'
import { cases, integerTypes, randomCase } from './cases.js'

const names: Record<PlainBinaryOperation, string> = {
  ...{ add: 'Add', subtract: 'Sub', multiply: 'Mul', divide: 'Div', modulo: 'Mod', remainder: 'Mod' },
  ...{ minimum: 'Min', maximum: 'Max', and: 'BitwiseAnd', or: 'BitwiseOr', xor: 'BitwiseXor' },
  ...{ shift_left: 'BitShift', shift_right: 'BitShift' },
  ...{ equal: 'Equal', less: 'Less', less_or_equal: 'LessOrEqual' },
  ...{ greater: 'Greater', greater_or_equal: 'GreaterOrEqual' },
}
const booleanNames: Readonly<Record<string, string>> = { and: 'And', or: 'Or', xor: 'Xor' }

const attributes: Readonly<Record<string, Record<string, number | string>>> = {
  remainder: { fmod: 1 },
  shift_left: { direction: 'LEFT' },
  shift_right: { direction: 'RIGHT' },
}

type Case = OperatorCase<'plain_binary'>
const typeOf = ({ inputs }: Case) => inputs[0]!.type

const formOf = ({ attributes: { operation }, inputs }: Case): OnnxForm => ({
  operator: (inputs[0]!.type === 'bool' && booleanNames[operation]) || names[operation],
  opset: 18,
  inputs: [0, 1],
  attributes: attributes[operation] ?? {},
})

const runs = (operator: string, type: ElementType) =>
  type === 'float32' || referenceTypes[operator]!.at(-1)![1].includes(type)

/** The same case on the pairs that the reference answers: it fails on divisors of 0 and on least / -1. */
function answered(operatorCase: Case): Case | null {
  const {
    attributes: { operation },
    inputs: [a, b],
    outputs,
  } = operatorCase
  if (!['divide', 'modulo', 'remainder'].includes(operation)) return operatorCase
  const pairs = Array.from(a!.data as ArrayLike<number | bigint>).flatMap((x) =>
    Array.from(b!.data as ArrayLike<number | bigint>, (y) => [x, y] as const),
  )
  const fine = pairs.filter(
    ([x, y]) => Number(y) !== 0 && !(operation === 'divide' && Number(y) === -1 && x < -1e9),
  )
  if (fine.length === 0) return null
  const side = (index: 0 | 1): Constant => {
    const data = a!.data.slice(0, 0).constructor as new (values: unknown) => Constant['data']
    return { type: a!.type, shape: [fine.length], data: new data(fine.map((pair) => pair[index])) }
  }
  return { ...operatorCase, inputs: [side(0), side(1)], outputs: [{ ...outputs[0]!, shape: [fine.length] }] }
}

it("is the oracle's operator on every type that it has", { timeout: 120_000 }, async () => {
  const random = new Random(5)
  const generated = Array.from({ length: 300 }, () => randomCase(random))
  const asked = [...cases(random), ...generated]
    .filter((c) => runs(formOf(c).operator, typeOf(c)))
    .flatMap((c) => answered(c) ?? [])
  expect(new Set(asked.map(({ attributes: { operation } }) => operation)).size).toBe(
    plainBinaryOperations.length,
  )
  expect(await differencesFromOracle(asked, formOf)).toEqual([])
})

it('is refused on the types that the oracle does not have', { timeout: 120_000 }, async () => {
  const accepted: string[] = []
  const refused: string[] = []
  for (const [operation, name] of Object.entries(names) as [PlainBinaryOperation, string][]) {
    for (const type of integerTypes.filter((t) => !runs(name, t))) {
      const output = ['Equal', 'Less', 'Greater'].some((n) => name.startsWith(n)) ? 'bool' : type
      const model = writeModel({
        opset: 18,
        nodes: [
          { operator: name, inputs: ['a', 'b'], outputs: ['y'], attributes: attributes[operation] ?? {} },
        ],
        inputs: ['a', 'b'].map((edge) => ({ name: edge, type, shape: [2] })),
        outputs: [{ name: 'y', type: output, shape: [2] }],
      })
      const isOpen = await openOracle(model).then(
        (oracle) => oracle.release().then(() => true),
        () => false,
      )
      if (isOpen) accepted.push(`${name} ${type}`)
      else refused.push(`${name} ${type}`)
    }
  }
  expect(accepted).toEqual([])
  expect(refused.length).toBeGreaterThan(10)
})
