// SPDX-License-Identifier: Apache-2.0
// A firmware project around one model: a board's template, the model, its capsule with golden windows, and the C that runs
// it. The whole folder or nothing: it is made beside its place and moved there at the end.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { packageFolder, targetsFolder } from '../../runtime/device/folders.js'
import { tfliteOracleAbsent } from '../../runtime/oracle/tflite.js'
import { verifyModel } from '../../runtime/verify.js'
import type { Capsule } from '../codegen/capsule.js'
import { internalError } from '../codegen/internal-error.js'
import { type CompileOptions, compileModel } from '../compile.js'
import { CapletError } from '../errors.js'
import { uninterrupted, writeCapsule } from '../output.js'
import { type ModelFile, readModel } from '../read-model.js'
import type { Change, ProjectBoard, ProjectTier } from './boards.js'
import { cmakeFlags } from './cmake-flags.js'

export interface ProjectOptions
  extends Pick<
    CompileOptions,
    'shapes' | 'states' | 'contract' | 'tfliteMultipliers' | 'target' | 'io' | 'floatIslands' | 'edgeLayout'
  > {
  readonly tier: ProjectTier
}

export interface Project {
  readonly folder: string
  /** Of the capsule that the firmware holds, below the folder. */
  readonly capsuleFile: string
  readonly capsule: Capsule
  readonly comparison: Comparison
  /** Below the folder, sorted. */
  readonly files: readonly string[]
}

/** On how many inputs every byte was that of the reference; or why there was none to compare with. */
export type Comparison = { readonly inputs: number } | { readonly inputs: null; readonly reason: string }

/** Random inputs for the comparison, besides the corner inputs. */
const verifiedCount = 16

/**
 * Throws CapletError: the model does not compile, the capsule differs from the reference, or the folder is not empty or
 * cannot be written ('output-folder'); nothing is written then.
 */
export async function newProject(
  folder: string,
  model: string,
  board: ProjectBoard,
  options: ProjectOptions,
): Promise<Project> {
  await refuseFilled(folder)
  const place = resolve(folder)
  const compile = { ...options, target: options.target ?? board.target, name: 'model' }
  const { file, read } = projectModel(model)
  const capsule = await compileModel(read, compile)
  try {
    await mkdir(dirname(place), { recursive: true })
    const staging = await mkdtemp(join(dirname(place), `.${basename(place)}-`))
    try {
      const fresh = join(staging, 'project')
      await writeTemplate(board, compile, file, fresh)
      await writeModel(read, file, fresh)
      await writeCapsule(capsule, join(fresh, 'capsule'))
      await writeWindows(fresh)
      const capsuleFile = compile.tier === 'accelerated' ? 'model.accelerated.wasm' : 'model.wasm'
      const comparison = await compared(model, join(fresh, 'capsule', capsuleFile), compile)
      const files = await filesIn(fresh)
      await uninterrupted(() => moveInto(fresh, place))
      return { folder, capsuleFile: `capsule/${capsuleFile}`, capsule, comparison, files }
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
  } catch (error) {
    throw error instanceof CapletError ? error : unwritable(folder, (error as Error).message)
  }
}

async function refuseFilled(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw unwritable(folder, error.code === 'ENOTDIR' ? 'it is a file' : error.message)
  })
  if (entries.length > 0) throw unwritable(folder, 'it is not empty')
}

/** In a project every model is called model: what CMake compiles later has the same name, hence the same bytes. */
function projectModel(path: string): { file: string; read: ModelFile } {
  return { file: `model${extname(path)}`, read: { ...readModel(path), stem: 'model' } }
}

async function writeModel(model: ModelFile, file: string, fresh: string): Promise<void> {
  await writeFile(join(fresh, file), model.bytes)
  for (const [path, bytes] of model.external) {
    const copy = join(fresh, path)
    if (existsSync(copy)) throw unwritable(path, "the model's external data has the name of a project's file")
    await mkdir(dirname(copy), { recursive: true })
    await writeFile(copy, bytes)
  }
}

