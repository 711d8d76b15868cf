// SPDX-License-Identifier: Apache-2.0
// caplet verify: a capsule against its contract's reference, byte by byte.
import { type Command, Option } from 'commander'
import { isRuntimeName, runtimeNames } from '../../runtime/list.js'
import type { ReferenceDistance } from '../../runtime/verify/reference-distance.js'
import type { RuntimeResult, Verification } from '../../runtime/verify.js'
import { defineCommand, type Result, report } from './command.js'
import { addCompileOptions, type CompileFlags, compileOptionsOf, parseInteger, parseList } from './options.js'
import { progress } from './progress.js'
import { count, indent, plural, table } from './table.js'

interface Flags extends CompileFlags {
  readonly capsule?: string
  readonly inputs?: string
  readonly runtime?: readonly string[]
  readonly reference?: 'native'
  readonly count: number
  readonly seed: number
  readonly allowNoOracle?: true
  readonly json?: true
}

async function verify(model: string, flags: Flags): Promise<Result> {
  const { verifyModel } = await import('../../runtime/verify.js')
  const bar = progress()
  try {
    const verification = await verifyModel(model, {
      ...compileOptionsOf(flags),
      capsule: flags.capsule,
      inputs: flags.inputs,
      runtimes: flags.runtime,
      reference: flags.reference,
      count: flags.count,
      seed: flags.seed,
      onProgress: bar.update,
    })
    bar.stop()
    const { exact } = verification
    const failed = exact === null ? !flags.allowNoOracle : !exact
    return { json: jsonOf(verification), text: textOf(verification), failed }
  } finally {
    bar.stop()
  }
}

const jsonOf = ({ sha256, runtimes, native, distance, ...verification }: Verification) => ({
  exact: verification.exact,
  oracle: verification.oracle,
  capsule: { sha256 },
  contract: verification.contract,
  inputs: verification.inputs,
  sequences: verification.sequences,
  runtimes: runtimes.map(({ name, version, sha256, outputsCompared, mismatches, firstMismatch, pace }) => ({
    name,
    version,
    capsule_sha256: sha256,
    outputs_compared: outputsCompared,
    mismatches,
    first_mismatch: firstMismatch,
    pace: pace && { ticks: pace.ticks, ticks_per_second: pace.ticksPerSecond },
  })),
  skipped: verification.skipped,
  native: native && {
    reference: native.reference,
    outputs_compared: native.outputsCompared,
    differing: native.differing,
    largest: native.largest,
  },
  distance: distance && {
    reference: distance.reference,
    version: distance.version,
    reason: distance.reason,
    outputs: distance.outputs.map(({ name, valuesCompared, differing, largest, unit, top1 }) => ({
      ...{ name, values_compared: valuesCompared, differing, largest, unit, top1 },
    })),
  },
})

function textOf(verification: Verification): string {
  const { exact, sha256, contract, inputs, sequences, runtimes, skipped, native, distance } = verification
  const rows = runtimes.map(({ name, version, outputsCompared, mismatches }) => [
    name,
    version,
    outputsCompared,
    mismatches,
  ])
  const verdict =
    exact === null
      ? `NO ORACLE: ${contract.reference} is not here; every output equals our own reference`
      : exact
        ? contract.name === 'integer'
          ? 'EXACT under the contract integer, which is not ONNX Runtime: every output equals its definition'
          : 'EXACT: every output of every input is the same'
        : 'NOT EXACT: outputs differ'
  const lines = [
    `${verdict}, over ${plural(inputs, 'input')}${
      sequences === null ? '' : `: steps of ${plural(sequences, 'sequence')}, each from a reset on`
    }.`,
    indent(table(['runtime', 'version', 'values compared', 'mismatches'], rows)),
  ]
  for (const { name, reason } of skipped) lines.push(indent(`skipped ${name}: ${reason}`))
  lines.push(...runtimes.flatMap(mismatchLines), ...runtimes.flatMap(paceLines))
  if (native) {
    lines.push(
      `Native reference, as information: ${native.reference} differs in ${count(native.differing)} of ${plural(native.outputsCompared, 'value')}, by at most ${native.largest} quanta.`,
    )
  }
  if (distance) lines.push(...distanceLines(distance))
  lines.push(
    '',
    `contract ${contract.name} (${contract.reference} ${contract.version})`,
    `capsule sha256 ${sha256}`,
  )
  const twin = runtimes.find((runtime) => runtime.sha256 !== null && runtime.sha256 !== sha256)
  if (twin) lines.push(`its accelerated twin, in ${twin.name}, sha256 ${twin.sha256}`)
  return lines.join('\n')
}

