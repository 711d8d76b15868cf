// SPDX-License-Identifier: Apache-2.0
// caplet compile: builds a capsule and writes its folder.
import { basename, dirname, extname, join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import type { Command } from 'commander'
import type { Capsule } from '../codegen/capsule.js'
import { defineCommand, type Result, report } from './command.js'
import { addCompileOptions, type CompileFlags, compileOptionsOf } from './options.js'
import { columns, count, indent, plural } from './table.js'

interface Flags extends CompileFlags {
  readonly output?: string
  readonly wasi?: true
  readonly depfile?: string
  readonly json?: true
}

/** A rule in Make's words: the capsule is made from the model and the files with its tensors. For build systems. */
async function writeDepfile(path: string, wasm: string, model: string, { externalData }: Capsule) {
  const { writeWhole } = await import('../../runtime/run.js')
  const sources = [model, ...externalData.map(({ file }) => join(dirname(model), file))]
  const rule = `${makeWord(wasm)}: ${sources.map(makeWord).join(' ')}\n`
  writeWhole(path, new TextEncoder().encode(rule))
}

/** Absolute, with `/`; Make takes a blank, # or $ otherwise. */
const makeWord = (path: string) =>
  resolve(path).replaceAll('\\', '/').replace(/[ #]/g, '\\$&').replaceAll('$', '$$$$')

type Files = Readonly<Record<string, string | null>>

async function compile(model: string, flags: Flags): Promise<Result> {
  // asc's optimizer is a large WebAssembly module that works for a second: V8's optimizing compiler would cost as much
  // processor time again, in other threads, and gain nothing (scripts/compile-time.mjs).
  setFlagsFromString('--liftoff-only')
  const { compileFile } = await import('../compile.js')
  const { writeCapsule } = await import('../output.js')
  const capsule = await compileFile(model, { ...compileOptionsOf(flags), wasi: flags.wasi === true })
  const files = await writeCapsule(capsule, flags.output ?? `${basename(model, extname(model))}-capsule`)
  if (flags.depfile !== undefined) await writeDepfile(flags.depfile, files.wasm!, model, capsule)
  return { json: jsonOf(capsule, files), text: textOf(capsule, files) }
}

const jsonOf = (capsule: Capsule, files: Files) => ({
  files,
  capsule: {
    bytes: capsule.sizes.bytes,
    code: capsule.sizes.code,
    weights: capsule.sizes.weights,
    manifest: capsule.sizes.manifest,
    sha256: capsule.sha256,
  },
  memory: { arena: capsule.memory.arena, state: capsule.memory.state, total: capsule.memory.total },
  macs: capsule.macs,
  nodes: capsule.steps.length,
  contract: capsule.contract,
})

function textOf(capsule: Capsule, files: Files): string {
  const { sizes, memory, contract } = capsule
  const rows = [
    [
      'capsule',
      sizes.bytes,
      `bytes: code ${count(sizes.code)}, weights ${count(sizes.weights)}, manifest ${count(sizes.manifest)}`,
    ],
    [
      'memory',
      memory.total,
      `bytes: arena ${count(memory.arena)}, state ${count(memory.state)}, tables ${count(memory.tables)}`,
    ],
    ['work', capsule.macs, `multiply-accumulates in ${plural(capsule.steps.length, 'node')}`],
  ] as const
  const written = Object.entries(files).filter(([, path]) => path !== null) as [string, string][]
  return [
    `Compiled ${capsule.model.name} under the contract ${contract.name} (${contract.reference} ${contract.version}).`,
    indent(columns(rows)),
    '',
    indent(columns(written)),
    '',
    `sha256 ${capsule.sha256}`,
  ].join('\n')
}

export const compileCommand = (): Command =>
  addCompileOptions(
    defineCommand('compile', 'build a capsule from a quantized ONNX or TensorFlow Lite model', [
      'compile model.onnx -o capsule',
      'compile model.onnx -o capsule --name ecg_beat --shape x=1,1,187',
      'compile model.onnx -o capsule --io float --wasi',
      'compile model.onnx -o capsule --tier native',
    ])
      .argument('<model>', 'ONNX or TensorFlow Lite model, quantized to 8 bits')
      .option('-o, --output <folder>', "folder for the capsule (default: the model's stem, then -capsule)"),
  )
    .option('--depfile <file>', 'also write what the capsule depends on as a rule for Make and Ninja')
    .option('--wasi', 'also write model.wasi.wasm: inputs on stdin, outputs on stdout')
    .action((model: string, flags: Flags) => report(!!flags.json, () => compile(model, flags)))