/** The board's files as they are, but for what they say of engine and capsule; and Caplet's CMake and C in caplet/. */
async function writeTemplate(
  board: ProjectBoard,
  compile: ProjectOptions,
  model: string,
  fresh: string,
): Promise<void> {
  await cp(join(targetsFolder, board.template), fresh, { recursive: true })
  const own = join(fresh, 'caplet')
  await cp(join(packageFolder, 'cmake'), join(own, 'cmake'), { recursive: true })
  for (const part of board.parts) {
    await cp(join(targetsFolder, part), join(own, 'targets', part), { recursive: true })
  }
  await cp(join(packageFolder, 'LICENSES', 'MIT-0.txt'), join(own, 'LICENSE'))
  const prefix = board.capsuleFile.includes('/') ? '../' : ''
  await applyChanges(fresh, [
    ...board.choose(compile.tier),
    { file: board.capsuleFile, from: `MODEL ${prefix}model.onnx`, to: `MODEL ${prefix}${model}` },
    {
      file: board.capsuleFile,
      from: board.target === null ? 'OPTIONS)' : `OPTIONS --target ${board.target})`,
      to: `OPTIONS ${cmakeFlags(compile)})`,
    },
  ])
  const readme = join(fresh, 'README.md')
  await writeFile(readme, (await readFile(readme, 'utf8')).replaceAll('model.onnx', model))
  await writeFile(join(fresh, '.gitignore'), `${board.ignore.join('\n')}\n`)
}

async function applyChanges(folder: string, changes: readonly Change[]): Promise<void> {
  for (const { file, from, to } of changes) {
    const path = join(folder, file)
    const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n')
    const parts = text.split(from)
    if (parts.length !== 2) throw internalError(`The template's ${file} does not say "${from.trim()}" once.`)
    await writeFile(path, parts.join(to))
  }
}

/** As the project's own build does it. */
async function writeWindows(fresh: string): Promise<void> {
  const script = join(targetsFolder, 'template', 'make-windows.mjs')
  const files = [join(fresh, 'capsule', 'model.wasm'), join(fresh, 'capsule', 'windows.h')]
  await promisify(execFile)(process.execPath, [script, ...files, '--count', '4'])
}

/** A contract's reference may be a program that is not here (TFLite Micro); that is no reason to refuse. */
async function compared(model: string, capsule: string, options: ProjectOptions): Promise<Comparison> {
  const settings = { ...options, capsule, runtimes: ['node'], count: verifiedCount }
  const result = await verifyModel(model, settings)
  if (result.exact === null) {
    const absent = await tfliteOracleAbsent()
    return { inputs: null, reason: `TFLite Micro: ${absent?.reason ?? 'absent'}` }
  }
  if (!result.exact) {
    throw new CapletError({
      code: 'internal',
      message: 'The capsule differs from the reference, so no project is made of it',
      remedy: `Please report it: \`caplet verify ${model}\` shows where.`,
      file: model,
    })
  }
  return { inputs: result.inputs }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .sort()
}

/** Into a folder that is absent, or empty: there a failure leaves nothing behind. */
async function moveInto(fresh: string, place: string): Promise<void> {
  if (!existsSync(place)) return rename(fresh, place)
  const moved: string[] = []
  try {
    for (const name of await readdir(fresh)) {
      await rename(join(fresh, name), join(place, name))
      moved.push(name)
    }
  } catch (error) {
    for (const name of moved) await rm(join(place, name), { recursive: true, force: true })
    throw error
  }
}

const unwritable = (folder: string, reason: string) =>
  new CapletError({
    code: 'output-folder',
    message: `Cannot write the project into "${folder}": ${reason}.`,
    remedy: 'Name a folder that is new or empty.',
    file: folder,
  })
