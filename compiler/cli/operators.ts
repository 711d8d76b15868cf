// SPDX-License-Identifier: Apache-2.0
// caplet operators: the ONNX operators that a model may use, and the kernels they become. Both come from the lists that
// the compiler itself uses.
import type { Command } from 'commander'
import { defineCommand, type Result, report } from './command.js'
import { indent, table } from './table.js'

export async function listOperators(): Promise<Result> {
  const { onnxOperators } = await import('../operators/onnx-list.js')
  const { operators } = await import('../operators/list.js')
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
    'What they become',
    indent(
      table(
        ['kernel', 'meaning'],
        kernels.map(({ name, summary }) => [name, summary]),
      ),
    ),
  ]
  return { json: { operators: supported, kernels }, text: text.join('\n') }
}

/** By code points, so that the order is the same in every locale. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const operatorsCommand = (): Command =>
  defineCommand('operators', 'list the operators that can be compiled', [
    'operators',
    'operators --json',
  ]).action((flags: { json?: true }) => report(!!flags.json, listOperators))
