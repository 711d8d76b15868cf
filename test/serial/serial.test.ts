// SPDX-License-Identifier: Apache-2.0
// `verify --runtime serial:PORT` against the template's firmware: built for this machine, and on an emulated board.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { boardNamed } from '../../runtime/device/boards.js'
import { encodeFrame, FrameSplitter } from '../../runtime/device/frames.js'
import { DeviceLink, type Line } from '../../runtime/device/link.js'
import { DeviceService } from '../../runtime/device/service.js'
import { buildCapsuleFirmware } from '../../runtime/device/tiers.js'
import { missingFor } from '../../runtime/device/toolchain.js'
import { findPython } from '../../runtime/python.js'
import { openLine } from '../../runtime/serial/line.js'
import { caplet, capletError, capletJson, root } from '../run-caplet.js'
import { missingTools } from '../shim/host-build.js'
import { type Faults, type FaultyLine, serveFaulty } from './faulty-line.js'
import { buildHostFirmware } from './host-firmware.js'

const example = (name: string) => join(root, 'examples', name, 'model.onnx')
const folder = mkdtempSync(join(tmpdir(), 'caplet-serial-'))
const noFaults: Faults = { drop: 0, change: 0, add: 0 }
/** About one frame in eight is hit: most are shorter than 100 bytes. */
const someFaults: Faults = { drop: 1 / 1500, change: 1 / 1500, add: 1 / 1500 }

const endings: (() => unknown)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})
afterAll(() => rmSync(folder, { recursive: true }))

function start(program: string, words: readonly string[] = []): ChildProcessWithoutNullStreams {
  const child = spawn(program, words)
  child.stdin.on('error', () => undefined)
  endings.push(() => child.kill('SIGKILL'))
  return child
}

async function serve(board: Parameters<typeof serveFaulty>[0], faults = noFaults): Promise<FaultyLine> {
  const line = await serveFaulty(board, faults, 20)
  endings.push(() => line.close())
  return line
}

const nameOf = ({ port }: FaultyLine) => `serial:tcp:127.0.0.1:${port}`

describe('firmware on this machine', async () => {
  const missing = await missingTools(null)
  const startBoard = async (model: string) => {
    const { wasm } = await compileFile(example(model))
    const child = start(await buildHostFirmware(wasm))
    return { fromBoard: child.stdout, toBoard: child.stdin }
  }

  it('is exact, and says what it is', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const name = nameOf(await serve(await startBoard('ecg-beat')))
    const words = ['verify', example('ecg-beat'), '--runtime', `node,${name}`, '-n', '20']
    const { exitCode, json } = await capletJson('verify', ...words)
    expect({ exitCode, exact: json.exact, inputs: json.inputs }).toEqual({
      exitCode: 0,
      exact: true,
      inputs: 24,
    })
    expect(json.runtimes[1]).toMatchObject({ name, version: 'host, native', mismatches: 0 })
    expect(json.runtimes[1].pace).toMatchObject({ ticks_per_second: 1_000_000_000 })
    expect(json.runtimes[1].pace.ticks).toBeGreaterThan(1000)
    expect(json.runtimes[0].pace).toBeNull()
    expect(json.runtimes[1].outputs_compared).toBe(json.runtimes[0].outputs_compared)
  })

  it('is exact over a line that drops, changes and adds bytes', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const line = await serve(await startBoard('digits'), someFaults)
    const { exitCode } = await caplet('verify', example('digits'), '--runtime', nameOf(line), '-n', '60')
    expect(exitCode).toBe(0)
    for (const count of Object.values(line.counts)) expect(count).toBeGreaterThan(2)
  })

  it('is not compared where it runs another model', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const name = nameOf(await serve(await startBoard('digits')))
    const error = await capletError(1, 'verify', example('ecg-beat'), '--runtime', name, '-n', '1')
    expect(error).toMatchObject({ name: 'device-capsule', message: expect.stringContaining('another model') })
  })

  it('executes a repeated request once, and finds the next frame behind garbage', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const board = await startBoard('digits')
    const replies = new FrameSplitter()
    const ask = async (bytes: Uint8Array) => {
      board.toBoard.write(bytes)
      for (;;) {
        const [chunk] = await once(board.fromBoard, 'data')
        const [frame] = replies.push(chunk)
        if (frame) return frame
      }
    }
    const invoke = encodeFrame({ kind: 4, sequence: 9, payload: Uint8Array.of(0) })
    const early = await ask(encodeFrame({ kind: 4, sequence: 8, payload: Uint8Array.of(0) }))
    expect(early.payload, 'nothing before a hello').toEqual(Uint8Array.of(131))
    await ask(encodeFrame({ kind: 1, sequence: 8, payload: new Uint8Array(0) }))
    const first = await ask(invoke)
    expect({ kind: first.kind, status: first.payload[0] }).toEqual({ kind: 0x84, status: 0 })
    // The same nanoseconds: the reply was kept.
    expect(await ask(invoke)).toEqual(first)
    const again = await ask(encodeFrame({ kind: 4, sequence: 10, payload: Uint8Array.of(0) }))
    expect(again.payload).not.toEqual(first.payload)
    const garbage = Uint8Array.from({ length: 5000 }, (_, index) => 1 + ((index * 37) % 255))
    expect(await ask(Buffer.concat([garbage, Uint8Array.of(0), invoke]))).toMatchObject({ sequence: 9 })
    const damaged = Uint8Array.from(invoke)
    damaged[2]! ^= 8
    const other = encodeFrame({ kind: 77, sequence: 11, payload: new Uint8Array(0) })
    const refusal = await ask(Buffer.concat([damaged, other]))
    expect({ sequence: refusal.sequence, status: refusal.payload[0] }).toEqual({ sequence: 11, status: 128 })
  })

  it('answers on a terminal device', async ({ skip }) => {
    skip(missing !== null, missing ?? '')
    const python = await findPython('pty')
    skip(python === null || process.platform === 'win32', 'no Python, which makes the pseudo-terminal')
    const { wasm } = await compileFile(example('digits'))
    const script = join(root, 'test', 'serial', 'pty_board.py')
    const bridge = start(python!, [script, await buildHostFirmware(wasm)])
    const [path] = await once(bridge.stdout, 'data')
    const name = `serial:${String(path).trim()}@9600`
    const { json } = await capletJson('verify', 'verify', example('digits'), '--runtime', name, '-n', '5')
    expect(json).toMatchObject({ exact: true, inputs: 9, runtimes: [{ name, mismatches: 0 }] })
  })
})

