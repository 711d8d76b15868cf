// SPDX-License-Identifier: Apache-2.0
// Reads a capsule's manifest out of its bytes, without running it: what every runtime needs to know.
import { type Manifest, parseManifest } from '../compiler/codegen/manifest.js'
import { readSections } from '../compiler/codegen/module-sections.js'
import { CapletError } from '../compiler/errors.js'

export type { Manifest } from '../compiler/codegen/manifest.js'

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
  const bytes = manifestBytes(wasm)
  if (bytes === null) throw notACapsule('The module has no section caplet.manifest')
  return parseManifest(bytes)
}

function manifestBytes(wasm: Uint8Array): Uint8Array | null {
  try {
    return readSections(wasm).find(({ name }) => name === 'caplet.manifest')?.bytes ?? null
  } catch (error) {
    if (error instanceof CapletError) throw notACapsule('The module is cut off or damaged')
    throw error
  }
}
