// SPDX-License-Identifier: Apache-2.0
// Builds a snippet of AssemblyScript together with assembly/'s primitives, for tests that run a primitive against its twin.
import { readFileSync } from 'node:fs'
import asc from 'assemblyscript/asc'

export interface Snippet {
  readonly exports: WebAssembly.Exports
  /** The module as WebAssembly text. */
  readonly text: string
}

/** Pre: `source` imports primitives as "./name"; `primitives` names the files of assembly/ that it needs. */
export async function compileSnippet(
  source: string,
  primitives: readonly string[],
  pages = 1,
): Promise<Snippet> {
  const files = new Map([['snippet.ts', source]])
  for (const name of primitives) {
    files.set(`${name}.ts`, readFileSync(new URL(`../../assembly/${name}.ts`, import.meta.url), 'utf8'))
  }
  let wasm: Uint8Array<ArrayBuffer> | undefined
  let text = ''
  const stderr = asc.createMemoryStream()
  const flags = ['--runtime', 'stub', '-O3', '--noAssert', '--memoryBase', '16']
  const memory = ['--initialMemory', String(pages), '--maximumMemory', String(pages)]
  const output = ['--outFile', 'snippet.wasm', '--textFile', 'snippet.wat']
  const { error } = await asc.main(['snippet.ts', ...output, ...flags, ...memory], {
    stdout: asc.createMemoryStream(),
    stderr,
    readFile: (name) => files.get(name) ?? null,
    writeFile: (name, contents) => {
      if (name === 'snippet.wasm') wasm = Uint8Array.from(contents as Uint8Array)
      if (name === 'snippet.wat') text = contents.toString()
    },
    listFiles: () => [],
  })
  if (error || !wasm) throw new Error(stderr.toString())
  const { instance } = await WebAssembly.instantiate(wasm)
  return { exports: instance.exports, text }
}
