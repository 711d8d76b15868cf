// SPDX-License-Identifier: Apache-2.0
// Reads a capsule's manifest out of its bytes, without running it: what every runtime needs to know.
import { type Manifest, manifestFormat } from '../compiler/codegen/custom-sections.js'
import { readSections } from '../compiler/codegen/module-sections.js'
import { CapletError } from '../compiler/errors.js'

export type { Manifest } from '../compiler/codegen/custom-sections.js'

const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]

export const notACapsule = (message: string): CapletError =>
  new CapletError({
    code: 'not-a-capsule',
    message,
    remedy: 'Give a model.wasm written by `caplet compile`.',
  })

/** Throws CapletError where the bytes are no capsule, or one of a later format. */
export function readManifest(wasm: Uint8Array): Manifest {
  if (!magic.every((byte, index) => wasm[index] === byte)) {
    throw notACapsule('The file is not a WebAssembly module')
  }
  const text = manifestText(wasm)
  if (text === null) throw notACapsule('The module has no section caplet.manifest')
  const manifest = parse(text)
  if (manifest.format > manifestFormat) {
    throw notACapsule(
      `The capsule has manifest format ${manifest.format}; this version reads up to ${manifestFormat}`,
    )
  }
  return manifest
}

function manifestText(wasm: Uint8Array): string | null {
  try {
    const section = readSections(wasm).find(({ name }) => name === 'caplet.manifest')
    return section ? new TextDecoder().decode(section.bytes) : null
  } catch (error) {
    if (error instanceof CapletError) throw notACapsule('The module is cut off or damaged')
    throw error
  }
}

function parse(text: string): Manifest {
  try {
    const manifest = JSON.parse(text) as Manifest
    if (Number.isInteger(manifest.format) && manifest.inputs && manifest.outputs) return manifest
  } catch {
    // said below
  }
  throw notACapsule('The section caplet.manifest is damaged')
}
