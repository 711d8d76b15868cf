// SPDX-License-Identifier: Apache-2.0
// A board that runs the service of targets/template/service.h: its requests, typed.
import { type Descriptor, decodeDescriptor } from '../../compiler/codegen/descriptor.js'
import { CapletError } from '../../compiler/errors.js'
import type { DeviceLink } from './link.js'
import { Requests, refused, selftestStatus } from './requests.js'

const kinds = {
  hello: 1,
  descriptor: 2,
  writeInput: 3,
  invoke: 4,
  readOutput: 5,
  selftest: 6,
  reset: 7,
  readMemory: 8,
  checksum: 9,
  kernels: 10,
} as const

/** What the board says of itself. */
export interface Hello {
  readonly payloadBytes: number
  readonly ticksPerSecond: number
  /** Of a call that does nothing. */
  readonly emptyTicks: number
  readonly openTicks: number
  readonly openStackBytes: number
  /** Of the memory given to the capsule: in use, used at most (while it was opened), and given. */
  readonly memoryNow: number
  readonly memoryMost: number
  readonly memoryBytes: number
  readonly descriptorBytes: number
  readonly board: string
  readonly engine: string
}

export interface CallCost {
  readonly ticks: number
  /** 0 where it was not asked for. */
  readonly stackBytes: number
}

const protocol = 1
export class DeviceService {
  readonly #requests: Requests
  readonly hello: Hello
  readonly descriptor: Descriptor

  /** At this moment: `hello` is as it was when the board was opened. */
  async askHello(): Promise<Hello> {
    return parseHello(this.hello.board, await this.#requests.ask(kinds.hello))
  }

  private constructor(requests: Requests, hello: Hello, descriptor: Descriptor) {
    this.#requests = requests
    this.hello = hello
    this.descriptor = descriptor
  }

  /**
   * Throws CapletError where the board is silent, speaks another protocol, could not open its capsule, or has host
   * kernels that fail their self-test.
   */
  static async open(name: string, link: DeviceLink): Promise<DeviceService> {
    const requests = new Requests(name, link)
    const hello = parseHello(name, await requests.ask(kinds.hello))
    const bytes = await readAll(hello, hello.descriptorBytes, (offset, length) =>
      requests.ask(kinds.descriptor, u32(offset), u16(length)),
    )
    const service = new DeviceService(requests, hello, decodeDescriptor(bytes))
    if (service.descriptor.kernelInterface !== null) await service.checkKernels(name)
    return service
  }

  async invoke(inputs: readonly Uint8Array[], measureStack = false): Promise<CallCost> {
    for (const [index, bytes] of inputs.entries()) {
      const most = this.hello.payloadBytes - 6
      for (let offset = 0; offset < bytes.length; offset += most) {
        await this.#requests.ask(
          kinds.writeInput,
          u16(index),
          u32(offset),
          bytes.subarray(offset, offset + most),
        )
      }
    }
    return parseCost(await this.#requests.ask(kinds.invoke, Uint8Array.of(measureStack ? 1 : 0)))
  }

  async outputs(): Promise<Uint8Array[]> {
    const outputs: Uint8Array[] = []
    for (const [index, { bytes }] of this.descriptor.outputs.entries()) {
      outputs.push(
        await readAll(this.hello, bytes, (offset, length) =>
          this.#requests.ask(kinds.readOutput, u16(index), u32(offset), u16(length)),
        ),
      )
    }
    return outputs
  }

  /** null where it fails: that is an answer, not an error. */
  async selftest(measureStack = false): Promise<CallCost | null> {
    const flags = Uint8Array.of(measureStack ? 1 : 0)
    const { status, data } = await this.#requests.answer(kinds.selftest, [flags])
    if (status === selftestStatus) return null
    this.#requests.check(status)
    return parseCost(data)
  }

  /** What the self-test of the host kernels gave when the board started: 0 = pass. Pre: it has kernels. */
  async kernels(): Promise<CallCost & { readonly result: number }> {
    const data = await this.#requests.ask(kinds.kernels)
    return { result: viewOf(data).getUint32(0, true), ...parseCost(data.subarray(4)) }
  }

  private async checkKernels(name: string): Promise<void> {
    const { result } = await this.kernels()
    if (result !== 0) throw kernelsFailed(name, result)
  }

  async reset(): Promise<void> {
    await this.#requests.ask(kinds.reset)
  }

  /** Linear memory, as the last call left it. */
  readMemory(address: number, bytes: number): Promise<Uint8Array> {
    return readAll(this.hello, bytes, (offset, length) =>
      this.#requests.ask(kinds.readMemory, u32(address + offset), u16(length)),
    )
  }

  /** CRC-32 of the bytes that the engine reads (the capsule; native tier: its descriptor), and of the whole image. */
  async checksum(): Promise<{ readonly capsule: number; readonly bytes: number; readonly image: number }> {
    const view = viewOf(await this.#requests.ask(kinds.checksum))
    return {
      capsule: view.getUint32(0, true),
      bytes: view.getUint32(4, true),
      image: view.getUint32(8, true),
    }
  }

  close(): Promise<void> {
    return this.#requests.close()
  }
}

const noMemory = 0xffffffff

const kernelsFailed = (name: string, result: number): CapletError =>
  new CapletError({
    code: 'kernels-selftest',
    message:
      result === noMemory
        ? `The host kernels of the board ${name} are not tested: the capsule's memory is too small for it`
        : `The host kernels of the board ${name} fail layer ${result} of their self-test`,
    remedy:
      result === noMemory
        ? 'Give the capsule at least 4 KB, aligned to 4.'
        : 'Compile kernels, shim and capsule with -ffp-contract=off, and let the FPU round to nearest.',
  })

async function readAll(
  { payloadBytes }: Hello,
  bytes: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const whole = new Uint8Array(bytes)
  const most = payloadBytes - 1
  for (let offset = 0; offset < bytes; offset += most) {
    whole.set(await read(offset, Math.min(most, bytes - offset)), offset)
  }
  return whole
}

function parseHello(name: string, bytes: Uint8Array): Hello {
  const view = viewOf(bytes)
  if (bytes.length < 38 || view.getUint16(0, true) !== protocol) {
    throw refused(name, `its serial protocol is not version ${protocol}`)
  }
  const u32At = (at: number) => view.getUint32(at, true)
  const [board = '', engine = ''] = new TextDecoder().decode(bytes.subarray(36)).split('\0')
  return {
    payloadBytes: view.getUint16(2, true),
    ticksPerSecond: u32At(4),
    emptyTicks: u32At(8),
    openTicks: u32At(12),
    openStackBytes: u32At(16),
    memoryNow: u32At(20),
    memoryMost: u32At(24),
    memoryBytes: u32At(28),
    descriptorBytes: u32At(32),
    board,
    engine,
  }
}

function parseCost(bytes: Uint8Array): CallCost {
  const view = viewOf(bytes)
  return { ticks: view.getUint32(0, true), stackBytes: view.getUint32(4, true) }
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 255, value >>> 8)
}

function u32(value: number): Uint8Array {
  return Uint8Array.of(value & 255, (value >>> 8) & 255, (value >>> 16) & 255, value >>> 24)
}
