// SPDX-License-Identifier: Apache-2.0
// All commands as one program. A fault of the flags is reported like any other failure, with exit code 2.
import { Command, CommanderError } from 'commander'
import { compilerVersion } from '../version.js'
import { benchCommand } from './bench.js'
import { reportFailure } from './command.js'
import { compileCommand } from './compile.js'
import { errorCommand } from './error.js'
import { fitCommand } from './fit.js'
import { inspectCommand } from './inspect.js'
import { newCommand } from './new.js'
import { operatorsCommand } from './operators.js'
import { runCommand } from './run.js'
import { verifyCommand } from './verify.js'

const introduction =
  'Compiles a quantized neural network to a sealed WebAssembly capsule whose outputs equal those of ONNX Runtime in every bit.'

const examples = `
Examples:
  $ caplet inspect model.onnx              what is in it, and whether it compiles
  $ caplet compile model.onnx -o capsule   build the capsule
  $ caplet verify model.onnx               compare it with ONNX Runtime, bit for bit
  $ caplet run capsule/model.wasm input.npy -o output.npy
  $ caplet bench model.onnx                what one inference costs, per runtime
  $ caplet fit model.onnx --target nrf52840
  $ caplet new --board nrf52840 my-firmware --model model.onnx

Exit codes: 0 fine; 1 the model or the data is at fault; 2 wrong usage.`

export function createProgram(): Command {
  const program = new Command('caplet')
    .description(introduction)
    .version(compilerVersion())
    .addHelpText('after', examples)
    .showSuggestionAfterError()
  for (const command of [
    compileCommand(),
    inspectCommand(),
    verifyCommand(),
    runCommand(),
    benchCommand(),
    fitCommand(),
    newCommand(),
    operatorsCommand(),
    errorCommand(),
  ]) {
    program.addCommand(command.option('--json', 'print one JSON object (docs/json.md) and nothing else'))
  }
  // Errors are thrown, and printed by reportFailure instead of by commander.
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ outputError: () => {} })
  }
  return program
}

/** Runs the command line. Post: process.exitCode is set; nothing is thrown. */
export async function runProgram(words: readonly string[]): Promise<void> {
  // A reader that has seen enough (caplet operators | head) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  const program = createProgram()
  if (words.length === 0) {
    program.outputHelp()
    return
  }
  try {
    await program.parseAsync(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return // --help, --version
    reportFailure(words.includes('--json'), error)
  }
}
