// SPDX-License-Identifier: Apache-2.0
// caplet operators: the ONNX and TensorFlow Lite operators that a model may use, and the kernels they become. Both come from the lists that
// the compiler itself uses.
import type { Command } from 'commander'
import { defineCommand, type Result, report } from './command.js'
import { columns, indent, table } from './table.js'

export async function listOperators(): Promise<Result> {
  const { onnxOperators } = await import('../operators/onnx-list.js')
  const { operators } = await import('../operators/list.js')
  const { tfliteOperators } = await import('../operators/tflite-list.js')
  const tflite = [...tfliteOperators.keys()].sort(compare).map((name) => ({ name }))
  const supported = [...onnxOperators.values()]
    .map(({ name, attributes, convert }) => {
      const at = name.lastIndexOf('.')
      return {
        name: name.slice(at + 1),
        domain: at < 0 ? 'ai.onnx' : name.slice(0, at),
        attributes: Object.keys(attributes).sort(),
        constant_only: convert === undefined,
      }
    })
    .sort((a, b) => compare(a.domain, b.domain) || compare(a.name, b.name))
  const kernels = operators
    .map(({ name, summary }) => ({ name, summary }))
    .sort((a, b) => compare(a.name, b.name))
  const rows = supported.map((operator) => [
    operator.name,
    operator.domain,
    operator.constant_only ? 'constants only' : 'yes',
    operator.attributes.join(', '),
  ])
  const text = [
    'ONNX operators that a model may use, with the attributes that are understood',
    indent(table(['operator', 'domain', 'compiles', 'attributes'], rows)),
    '',
    'TensorFlow Lite operators that a model may use',
    indent(
      columns(
        chunks(
          tflite.map(({ name }) => name),
          4,
        ),
      ),
    ),
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

const chunks = (names: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(names.length / size) }, (_, row) =>
    names.slice(row * size, (row + 1) * size),
  )

/** By code points, so that the order is the same in every locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const operatorsCommand = (): Command =>
  defineCommand('operators', 'list the operators that can be compiled', [
    'operators',
    'operators --json',
  ]).action((flags: { json?: true }) => report(!!flags.json, listOperators))
