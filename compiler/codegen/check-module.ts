// SPDX-License-Identifier: Apache-2.0
// Checks the linked file against the capsule's promises: read back from the bytes, not from what was meant.
import { internalError } from './internal-error.js'
import { ByteReader, readSections, type Section, sectionBytes, sectionIds } from './module-sections.js'

export interface ModulePromises {
  /** "kind module.name" of each import, e.g. "function wasi_snapshot_preview1.fd_read". */
  readonly imports: readonly string[]
  /** "kind name" of each export. */
  readonly exports: readonly string[]
  readonly pages: number
  readonly segment: Uint8Array
}

export function checkModule(wasm: Uint8Array, promises: ModulePromises): void {
  const module = compileModule(wasm)
  expectSame(
    'imports',
    WebAssembly.Module.imports(module).map(({ kind, module, name }) => `${kind} ${module}.${name}`),
    promises.imports,
  )
  expectSame(
    'exports',
    WebAssembly.Module.exports(module).map(({ kind, name }) => `${kind} ${name}`),
    promises.exports,
  )
  const sections = readSections(wasm)
  for (const name of ['start', 'table', 'element'] as const) {
    if (sections.some((section) => section.id === sectionIds[name])) {
      throw internalError(`The module has a ${name} section.`)
    }
  }
  checkMemory(sections, promises.pages)
  checkSegment(sections, promises.segment)
}

function compileModule(wasm: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(wasm as Uint8Array<ArrayBuffer>)
  } catch (error) {
    throw internalError(`The linked module is invalid: ${(error as Error).message}`)
  }
}

function expectSame(what: string, actual: readonly string[], expected: readonly string[]): void {
  const missing = expected.filter((name) => !actual.includes(name))
  const surplus = actual.filter((name) => !expected.includes(name))
  if (missing.length === 0 && surplus.length === 0) return
  throw internalError(
    `The module's ${what}: missing [${missing.join(', ')}], not expected [${surplus.join(', ')}].`,
  )
}

/** One memory with a maximum (limits flag 1) equal to its initial size. */
function checkMemory(sections: readonly Section[], pages: number): void {
  const reader = new ByteReader(sectionBytes(sections, sectionIds.memory))
  const [count, flags, initial, maximum] = [reader.u32(), reader.byte(), reader.u32(), reader.u32()]
  if (count === 1 && flags === 1 && initial === pages && maximum === pages) return
  throw internalError(`The module's memory is ${initial} to ${maximum} pages (flags ${flags}), not ${pages}.`)
}

/** One passive segment (flag 1) with exactly the given bytes. */
function checkSegment(sections: readonly Section[], segment: Uint8Array): void {
  const reader = new ByteReader(sectionBytes(sections, sectionIds.data))
  const [count, flags] = [reader.u32(), reader.u32()]
  const bytes = reader.take(reader.u32())
  if (count === 1 && flags === 1 && reader.done && Buffer.compare(bytes, segment) === 0) return
  throw internalError(`The module has ${count} data segments, or not the weight segment as it was laid out.`)
}
