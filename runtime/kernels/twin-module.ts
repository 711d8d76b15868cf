// SPDX-License-Identifier: Apache-2.0
// The twin of the host kernels as a WebAssembly module, built from assembly/twin on first use. It is no capsule: its
// memory grows to hold a copy of a capsule's memory and weights.
import { build } from '../../compiler/codegen/build.js'
import { readAsconfig, twinSources } from '../../compiler/codegen/package-files.js'

const largestPages = 65535

let twin: Promise<Uint8Array> | null = null

export const twinModule = (): Promise<Uint8Array> => (twin ??= buildTwin())

async function buildTwin(): Promise<Uint8Array> {
  const files = twinSources().set('asconfig.json', readAsconfig())
  const { wasm } = await build(files, 'twin/kernels.ts', { target: 'native', converge: false, pages: 1 })
  return withGrowth(wasm)
}

/** The build gives capsules a memory that cannot grow. */
async function withGrowth(wasm: Uint8Array): Promise<Uint8Array> {
  const { default: binaryen } = await import('assemblyscript/binaryen')
  const module = binaryen.readBinary(wasm)
  try {
    module.setMemory(1, largestPages, null as unknown as string)
    return module.emitBinary()
  } finally {
    module.dispose()
  }
}
