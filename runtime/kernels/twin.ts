// SPDX-License-Identifier: Apache-2.0
// Gives an accelerated capsule its kernels where there is no device: the twin works on a copy of the capsule's memory,
// brought there before each call and back after it.
import { ByteReader, readSections, sectionBytes, sectionIds } from '../../compiler/codegen/module-sections.js'
import { kernelModule } from '../../compiler/tiers/kernel-interface.js'
import { notACapsule } from '../manifest.js'
import { twinModule } from './twin-module.js'

/** A kernel as the module imports it: four numbers, no result. */
export type Kernel = (parameters: number, input: number, output: number, scratch: number) => void

export interface Twin {
  readonly kernels: ReadonlyMap<string, Kernel>
  /** Call once the capsule is instantiated, before its first call. */
  attach(memory: WebAssembly.Memory): void
}

type TwinExports = Record<string, (...args: number[]) => number> & {
  readonly memory: WebAssembly.Memory
  readonly bind: (bytes: number, segment: number, segmentBytes: number, spare: number) => void
}

const pageBytes = 65536
/** Of the twin's own memory, behind everything else. */
const spareBytes = 256

export async function openTwin(segment: Uint8Array): Promise<Twin> {
  const { instance } = await WebAssembly.instantiate((await twinModule()) as Uint8Array<ArrayBuffer>)
  const twin = instance.exports as TwinExports
  let capsule: WebAssembly.Memory | null = null
  const names = Object.keys(twin).filter((name) => name !== 'memory' && name !== 'bind')
  const kernel =
    (name: string): Kernel =>
    (...args) => {
      const memory = new Uint8Array(capsule!.buffer)
      const copy = new Uint8Array(twin.memory.buffer).subarray(0, memory.length)
      copy.set(memory)
      if (twin[name]!(...args) !== 1)
        throw new WebAssembly.RuntimeError(`the host kernel ${name} refuses its block`)
      memory.set(copy)
    }
  return {
    kernels: new Map(names.map((name) => [name, kernel(name)])),
    attach(memory) {
      capsule = memory
      const { byteLength } = memory.buffer
      const spare = byteLength + Math.ceil(segment.length / 8) * 8
      twin.memory.grow(Math.ceil((spare + spareBytes) / pageBytes))
      new Uint8Array(twin.memory.buffer).set(segment, byteLength)
      twin.bind(byteLength, byteLength, segment.length, spare)
    },
  }
}

/** Contents of the capsule's passive segment. */
export function weightSegment(wasm: Uint8Array): Uint8Array {
  const reader = new ByteReader(sectionBytes(readSections(wasm), sectionIds.data))
  const [count, flags] = [reader.u32(), reader.u32()]
  if (count !== 1 || flags !== 1) throw notACapsule('The module has no passive segment with its weights')
  return reader.take(reader.u32())
}

/** Names of the kernels that the module imports. Throws CapletError where it imports anything else. */
export function importedNames(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.imports(module).map(({ kind, module: from, name }) => {
    if (kind === 'function' && from === kernelModule) return name
    throw notACapsule(`The module imports ${from}.${name}: it is no capsule of this version`)
  })
}
