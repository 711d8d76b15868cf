// SPDX-License-Identifier: Apache-2.0
// Writes a capsule's files: all of them or none. They are prepared in a folder beside their place and moved at the end.
import { access, mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Capsule } from './codegen/capsule.js'
import { dataSource, headerSource } from './codegen/host-files.js'
import { manifestJson } from './codegen/manifest.js'
import { reportText } from './codegen/report.js'
import { CapletError } from './errors.js'

/** Names inside the output folder, by the key under which `compile --json` lists them. */
const names = {
  wasm: 'model.wasm',
  c: 'model.c',
  header: 'model.h',
  manifest: 'manifest.json',
  report: 'report.json',
  sources: 'sources',
  wasi: 'model.wasi.wasm',
  accelerated: 'model.accelerated.wasm',
  accelerated_c: 'model.accelerated.c',
  accelerated_header: 'model.accelerated.h',
  accelerated_sources: 'sources.accelerated',
  native_c: 'model.native.c',
  native_header: 'model.native.h',
} as const

export type OutputKind = keyof typeof names

/**
 * Writes the capsule into `folder`, which is created where absent. Earlier products there are replaced, other files stay.
 * Post: returns the path of each product, null for one that this capsule does not have; such a one from an earlier
 *       compilation is removed, so that the folder never mixes two capsules.
 * Throws CapletError 'output-folder'; the folder is then as it was.
 */
export async function writeCapsule(
  capsule: Capsule,
  folder: string,
): Promise<Record<OutputKind, string | null>> {
  try {
    await uninterrupted(() => writeOrNothing(capsule, folder))
  } catch (error) {
    throw error instanceof CapletError ? error : unwritable(folder, (error as Error).message)
  }
  const isMade = (kind: OutputKind) => {
    const [part] = kind.split('_')
    return part === 'accelerated' || part === 'native' || part === 'wasi' ? capsule[part] !== null : true
  }
  const pathOf = (kind: OutputKind) => (isMade(kind) ? join(folder, names[kind]) : null)
  const kinds = Object.keys(names) as OutputKind[]
  return Object.fromEntries(kinds.map((kind) => [kind, pathOf(kind)])) as Record<OutputKind, string | null>
}

async function writeOrNothing(capsule: Capsule, folder: string): Promise<void> {
  const exists = await isFolder(folder)
  const parent = exists ? folder : dirname(resolve(folder))
  await mkdir(parent, { recursive: true })
  const staging = await mkdtemp(join(parent, `.${basename(resolve(folder))}-`))
  try {
    const fresh = join(staging, 'new')
    await writeAll(capsule, fresh)
    if (exists) await replaceProducts(fresh, folder, join(staging, 'old'))
    else await rename(fresh, folder)
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Lets Ctrl-C and the like wait for the few milliseconds that the work takes, so that it does not stop in between. */
export async function uninterrupted(work: () => Promise<void>): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  let caught: NodeJS.Signals | null = null
  const hold = (signal: NodeJS.Signals) => {
    caught = signal
  }
  for (const signal of signals) process.on(signal, hold)
  try {
    await work()
  } finally {
    for (const signal of signals) process.off(signal, hold)
    if (caught) process.kill(process.pid, caught)
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found && !found.isDirectory()) throw unwritable(path, 'it is a file')
  return found !== null
}

async function writeAll(capsule: Capsule, folder: string): Promise<void> {
  await mkdir(folder)
  const write = (name: string, contents: string | Uint8Array) => writeFile(join(folder, name), contents)
  await write(names.wasm, capsule.wasm)
  await write(names.c, dataSource(capsule, names.header))
  await write(names.header, headerSource(capsule))
  await write(names.manifest, `${manifestJson(capsule.manifest, 2)}\n`)
  await write(names.report, reportText(capsule))
  if (capsule.wasi) await write(names.wasi, capsule.wasi)
  if (capsule.accelerated) {
    await write(names.accelerated, capsule.accelerated.wasm)
    await write(names.accelerated_c, dataSource(capsule.accelerated, names.accelerated_header))
    await write(names.accelerated_header, headerSource(capsule.accelerated))
    await writeSources(capsule.accelerated, join(folder, names.accelerated_sources))
  }
  if (capsule.native) {
    await write(names.native_c, capsule.native.source)
    await write(names.native_header, capsule.native.header)
  }
  await writeSources(capsule, join(folder, names.sources))
}

async function writeSources({ sources }: Capsule, folder: string): Promise<void> {
  for (const [path, text] of sources) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Moves old products away, then new ones in; undoes every move when one fails. */
async function replaceProducts(fresh: string, folder: string, old: string): Promise<void> {
  for (const name of [names.sources, names.accelerated_sources]) {
    const foreign = join(folder, name)
    if ((await exists(foreign)) && !(await exists(join(foreign, 'capsule.ts')))) {
      throw unwritable(folder, `its folder "${name}" holds other files, which would be lost`)
    }
  }
  await mkdir(old)
  const moves: [from: string, to: string][] = []
  const move = async (from: string, to: string) => {
    await rename(from, to)
    moves.push([from, to])
  }
  try {
    for (const name of Object.values(names)) {
      if (await exists(join(folder, name))) await move(join(folder, name), join(old, name))
      if (await exists(join(fresh, name))) await move(join(fresh, name), join(folder, name))
    }
  } catch (error) {
    for (const [from, to] of moves.reverse()) await rename(to, from)
    throw error
  }
}

const unwritable = (folder: string, reason: string) =>
  new CapletError({
    code: 'output-folder',
    message: `Cannot write the capsule into "${folder}": ${reason}.`,
    remedy: 'Name another folder with -o, or make this one writable.',
    file: folder,
  })
