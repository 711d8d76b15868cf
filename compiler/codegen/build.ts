// SPDX-License-Identifier: Apache-2.0
// Step 10a, build: AssemblyScript files -> WebAssembly. The only caller of asc; it sees the given files and nothing else.
import { internalError } from './internal-error.js'

export interface BuildOptions {
  /** Target of asconfig.json: interpreter merges similar kernels, native keeps each one fully specialised. */
  readonly target: 'interpreter' | 'balanced' | 'native'
  /** Repeats optimization until the code stops shrinking: up to 0.7 % smaller, up to twice the time. */
  readonly converge: boolean
  /** Initial and maximum size of the memory, in pages of 65,536 bytes. */
  readonly pages: number
}

export interface Build {
  readonly wasm: Uint8Array
  /** Paths of `files` that asc read. */
  readonly read: ReadonlySet<string>
}

/** Builds wait for each other: while asc runs, two globals are replaced (see guarded). */
let queue: Promise<unknown> = Promise.resolve()

/**
 * Pre:  `files` holds asconfig.json and every source by relative path.
 * Post: same files and options, same bytes, whatever ran before or runs beside.
 * Throws CapletError with asc's diagnostics: a fault of an emitted or hand-written source, never of the model.
 */
export function build(
  files: ReadonlyMap<string, string>,
  entry: string,
  options: BuildOptions,
): Promise<Build> {
  const result = queue.then(() => compile(files, entry, options))
  queue = result.catch(() => undefined)
  return result
}

async function compile(
  files: ReadonlyMap<string, string>,
  entry: string,
  options: BuildOptions,
): Promise<Build> {
  // Loaded here because it takes most of a second, which no other command should pay.
  const { default: asc } = await import('assemblyscript/asc')
  const read = new Set<string>()
  let wasm: Uint8Array | null = null
  const stderr = asc.createMemoryStream()
  const { pages } = options
  const flags = ['--target', options.target, '--initialMemory', `${pages}`, '--maximumMemory', `${pages}`]
  if (options.converge) flags.push('--converge')
  const { error } = await guarded(() =>
    asc.main([entry, '--outFile', 'capsule.wasm', ...flags], {
      stdout: asc.createMemoryStream(),
      stderr,
      readFile(name) {
        const text = files.get(name) ?? null
        if (text !== null) read.add(name)
        return text
      },
      writeFile(name, data) {
        if (name === 'capsule.wasm' && typeof data !== 'string') wasm = data
      },
      listFiles: () => [],
    }),
  )
  if (error || wasm === null)
    throw internalError(`asc rejected the emitted source.\n${stderr.toString()}`.trim())
  return { wasm, read }
}

/**
 * When asc crashes it prints a banner with console.error and ends the process. Here both become an error instead.
 * asc awaits nothing but what the options above answer at once, so no timer, signal or input runs in between.
 */
async function guarded<T>(run: () => Promise<T>): Promise<T> {
  const { exit } = process
  const { error } = console
  const printed: string[] = []
  console.error = (...parts: unknown[]) => {
    printed.push(parts.join(' '))
  }
  process.exit = () => {
    throw internalError(`asc crashed.\n${printed.join('\n')}`.trim())
  }
  try {
    return await run()
  } finally {
    process.exit = exit
    console.error = error
  }
}
