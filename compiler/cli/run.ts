// SPDX-License-Identifier: Apache-2.0
// caplet run: a capsule on arrays from files.
import type { Command } from 'commander'
import { defineCommand, type Result, report } from './command.js'
import { indent, table } from './table.js'

async function run(capsule: string, inputs: readonly string[], output: string): Promise<Result> {
  const { runCapsule } = await import('../../runtime/run.js')
  const json = await runCapsule(capsule, inputs, output)
  const rows = json.outputs.map(({ name, type, shape }) => [name, type, `[${shape.join(', ')}]`])
  return { json, text: `Wrote ${output}:\n${indent(table(['output', 'type', 'shape'], rows))}` }
}

export const runCommand = (): Command =>
  defineCommand('run', 'run a capsule once on NumPy arrays; with state, once for each step that they hold', [
    'run capsule/model.wasm input.npy -o output.npy',
    'run capsule/model.wasm beat.npy rhythm.npy -o output.npz',
    'run capsule/model.wasm inputs.npz -o outputs.npz',
  ])
    .argument('<capsule>', 'model.wasm, as caplet compile writes it')
    .argument(
      '<inputs...>',
      "one .npy per input in the capsule's order, or one .npz with all of them by name",
    )
    .requiredOption('-o, --output <file>', '.npy for a single output, .npz for all outputs by name')
    .action((capsule: string, inputs: readonly string[], flags: { output: string; json?: true }) =>
      report(!!flags.json, () => run(capsule, inputs, flags.output)),
    )
