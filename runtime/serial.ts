// SPDX-License-Identifier: Apache-2.0
// A board of the user's own as a runtime: `verify --runtime serial:PORT` compares what is really flashed. The firmware is
// made from targets/template and answers the protocol of targets/template/service.h.
import { readSections } from '../compiler/codegen/module-sections.js'
import { CapletError } from '../compiler/errors.js'
import { crc32 } from './device/frames.js'
import { DeviceLink, type Line, type Patience } from './device/link.js'
import { DeviceService } from './device/service.js'
import { type Manifest, readManifest } from './manifest.js'
import {
  type Availability,
  type CapsuleFiles,
  checkInputs,
  type EdgeBytes,
  type Pace,
  type RunningCapsule,
  type Runtime,
} from './runtime.js'
import { parseSerialName, type SerialAddress } from './serial/address.js'
import { openLine } from './serial/line.js'

/** A board that starts up, or is still busy with an earlier request, gets some seconds before it counts as silent. */
const introduction: Patience = { retryAfter: 250, giveUpAfter: 15_000 }

/** A long inference in an interpreter takes minutes. */
const work: Patience = { retryAfter: 250, giveUpAfter: 300_000 }

class SerialRuntime implements Runtime {
  readonly name: string
  readonly #address: SerialAddress
  #line: Line | null = null

  constructor(name: string, address: SerialAddress) {
    this.name = name
    this.#address = address
  }

  /** Throws CapletError where the line opens and no firmware of this protocol answers. */
  async availability(): Promise<Availability> {
    const line = this.#line ?? (await openLine(this.#address))
    if ('reason' in line) return line
    this.#line = line
    try {
      const { hello } = await DeviceService.open(this.name, new DeviceLink(this.name, line, introduction))
      return { version: `${hello.board}, ${hello.engine}`, needsWasi: false }
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async open({ wasm }: CapsuleFiles): Promise<RunningCapsule> {
    const manifest = readManifest(wasm)
    const { inputs, outputs } = manifest
    const service = await DeviceService.open(this.name, new DeviceLink(this.name, this.#line!, work))
    await checkFlashed(this.name, service, wasm, manifest)
    await service.reset()
    const { ticksPerSecond, emptyTicks } = service.hello
    let slowest: number | null = null
    const note = (ticks: number) => {
      slowest = Math.max(slowest ?? 0, ticks - emptyTicks)
    }
    return {
      inputs,
      outputs,
      run: (calls) => runAll(service, calls, inputs, note),
      reset: () => service.reset(),
      countOperators: () => null,
      selftest: async () => ((await service.selftest()) === null ? 1 : 0),
      read: (address, bytes) => service.readMemory(address, bytes),
      pace: (): Pace | null => (slowest === null ? null : { ticks: slowest, ticksPerSecond }),
      // The line stays open for the next capsule; `close` of the runtime ends it.
      close: async () => {},
    }
  }

  async close(): Promise<void> {
    await this.#line?.close()
    this.#line = null
  }
}

/** null where the name is none of a serial line. */
export function serialRuntime(name: string): Runtime | null {
  const address = parseSerialName(name)
  return address && new SerialRuntime(name, address)
}

async function runAll(
  service: DeviceService,
  calls: readonly EdgeBytes[],
  inputs: Manifest['inputs'],
  note: (ticks: number) => void,
): Promise<Uint8Array[][]> {
  const results: Uint8Array[][] = []
  for (const call of calls) {
    checkInputs(inputs, call)
    note((await service.invoke(call)).ticks)
    results.push(await service.outputs())
  }
  return results
}

/**
 * Interpreters: the flash holds the capsule, byte by byte. Native code: the descriptor that is linked with it.
 * Throws CapletError device-capsule where the board has another one.
 */
async function checkFlashed(
  name: string,
  service: DeviceService,
  wasm: Uint8Array,
  { model }: Manifest,
): Promise<void> {
  const flashed = await service.checksum()
  const descriptor = readSections(wasm).find((section) => section.name === 'caplet.descriptor')?.bytes
  const isFlashed = (bytes: Uint8Array | undefined) =>
    bytes?.length === flashed.bytes && crc32(bytes) === flashed.capsule
  if (isFlashed(wasm) || isFlashed(descriptor)) return
  const ofThisModel = service.descriptor.modelSha256 === model.sha256
  throw new CapletError({
    code: 'device-capsule',
    message: ofThisModel
      ? `The board ${name} runs another compilation of this model than the capsule to verify`
      : `The board ${name} runs a capsule of another model, with SHA-256 ${service.descriptor.modelSha256.slice(0, 16)}...`,
    remedy: ofThisModel
      ? 'Name the file that was flashed with --capsule, or compile with the options and the version it was made with.'
      : 'Give the model whose capsule was flashed, or flash this one.',
  })
}
