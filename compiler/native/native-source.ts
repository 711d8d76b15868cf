// SPDX-License-Identifier: Apache-2.0
// The native tier: a portable capsule as C, to be linked into firmware with targets/shim. wasm2c translates the functions;
// the weights stay a constant array, and the descriptor says the same as the capsule's own section.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NativeFiles } from '../codegen/capsule.js'
import { decodeDescriptor } from '../codegen/descriptor.js'
import { internalError } from '../codegen/internal-error.js'
import { ByteReader, readSections, sectionBytes, sectionIds } from '../codegen/module-sections.js'
import { render } from '../codegen/text.js'
import { CapletError } from '../errors.js'
import { alignUp } from '../memory/plan.js'
import { compilerVersion } from '../version.js'
import { readFunctions } from './c-functions.js'
import { runWasm2c, wasm2cVersion } from './wasm2c.js'

/**
 * `name` is the C prefix, as `compile --name` gives it.
 * Throws CapletError where the module is no portable capsule ('not-a-capsule') or wasm2c is missing ('native-translation').
 */
export async function nativeFiles(wasm: Uint8Array, name: string): Promise<NativeFiles> {
  const sections = readSections(wasm)
  const descriptor = sectionBytes(sections, sectionIds.custom, 'caplet.descriptor')
  const { total, state, kernelInterface } = decodeDescriptor(descriptor)
  if (kernelInterface !== null) throw accelerated()
  const weights = readWeights(sectionBytes(sections, sectionIds.data))
  const { prototypes, definitions, exports } = readFunctions(await runWasm2c(wasm), await knownIdentifiers())
  const behind = (exported: string) => {
    const found = exports.get(exported)
    if (!found) throw internalError(`The capsule does not export ${exported}.`)
    return found
  }
  const prefix = `CAPLET_${name.toUpperCase()}`
  const header = render('native.h', {
    name,
    prefix,
    version: compilerVersion(),
    descriptorBytes: descriptor.length,
  })
  const source = render('native.c', {
    name,
    version: compilerVersion(),
    wasm2cVersion,
    sha256: createHash('sha256').update(wasm).digest('hex'),
    memoryBytes: Math.max(8, alignUp(total, 8)),
    descriptor: rows(descriptor),
    weightBytes: weights.length,
    weights: rows(weights),
    prototypes,
    functions: definitions,
    invoke: behind('invoke'),
    selftest: behind('selftest'),
    reset: state > 0 ? behind('reset') : 'NULL',
  })
  return { source, header, translator: { name: 'wasm2c', version: wasm2cVersion } }
}

/** Contents of the one passive segment. */
function readWeights(data: Uint8Array): Uint8Array {
  if (data.length === 0) return data
  const reader = new ByteReader(data)
  const [count, kind] = [reader.u32(), reader.u32()]
  if (count !== 1 || kind !== 1) throw internalError('The capsule has other data than one passive segment.')
  return reader.take(reader.u32())
}

const bytesPerRow = 24

function rows(bytes: Uint8Array): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += bytesPerRow) {
    lines.push(`  ${bytes.subarray(at, at + bytesPerRow).join(', ')},`)
  }
  return lines.join('\n')
}

async function knownIdentifiers(): Promise<Set<string>> {
  const header = await readFile(join(shimFolder(), 'caplet_wasm2c.h'), 'utf8')
  return new Set(header.match(/\b[A-Za-z_]\w*\b/g))
}

function shimFolder(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const shim = join(folder, 'targets', 'shim')
    if (existsSync(shim)) return shim
    if (folder === dirname(folder)) throw internalError('The package has no folder targets/shim.')
  }
}

const accelerated = () =>
  new CapletError({
    code: 'not-a-capsule',
    message: 'The capsule imports host kernels, so it has no native form of its own.',
    remedy: 'Give its portable twin, model.wasm.',
  })
