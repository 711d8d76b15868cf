// SPDX-License-Identifier: Apache-2.0
// targets/kernels, built for this machine and fed through stdin (serve.c).
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FrameReader } from '../../runtime/oracle/frame-reader.js'
import { root } from '../run-caplet.js'
import { type KernelCall, kernelAt, kernelIndex, type Outcome } from './calls.js'

const folder = join(root, 'targets', 'kernels')
const strict = [
  ...['-std=c99', '-Wall', '-Wextra', '-Wconversion', '-Wshadow', '-Wstrict-prototypes', '-Werror'],
  ...['-ffp-contract=off', `-I${folder}`, `-I${join(root, 'targets', 'shim')}`],
]
export const sanitizers = ['-O1', '-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all']

export const kernelSources = (): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .sort()
    .map((name) => join(folder, name))

/** Whether there is a C compiler here. */
export function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export function buildServer(program: string, flags: readonly string[]): void {
  const main = join(root, 'test', 'kernels', 'serve.c')
  execFileSync('cc', [...strict, ...flags, ...kernelSources(), main, '-o', program], { stdio: 'pipe' })
}

export class NativeKernels {
  readonly #process: ChildProcessWithoutNullStreams
  readonly #reader: FrameReader
  #complaint = ''

  constructor(program: string) {
    this.#process = spawn(program)
    this.#reader = new FrameReader(this.#process.stdout)
    this.#process.stderr.on('data', (text) => {
      this.#complaint += text
    })
  }

  /** Rejects with what the sanitizer said, where it said something. */
  async run({ kernel, memory, segment, ...call }: KernelCall): Promise<Outcome> {
    const { parameters, input, output, scratch } = call
    const numbers = [kernelIndex(kernel), parameters, input, output, scratch, memory.length, segment.length]
    const request = Buffer.concat([Buffer.from(Uint32Array.from(numbers).buffer), memory, segment])
    const [result, after] = await this.#ask(request, memory.length)
    return { done: result === 1, memory: new Uint8Array(after) }
  }

  /** 0 = pass. */
  async selftest(): Promise<number> {
    const [result] = await this.#ask(Buffer.from(Uint32Array.of(0xffffffff, 0, 0, 0, 0, 0, 0).buffer), 0)
    return result
  }

  /** The self-test's layers: their calls, the outputs' size and the checksum that they must have. */
  async selftestLayers(): Promise<{ call: KernelCall; outputBytes: number; checksum: number }[]> {
    const layers = []
    for (let index = 0; ; index++) {
      const request = Buffer.from(Uint32Array.of(0xfffffffe, index, 0, 0, 0, 0, 0).buffer)
      const [kernel] = await this.#ask(request, 0)
      if (kernel === 0xffffffff) return layers
      const words = await this.#reader.read(28)
      const [input, output, scratch, memoryBytes, segmentBytes, outputBytes, checksum] = Array.from(
        { length: 7 },
        (_, word) => words.readUInt32LE(4 * word),
      ) as [number, number, number, number, number, number, number]
      const memory = new Uint8Array(await this.#reader.read(memoryBytes))
      const segment = new Uint8Array(await this.#reader.read(segmentBytes))
      const name = `layer ${index + 1} of the self-test`
      const call = { name, kernel: kernelAt(kernel), parameters: 0, input, output, scratch, memory, segment }
      layers.push({ call, outputBytes, checksum })
    }
  }

  close(): void {
    this.#process.stdin.end()
  }

  async #ask(request: Buffer, bytes: number): Promise<[number, Buffer]> {
    this.#process.stdin.write(request)
    try {
      return [(await this.#reader.read(4)).readUInt32LE(), await this.#reader.read(bytes)]
    } catch (error) {
      throw new Error(this.#complaint || (error as Error).message)
    }
  }
}