function paceLines({ name, pace }: RuntimeResult): string[] {
  if (!pace) return []
  const milliseconds = ((1000 * pace.ticks) / pace.ticksPerSecond).toFixed(2)
  return [
    `${name}: an inference takes at most ${plural(pace.ticks, 'tick')} of its counter, ${milliseconds} ms`,
  ]
}

function distanceLines({ reference, version, reason, outputs }: ReferenceDistance): string[] {
  const title = `Distance to ${reference} ${version}, as information`
  if (reason !== null) return [`${title}: none, it does not run the model: ${reason}`]
  const rows = outputs.map(({ name, valuesCompared, differing, largest, unit, top1 }) => [
    ...[name, valuesCompared, differing, unit === 'steps' ? plural(largest, 'step') : String(largest)],
    top1 ? `${count(top1.agreeing)} of ${count(top1.rows)}` : '-',
  ])
  return [
    `${title}:`,
    indent(table(['output', 'values compared', 'differing', 'largest', 'same top 1'], rows)),
  ]
}

function mismatchLines({ name, firstMismatch }: RuntimeResult): string[] {
  if (!firstMismatch) return []
  const { input, step, output, index, expected, actual, node, note } = firstMismatch
  const run = step === null ? `input ${input}` : `input ${input} (step ${step} of its sequence)`
  const where = `${name}: ${run}, output "${output}", element ${index}: expected ${expected}, got ${actual}`
  return [where, indent(`first node that differs: ${node ?? 'not found'}`), indent(note)].filter(
    (line) => line !== '',
  )
}

export const verifyCommand = (): Command =>
  addCompileOptions(
    defineCommand(
      'verify',
      "compare a capsule with its contract's reference (ONNX Runtime, TFLite Micro), bit for bit",
      [
        'verify model.onnx',
        'verify model.onnx --capsule capsule/model.wasm --inputs recordings.npz',
        'verify model.onnx --runtime node,wasmtime,reference -n 10000 --seed 7',
        'verify model.onnx --runtime cortex-m4 -n 16',
        'verify model.onnx --capsule out/model.wasm --runtime serial:/dev/ttyACM0 -n 100',
      ],
    )
      .argument('<model>', 'ONNX or TensorFlow Lite model, quantized to 8 bits')
      .option('--capsule <file>', 'verify this very file instead of a fresh compilation')
      .option('--inputs <file>', 'also run the inputs of this .npy or .npz')
      .addOption(
        new Option('--runtime <names>', `of ${runtimeNames.join(', ')}, with commas`)
          .argParser(parseList(runtimeNames, isRuntimeName))
          .default(undefined, 'node and wasmtime where present'),
      )
      .addOption(
        new Option('--reference <which>', 'also report how far a native ONNX Runtime is').choices(['native']),
      )
      .option('-n, --count <inputs>', 'random inputs, besides the corner inputs', parseInteger(0, 1e7), 1000)
      .option('--allow-no-oracle', 'exit code 0 where the reference is not to be had, too')
      .option('--seed <seed>', 'seed of the random inputs', parseInteger(0, 2 ** 32 - 1), 0)
      .option('--wasi', 'as for compile; it changes no byte of the capsule'),
  ).action((model: string, flags: Flags) => report(!!flags.json, () => verify(model, flags)))
