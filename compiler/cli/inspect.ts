// SPDX-License-Identifier: Apache-2.0
// caplet inspect: the graph as a table, the memory plan as a picture, and every reason why a model does not compile.
import { type Command, Option } from 'commander'
import type { Edge } from '../codegen/program.js'
import type { Inspection } from '../inspect.js'
import { typeText } from '../ir/print.js'
import { type InspectableStep, inspectableSteps } from '../steps.js'
import { defineCommand, type Result, report } from './command.js'
import { codeOf, problemJson, problemText } from './failure.js'
import { addCompileOptions, type CompileFlags, compileOptionsOf } from './options.js'
import { columns, count, indent, plural, table } from './table.js'

interface Flags extends CompileFlags {
  readonly after?: InspectableStep
  readonly json?: true
}

async function inspect(path: string, flags: Flags): Promise<Result> {
  const { inspectModel, printAfter } = await import('../inspect.js')
  const { readModel } = await import('../read-model.js')
  const model = readModel(path)
  const options = compileOptionsOf(flags)
  if (flags.after !== undefined) {
    const text = printAfter(flags.after, model, options)
    return { json: { step: flags.after, text }, text }
  }
  const inspection = inspectModel(model, options)
  const compiles = inspection.problems.length === 0
  return { json: jsonOf(inspection), text: textOf(path, inspection), failed: !compiles }
}

const jsonOf = ({ problems, nodes, memory }: Inspection) => ({
  compiles: problems.length === 0,
  problems: problems.map(problemJson),
  nodes: nodes.map(({ name, operator, inputs, outputs, macs, weights, requantizer, proof }) => {
    return { name, operator, inputs, outputs, macs, weights, requantizer, proof }
  }),
  memory: memory && {
    arena: memory.arena,
    peak_live: memory.peak_live,
    state: memory.state,
    tensors: memory.tensors,
  },
})

function textOf(path: string, inspection: Inspection): string {
  const { problems, nodes, inputs, outputs, notes, memory } = inspection
  const verdict =
    problems.length === 0 ? 'compiles' : `does not compile: ${plural(problems.length, 'reason')}`
  const parts = [`${path} ${verdict}`]
  if (inputs.length > 0)
    parts.push(indent(columns([...edgeRows('input', inputs), ...edgeRows('output', outputs)])))
  if (notes.length > 0) parts.push(indent(notes.map((note) => `note: ${note}`).join('\n')))
  parts.push(indent(nodeTable(inspection)))
  if (memory) {
    const sum = (key: 'macs' | 'weights') => nodes.reduce((total, node) => total + node[key], 0)
    parts.push(
      indent(memory.picture.trimEnd()),
      indent(
        columns([
          ['multiply-accumulates', sum('macs')],
          ['bytes of weights and biases', sum('weights')],
          ['bytes of arena', memory.arena],
          ['bytes live at the busiest node', memory.peak_live],
          ...(memory.state > 0 ? [['bytes of state, kept from one run to the next', memory.state]] : []),
        ]),
      ),
    )
  }
  parts.push(...problems.map(problemText))
  return parts.join('\n\n')
}

const edgeRows = (kind: string, edges: readonly Edge[]) =>
  edges.map(({ name, type, shape, quantization }) => [
    kind,
    name,
    typeText(type, shape),
    quantization ? `scale ${quantization.scale}, zero point ${quantization.zeroPoint}` : '',
  ])

function nodeTable({ nodes, problems }: Inspection): string {
  const isBuilt = problems.length === 0
  const header = isBuilt
    ? ['node', 'operator', 'output', 'quantization', 'MACs', 'weights', 'requantizer', 'proven']
    : ['node', 'operator', 'output', 'problem']
  const rows = nodes.map(({ name, operator, type, quantization, macs, weights, requantizer, proof }) => {
    if (isBuilt)
      return [name, operator, type, quantization, macs, weights, requantizer ?? '', proof && count(proof)]
    const problem = problems.find(({ node }) => node === name)
    return [name, operator, type, problem ? `${codeOf(problem)} ${problem.code}` : '']
  })
  return table(header, rows)
}

export const inspectCommand = (): Command =>
  addCompileOptions(
    defineCommand('inspect', 'show what is in a model, its memory plan, and why it does not compile', [
      'inspect model.onnx',
      'inspect model.onnx --shape x=1,1,187 --json',
      'inspect model.onnx --after normalize',
    ]).argument('<model>', 'ONNX or TensorFlow Lite model'),
  )
    .addOption(
      new Option('--after <step>', 'print the model after a step of the compilation instead').choices(
        inspectableSteps,
      ),
    )
    .action((model: string, flags: Flags) => report(!!flags.json, () => inspect(model, flags)))
