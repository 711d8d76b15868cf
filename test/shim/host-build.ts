// SPDX-License-Identifier: Apache-2.0
// Builds test programs from the shim, one engine and a main file, with the host's C compiler. Objects and programs are kept
// under the hash of everything they depend on, so that a second run of the tests builds nothing.
import { writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runTool } from '../../runtime/device/objects.js'
import { Fingerprint, headersOf, product } from '../../runtime/device/products.js'
import { versionOf } from '../../runtime/device/toolchain.js'
import { engineBuild, shimFolder, shimSources } from '../../runtime/engines/engine-build.js'
import { type EngineName, engineList } from '../../runtime/engines/list.js'
import { missingSources } from '../../runtime/engines/sources.js'

export const testFolder = dirname(fileURLToPath(import.meta.url))
export const testFile = (name: string): string => resolve(testFolder, name)

const compiler = process.env.CC ?? 'cc'

/** What every build of the project has; the shim itself is C99 and nothing else. */
const always = ['-g', '-ffp-contract=off', '-fno-common', '-ffunction-sections', '-fdata-sections']
const strict = ['-std=c99', '-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Werror']
export const sanitizers = ['-fsanitize=address', '-fsanitize=undefined', '-fno-sanitize-recover=undefined']

/** Why programs cannot be built here; null where they can. */
export async function missingTools(engine: EngineName | null): Promise<string | null> {
  if ((await versionOf(compiler)) === null)
    return `no C compiler (${compiler}): apt-get install gcc libc6-dev`
  const missing = engine === null ? null : await missingSources(engineList.engines[engine].source)
  return missing && `${missing.reason}; ${missing.remedy}`
}

export interface CFiles {
  readonly name: string
  readonly sources: readonly string[]
  readonly includes: readonly string[]
  readonly flags: readonly string[]
}

/** The objects' paths. */
export async function compileFiles({ name, sources, includes, flags }: CFiles): Promise<string[]> {
  const print = new Fingerprint().add((await versionOf(compiler))!, ...flags)
  for (const path of sources) await print.add(basename(path)).addFile(path)
  print.add(...(await headersOf(includes)))
  const objects = sources.map((path, index) => `${index}-${basename(path, '.c')}.o`)
  const folder = await product('host-objects', name, print.text(), async (into) => {
    for (const [index, path] of sources.entries()) {
      const paths = includes.map((include) => `-I${include}`)
      await runTool(compiler, [...always, ...flags, ...paths, '-c', path, '-o', join(into, objects[index]!)])
    }
  })
  return objects.map((object) => join(folder, object))
}

/** The program's path. */
export async function linkProgram(name: string, objects: readonly string[], flags: readonly string[]) {
  const print = new Fingerprint().add(...objects, ...flags)
  const folder = await product('host-programs', name, print.text(), async (into) => {
    await runTool(compiler, [...flags, ...objects, '-Wl,--gc-sections', '-lm', '-o', join(into, 'program')])
  })
  return join(folder, 'program')
}

/** The project's own C, with warnings as errors. */
export const compileOwn = (
  name: string,
  sources: readonly string[],
  flags: readonly string[],
  includes: readonly string[] = [],
) => compileFiles({ name, sources, includes: [shimFolder, ...includes], flags: [...strict, ...flags] })

/** Other people's C, as it is. */
export async function compileEngine(engine: EngineName, flags: readonly string[]): Promise<string[]> {
  const build = await engineBuild(engine)
  const system = build.includes.flatMap((include) => ['-isystem', include])
  const own = [...strict, ...build.flags, ...flags, ...system]
  const binding = await compileFiles({
    name: `${engine}-binding`,
    sources: [build.binding],
    includes: [shimFolder],
    flags: own,
  })
  const sources = [...build.interpreter, ...build.sources]
  // Engines use unaligned accesses on purpose, where the machine has them.
  const theirs = ['-std=gnu11', '-w', ...build.flags, ...flags.filter((flag) => !/undefined/.test(flag))]
  return [
    ...binding,
    ...(await compileFiles({ name: engine, sources, includes: build.includes, flags: theirs })),
  ]
}

export const compileShim = (flags: readonly string[]): Promise<string[]> =>
  compileOwn('shim', shimSources, flags)

/** C that nativeFiles wrote for one capsule, by its name. */
export interface NativeCode {
  readonly name: string
  readonly source: string
}

async function compileNative(codes: readonly NativeCode[], flags: readonly string[]): Promise<string[]> {
  const binding = await compileOwn('native-binding', [join(shimFolder, 'caplet_native.c')], flags)
  const objects: string[] = []
  for (const { name, source } of codes) {
    const key = new Fingerprint().add(source).text()
    const folder = await product('host-native', name, key, (into) =>
      writeFile(join(into, `${name}.c`), source),
    )
    const sources = [join(folder, `${name}.c`)]
    objects.push(
      ...(await compileFiles({ name, sources, includes: [shimFolder], flags: [...strict, ...flags] })),
    )
  }
  return [...binding, ...objects]
}

export interface ProgramParts {
  readonly main: string
  /** Interpreters, linked together. */
  readonly engines: readonly EngineName[]
  readonly native: readonly NativeCode[]
  readonly flags: readonly string[]
  /** Further sources: of the tests, or by their whole path. */
  readonly extra?: readonly string[]
  readonly includes?: readonly string[]
}

/** The main file knows its engines through engines.h, in the order: interpreters, then native codes. */
export async function buildProgram({
  main,
  engines,
  native,
  flags,
  extra = [],
  includes = [],
}: ProgramParts): Promise<string> {
  const objects = await compileOwn('shim', shimSources, flags)
  for (const engine of engines) objects.push(...(await compileEngine(engine, flags)))
  if (native.length > 0) objects.push(...(await compileNative(native, flags)))
  const symbols = [
    ...engines.map((engine) => engineList.engines[engine].symbol),
    ...native.map(({ name }) => `caplet_${name}_native`),
  ]
  const definitions = [
    `-DENGINES=${symbols.length}`,
    `-DENGINE_SYMBOLS=${symbols.map((symbol) => `&${symbol}`).join(',')}`,
    `-DENGINE_DECLARATIONS=${symbols.map((symbol) => `extern const caplet_engine ${symbol};`).join(' ')}`,
    '-D_DEFAULT_SOURCE',
  ]
  const files = [main, ...extra].map(testFile)
  const name = basename(main, '.c')
  objects.push(...(await compileOwn(name, files, [...definitions, ...flags], [testFolder, ...includes])))
  return linkProgram([name, ...engines, ...native.map(({ name }) => name)].join('-'), objects, flags)
}
