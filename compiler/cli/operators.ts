// SPDX-License-Identifier: Apache-2.0
// caplet operators: the ONNX and TensorFlow Lite operators that a model may use, and the kernels they become. All come
// from the lists that the compiler itself uses, and from what the tests have recorded (operators/tested.json).
import type { Command } from 'commander'
import { contractNames } from '../contracts.js'
import { defineCommand, type Result, report } from './command.js'
import { indent, table } from './table.js'

/** Contracts under which ONNX models are compiled. */
const onnxContracts = contractNames.filter((name) => name !== 'tflite')

async function onnxTable() {
  const { onnxOperators } = await import('../operators/onnx-list.js')
  const { readTestedOperators } = await import('../operators/tested.js')
  const tested = readTestedOperators().onnx
  return [...onnxOperators.values()]
    .map(({ name, attributes, convert }) => {
      const at = name.lastIndexOf('.')
      const { forms, types, models } = tested[name] ?? { forms: [], types: [], models: 0 }
      return {
        name: name.slice(at + 1),
        domain: at < 0 ? 'ai.onnx' : name.slice(0, at),
        forms,
        types,
        contracts: onnxContracts,
        exact_models: models,
        attributes: Object.keys(attributes).sort(),
        constant_only: convert === undefined,
      }
    })
    .sort((a, b) => compare(a.domain, b.domain) || compare(a.name, b.name))
}

export type ListedOperator = Awaited<ReturnType<typeof onnxTable>>[number]

async function tfliteTable() {
  const { tfliteOperators } = await import('../operators/tflite-list.js')
  const { readTestedOperators } = await import('../operators/tested.js')
  const tested = readTestedOperators().tflite
  return [...tfliteOperators.keys()].sort(compare).map((name) => {
    const { types, models } = tested[name] ?? { types: [], models: 0 }
    return { name, types, contracts: ['tflite'], exact_models: models }
  })
}

export type ListedTfliteOperator = Awaited<ReturnType<typeof tfliteTable>>[number]

export async function listOperators(): Promise<Result> {
  const { operators } = await import('../operators/list.js')
  const tflite = await tfliteTable()
  const supported = await onnxTable()
  const kernels = operators
    .map(({ name, summary }) => ({ name, summary }))
    .sort((a, b) => compare(a.name, b.name))
  const text = [
    'ONNX operators that a model may use; forms and types are those of the exact models that were tested',
    indent(table(operatorHeader, supported.map(operatorRow))),
    '',
    'TensorFlow Lite operators that a model may use',
    indent(table(tfliteHeader, tflite.map(tfliteRow))),
    '',
    'What they become',
    indent(
      table(
        ['kernel', 'meaning'],
        kernels.map(({ name, summary }) => [name, summary]),
      ),
    ),
  ]
  return { json: { operators: supported, tflite_operators: tflite, kernels }, text: text.join('\n') }
}

export const operatorHeader = ['operator', 'domain', 'forms', 'types', 'contract', 'exact models']

export const operatorRow = (operator: ListedOperator): [string, string, string, string, string, number] => [
  operator.name,
  operator.domain,
  operator.constant_only ? 'constants only' : operator.forms.join(', '),
  operator.types.join(', '),
  operator.contracts.join(', '),
  operator.exact_models,
]

export const tfliteHeader = ['operator', 'types', 'contract', 'exact models']

export const tfliteRow = (operator: ListedTfliteOperator): [string, string, string, number] => [
  operator.name,
  operator.types.join(', '),
  operator.contracts.join(', '),
  operator.exact_models,
]

/** By code points, so that the order is the same in every locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const operatorsCommand = (): Command =>
  defineCommand('operators', 'list the operators that can be compiled', [
    'operators',
    'operators --json',
  ]).action((flags: { json?: true }) => report(!!flags.json, listOperators))
