// SPDX-License-Identifier: Apache-2.0
// How a capsule is executed on a board: which engine, and what is compiled for it. Engines are listed in
// runtime/engines.
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { nativeFiles } from '../../compiler/native/native-source.js'
import { engineBuild, shimFolder, shimSources } from '../engines/engine-build.js'
import type { EngineName } from '../engines/list.js'
import { readManifest } from '../manifest.js'
import type { Board, TierName } from './boards.js'
import { boardComponent, buildFirmware, type Firmware, template } from './firmware.js'
import { targetsFolder } from './folders.js'
import { type Component, strict } from './objects.js'
import { Fingerprint, product } from './products.js'

/** What main.c includes as firmware.h. */
interface Choice {
  readonly include: string
  readonly engine: string
  readonly flash: string
  readonly bytes: string
  readonly kernels: string
}

interface Parts {
  readonly choice: Choice
  readonly components: readonly Component[]
}

/** Of the code whose speed is the capsule's: native code, or the interpreter's loop. Everything else is at -Os. */
export type OptimizationLevel = '-O3' | '-O2' | '-Os'

/** Builds the firmware that runs this capsule; kept under the hash of all that goes into it. */
export async function buildCapsuleFirmware(
  board: Board,
  tier: TierName,
  wasm: Uint8Array,
  level: OptimizationLevel = '-O3',
): Promise<Firmware> {
  const { choice, components } =
    tier === 'native' ? await nativeParts(wasm, level) : await interpreted(tier, wasm, level)
  const text = firmwareHeader(tier, choice)
  const header = await product('sources', 'firmware', new Fingerprint().add(text).text(), (into) =>
    writeFile(join(into, 'firmware.h'), text),
  )
  const base = boardComponent(board, [join(template, 'service.c')])
  const capsuleFolders = components
    .filter(({ category }) => category === 'capsule')
    .flatMap((c) => c.includes)
  const main: Component = {
    ...base,
    name: 'main',
    sources: [{ path: join(template, 'main.c') }],
    includes: [header, ...capsuleFolders, ...base.includes, kernelsFolder],
  }
  return buildFirmware(board, `capsule-${tier}`, [base, main, ...components])
}

const firmwareHeader = (
  tier: TierName,
  { include, engine, flash, bytes, kernels }: Choice,
) => `#include "${include}"
#include "caplet_kernels_1.h"
#define FIRMWARE_ENGINE ${engine}
#define FIRMWARE_ENGINE_NAME "${tier}"
#define FIRMWARE_FLASH ${flash}
#define FIRMWARE_FLASH_BYTES ${bytes}
#define FIRMWARE_KERNELS ${kernels}
`

/** The engine's headers are system headers: the strict warnings are for the project's own code. */
const shim = (binding: string, engineIncludes: readonly string[], flags: readonly string[]): Component => ({
  category: 'shim',
  name: basename(binding, '.c'),
  sources: [...shimSources, binding].map((path) => ({ path })),
  includes: [shimFolder],
  systemIncludes: engineIncludes,
  flags: ['-Os', ...strict, ...flags],
})

/** C that wasm2c wrote; the descriptor is a constant array in it. */
async function nativeParts(wasm: Uint8Array, level: OptimizationLevel): Promise<Parts> {
  const name = 'model'
  const { source, header } = await nativeFiles(wasm, name)
  const key = new Fingerprint().add(source, header).text()
  const folder = await product('sources', 'native', key, async (into) => {
    await writeFile(join(into, `${name}_native.c`), source)
    await writeFile(join(into, `${name}_native.h`), header)
  })
  const capsule: Component = {
    category: 'capsule',
    name: 'native',
    sources: [{ path: join(folder, `${name}_native.c`) }],
    includes: [folder, shimFolder],
    flags: [level, ...strict],
  }
  return {
    choice: {
      include: `${name}_native.h`,
      engine: `caplet_${name}_native`,
      flash: `caplet_${name}_descriptor`,
      bytes: `sizeof caplet_${name}_descriptor`,
      kernels: 'NULL',
    },
    components: [shim(join(shimFolder, 'caplet_native.c'), [], []), capsule],
  }
}

/** The capsule's own bytes, and an interpreter. */
async function interpreted(tier: EngineName, wasm: Uint8Array, level: OptimizationLevel): Promise<Parts> {
  const { symbol, interpreter, sources, includes, flags, binding } = await engineBuild(tier, level === '-Os')
  const isAccelerated = readManifest(wasm).kernel_interface !== null
  const engine: Component = {
    category: 'engine',
    name: tier,
    sources: [
      ...sources.map((path) => ({ path })),
      // Interpreters lose half their speed at -Os, and the file is small.
      ...interpreter.map((path) => ({ path, flags: [level] })),
    ],
    includes: [...includes, shimFolder],
    flags: ['-Os', '-w', ...flags],
  }
  return {
    choice: {
      include: 'model.h',
      engine: symbol,
      flash: 'caplet_model_capsule',
      bytes: 'CAPLET_MODEL_CAPSULE_BYTES',
      kernels: isAccelerated ? '&caplet_kernels_1' : 'NULL',
    },
    components: [
      shim(binding, includes, flags),
      engine,
      ...(isAccelerated ? [kernels] : []),
      await capsuleBytes(wasm),
    ],
  }
}

const kernelsFolder = join(targetsFolder, 'kernels')

/** Host kernels of accelerated capsules. */
const kernels: Component = {
  category: 'kernels',
  name: 'kernels',
  sources: readdirSync(kernelsFolder)
    .filter((file) => file.endsWith('.c'))
    .sort()
    .map((file) => ({ path: join(kernelsFolder, file) })),
  includes: [kernelsFolder, shimFolder],
  flags: ['-O2', ...strict],
}

/** The module as constant data: what model.c is, in a form that assembles at once. */
async function capsuleBytes(wasm: Uint8Array): Promise<Component> {
  const header = `#include <stdint.h>
#define CAPLET_MODEL_CAPSULE_BYTES ${wasm.length}u
extern const uint8_t caplet_model_capsule[CAPLET_MODEL_CAPSULE_BYTES];
`
  const assembly = `  .section .rodata.capsule, "a"
  .balign 16
  .global caplet_model_capsule
caplet_model_capsule:
  .incbin "model.wasm"
`
  const key = new Fingerprint().add(wasm, header, assembly).text()
  const folder = await product('sources', 'capsule', key, async (into) => {
    await writeFile(join(into, 'model.wasm'), wasm)
    await writeFile(join(into, 'model.h'), header)
    await writeFile(join(into, 'capsule.S'), assembly)
  })
  return {
    category: 'capsule',
    name: `capsule-${key}`,
    sources: [{ path: join(folder, 'capsule.S') }],
    includes: [folder],
    flags: [],
  }
}
