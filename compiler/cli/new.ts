// SPDX-License-Identifier: Apache-2.0
// caplet new: a firmware project around one model, ready to build.
import { type Command, Option } from 'commander'
import { projectBoardNamed, projectBoards } from '../project/boards.js'
import type { Project } from '../project/new-project.js'
import { defineCommand, type Result, report } from './command.js'
import { addFormOptions, type FormFlags, formOptionsOf, oneOf, type Tier, tiers } from './options.js'
import { count, plural } from './table.js'

interface Flags extends FormFlags {
  readonly board: string
  readonly model: string
  readonly tier: Tier
  readonly json?: true
}

async function create(folder: string, flags: Flags): Promise<Result> {
  const { newProject } = await import('../project/new-project.js')
  const board = projectBoardNamed(flags.board)
  const options = { ...formOptionsOf(flags), tier: flags.tier }
  const project = await newProject(folder, flags.model, board, options)
  const commands = [`cd ${folder}`, ...board.commands]
  return { json: jsonOf(project, flags, commands), text: textOf(project, flags, commands) }
}

const jsonOf = (
  { folder, capsuleFile, capsule, comparison, files }: Project,
  flags: Flags,
  commands: string[],
) => {
  const firmware = flags.tier === 'accelerated' ? capsule.accelerated! : capsule
  return {
    folder,
    board: flags.board,
    tier: flags.tier,
    capsule: { file: capsuleFile, sha256: firmware.sha256, bytes: firmware.sizes.bytes },
    verified_inputs: comparison.inputs,
    files,
    commands,
  }
}

function textOf(
  { folder, capsuleFile, comparison, files }: Project,
  flags: Flags,
  commands: string[],
): string {
  const verdict =
    comparison.inputs === null
      ? `not compared with the reference: ${comparison.reason}`
      : `equal to the reference on ${count(comparison.inputs)} inputs`
  return [
    `Wrote ${plural(files.length, 'file')} for ${flags.board} into ${folder}.`,
    `  capsule  ${capsuleFile}, ${verdict}`,
    `  next     ${folder}/README.md, or in short:`,
    '',
    ...commands.map((command) => `    ${command}`),
  ].join('\n')
}

export const newCommand = (): Command => {
  const names = projectBoards.map(({ name }) => name)
  const command = defineCommand('new', 'write a firmware project that runs a model on a board', [
    'new --board cortex-m4 my-firmware --model model.onnx',
    'new --board nrf52840 my-firmware --model model.onnx --tier native',
    'new --board esp32s3 my-firmware --model model.onnx --shape x=1,1,187',
  ])
    .argument('<folder>', 'folder of the project: new, or empty')
    .addOption(
      new Option(
        '--board <name>',
        `board: ${projectBoards.map((b) => `${b.name} (${b.summary})`).join('; ')}`,
      )
        .argParser(oneOf(names))
        .makeOptionMandatory(),
    )
    .requiredOption('--model <file>', 'ONNX or TensorFlow Lite model, quantized to 8 bits')
    .addOption(
      new Option(
        '--tier <tier>',
        'form of the capsule in the firmware: accelerated or portable on WAMR, or native',
      )
        .argParser(oneOf(tiers))
        .default('accelerated'),
    )
  addFormOptions(command)
  command.options.find(({ long }) => long === '--target')?.default(null, "the board's")
  return command.action((folder: string, flags: Flags) => report(!!flags.json, () => create(folder, flags)))
}