/** The file is there before QEMU listens. */
async function connected(path: string): Promise<Socket> {
  for (;;) {
    const socket = createConnection(path)
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    if (isOpen) return socket
    await sleep(50)
  }
}

describe('an emulated board, over the serial socket of the emulator', async () => {
  const board = boardNamed('mps2-an386')!
  const tier = 'wamr-fast'
  const missing = await missingFor(board, tier)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  const startBoard = async (model: string) => {
    const { wasm } = await compileFile(example(model))
    const { elf } = await buildCapsuleFirmware(board, tier, wasm)
    const path = join(folder, `${model}.socket`)
    const monitor = `${path}.monitor`
    const listen = (at: string) => `unix:${at},server=on,wait=off`
    const lines = ['-display', 'none', '-monitor', listen(monitor), '-serial', listen(path)]
    start(board.qemu, [...board.qemuArguments, ...lines, '-kernel', elf])
    return { path, socket: await connected(path), monitor: await connected(monitor) }
  }

  it('is exact', async ({ skip }) => {
    skip(missing !== null, reason)
    const { path, socket } = await startBoard('ecg-beat')
    socket.destroy()
    const words = ['verify', example('ecg-beat'), '--runtime', `serial:${path}`, '-n', '4']
    const { json } = await capletJson('verify', ...words)
    expect(json).toMatchObject({ exact: true, inputs: 8, runtimes: [{ mismatches: 0 }] })
    // The same network for another core has other bytes: the flash is compared, not only the description.
    const error = await capletError(1, ...words, '--target', 'cortex-m4f')
    expect(error).toMatchObject({ name: 'device-capsule', message: expect.stringContaining('this model') })
  })

  it('tells that the board has started anew, and goes on with the next conversation', async ({ skip }) => {
    skip(missing !== null, reason)
    const { path, socket, monitor } = await startBoard('ecg-beat')
    socket.destroy()
    const patience = { retryAfter: 250, giveUpAfter: 60_000 }
    const line = (await openLine({ kind: 'path', path, baud: 0 })) as Line
    endings.push(() => line.close())
    const open = () => DeviceService.open('board', new DeviceLink('board', line, patience))
    const service = await open()
    const { inputs } = service.descriptor
    const input = inputs.map(({ bytes }) => Uint8Array.from({ length: bytes }, (_, i) => (i * 29 + 3) & 255))
    await service.invoke(input)
    const before = await service.outputs()
    monitor.write('system_reset\n')
    // The reset may come after the next request, never after several.
    const several = async () => {
      for (let call = 0; call < 20; call++) await service.invoke(input)
    }
    await expect(several()).rejects.toThrow(/has started anew/)
    const again = await open()
    await again.invoke(input)
    expect(await again.outputs()).toEqual(before)
  })

  it('is exact over a line that drops, changes and adds bytes', async ({ skip }) => {
    skip(missing !== null, reason)
    const { socket } = await startBoard('digits')
    const line = await serve({ fromBoard: socket, toBoard: socket }, someFaults)
    endings.push(() => socket.destroy())
    const { exitCode } = await caplet('verify', example('digits'), '--runtime', nameOf(line), '-n', '12')
    expect(exitCode).toBe(0)
    expect(line.counts.drop + line.counts.change + line.counts.add).toBeGreaterThan(2)
  })
})
