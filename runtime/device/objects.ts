// SPDX-License-Identifier: Apache-2.0
// Compiles C for a board. Every object is built with -ffp-contract=off and looked through for fused multiply-adds: one
// would change bits that random tests do not see.
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { CapletError } from '../../compiler/errors.js'
import type { Board } from './boards.js'
import { Fingerprint, headersOf, product } from './products.js'
import { versionOf } from './toolchain.js'

/** Whose bytes they are in the table of flash and RAM. */
export type Category = 'capsule' | 'shim' | 'kernels' | 'engine' | 'board'

export interface Source {
  readonly path: string
  readonly flags?: readonly string[]
}

/** C files that are compiled alike. */
export interface Component {
  readonly category: Category
  readonly name: string
  readonly sources: readonly Source[]
  readonly includes: readonly string[]
  /** Of others: warnings in them count for nothing. */
  readonly systemIncludes?: readonly string[]
  readonly flags: readonly string[]
}

const everywhere = [
  ...['-std=gnu11', '-ffp-contract=off', '-fno-common', '-ffunction-sections', '-fdata-sections'],
  ...['-fno-unwind-tables', '-fno-asynchronous-unwind-tables'],
]

/** For code of the project; code of others is compiled as it is. */
export const strict = ['-Wall', '-Wextra', '-Wconversion', '-Werror']

/** The objects' paths, one for each source. Throws CapletError 'firmware-build'. */
export async function compileComponent(board: Board, component: Component): Promise<string[]> {
  const flags = [...board.coreFlags, ...everywhere, ...component.flags]
  const print = new Fingerprint().add((await versionOf(board.compiler))!, ...flags)
  for (const { path, flags: own = [] } of component.sources) {
    print.add(basename(path), ...own)
    await print.addFile(path)
  }
  const { includes, systemIncludes = [] } = component
  print.add(...(await headersOf([...includes, ...systemIncludes])))
  const objectOf = ({ path }: Source, index: number) => `${index}-${basename(path).replace(/\.\w+$/, '')}.o`
  const name = `${component.name}.${board.name}`
  const folder = await product(`objects/${component.category}`, name, print.text(), async (into) => {
    const paths = [
      ...includes.map((path) => `-I${path}`),
      ...systemIncludes.flatMap((path) => ['-isystem', path]),
    ]
    await inParallel(component.sources, async (source, index) => {
      const object = join(into, objectOf(source, index))
      await runTool(board.compiler, [
        ...flags,
        ...(source.flags ?? []),
        ...paths,
        '-c',
        source.path,
        '-o',
        object,
      ])
      await refuseFusedArithmetic(board, object)
    })
  })
  return component.sources.map((source, index) => join(folder, objectOf(source, index)))
}

/** vfma, vfms, vfnma, vfnms of Arm (scalar and Helium); fmadd and its kin of RISC-V. */
const fused = /\t(vfn?m[as]\S*|fn?m(?:add|sub)\.\S+)\t/

async function refuseFusedArithmetic(board: Board, object: string): Promise<void> {
  const listing = await runTool(board.compiler.replace(/gcc$/, 'objdump'), [
    '-d',
    '--no-show-raw-insn',
    object,
  ])
  const found = fused.exec(listing)
  if (found) throw buildFailed(`${basename(object)} contains the fused instruction ${found[1]}`)
}

/** The program's output. Throws CapletError 'firmware-build' with its complaint. */
export async function runTool(program: string, args: readonly string[]): Promise<string> {
  try {
    return (await promisify(execFile)(program, args, { maxBuffer: 1 << 28 })).stdout
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw buildFailed(`${program} fails:\n${(stderr || message).trim().split('\n').slice(0, 12).join('\n')}`)
  }
}

export const buildFailed = (message: string): CapletError =>
  new CapletError({
    code: 'firmware-build',
    message: `The firmware does not build: ${message}`,
    remedy: 'Compare the versions of compiler and C library with those that docs/adding-a-target.md names.',
  })

async function inParallel<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const workers = Array.from({ length: Math.min(availableParallelism(), items.length) }, async () => {
    while (next < items.length) {
      const index = next++
      await work(items[index]!, index)
    }
  })
  await Promise.all(workers)
}
