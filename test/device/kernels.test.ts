// SPDX-License-Identifier: Apache-2.0
// The self-test of the host kernels as firmware runs it when it starts, and what the host makes of its result.
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Capsule } from '../../compiler/codegen/capsule.js'
import { describeManifest, encodeDescriptor } from '../../compiler/codegen/descriptor.js'
import { compileFile } from '../../compiler/compile.js'
import { boardNamed } from '../../runtime/device/boards.js'
import { openDevice } from '../../runtime/device/device.js'
import { encodeFrame, FrameSplitter } from '../../runtime/device/frames.js'
import { DeviceLink, type Line } from '../../runtime/device/link.js'
import { DeviceService } from '../../runtime/device/service.js'
import { missingFor } from '../../runtime/device/toolchain.js'
import { root } from '../run-caplet.js'

const model = join(root, 'examples', 'ecg-beat', 'model.onnx')
let compiled: Promise<Capsule> | undefined
const compile = () => {
  compiled ??= compileFile(model, { target: 'cortex-m4f', tier: 'accelerated' })
  return compiled
}
const boards = ['mps2-an386', 'netduinoplus2', 'mps2-an505', 'mps3-an547'].map((name) => boardNamed(name)!)

describe.each(boards.map((board) => [board.name, board] as const))('%s', async (_, board) => {
  const missing = await missingFor(board, 'wamr-fast')

  it('has run the self-test of its kernels before it opened the capsule', async ({ skip }) => {
    skip(missing !== null, missing ? `${missing.reason}; ${missing.remedy}` : '')
    const { accelerated } = await compile()
    const { service } = await openDevice(board, 'wamr-fast', accelerated!.wasm)
    const { result, ticks, stackBytes } = await service.kernels()
    expect(result).toBe(0)
    // 23 layers of some thousand multiply-accumulates.
    expect(ticks).toBeGreaterThan(100_000)
    expect(stackBytes).toBeLessThan(1024)
    await service.close()
  })
})

/** A board that answers by the book: an accelerated capsule, and kernels whose self-test gave `result`. */
async function boardWith(answer: { result: number } | { status: number }): Promise<Line> {
  const { manifest } = (await compile()).accelerated!
  const descriptor = encodeDescriptor(describeManifest(manifest))
  const hello = new Uint8Array(40)
  const view = new DataView(hello.buffer)
  view.setUint16(0, 1, true)
  view.setUint16(2, 1024, true)
  view.setUint32(32, descriptor.length, true)
  const words = 'result' in answer ? Uint32Array.of(answer.result, 5, 6) : null
  const replies: Record<number, Uint8Array> = {
    1: Uint8Array.of(0, ...hello),
    2: Uint8Array.of(0, ...descriptor),
    10: words
      ? Uint8Array.of(0, ...new Uint8Array(words.buffer))
      : Uint8Array.of('status' in answer ? answer.status : 0),
  }
  const splitter = new FrameSplitter()
  let listen: (bytes: Uint8Array) => void = () => {}
  return {
    send: (bytes) => {
      for (const { kind, sequence } of splitter.push(bytes)) {
        const reply = encodeFrame({ kind: kind | 0x80, sequence, payload: replies[kind]! })
        setImmediate(() => listen(reply))
      }
    },
    onBytes: (listener) => {
      listen = listener
    },
    onEnd: () => {},
    close: async () => {},
  }
}

describe('the host', () => {
  const open = async (answer: Parameters<typeof boardWith>[0]) => {
    const line = await boardWith(answer)
    return DeviceService.open('board', new DeviceLink('board', line, { retryAfter: 250, giveUpAfter: 5000 }))
  }

  it('accepts kernels that pass', async () => {
    expect(await (await open({ result: 0 })).kernels()).toEqual({ result: 0, ticks: 5, stackBytes: 6 })
  })

  it.each([
    [{ result: 3 }, /fail layer 3 of their self-test/],
    [{ result: 0xffffffff }, /memory is too small/],
    [{ status: 132 }, /host kernels have no self-test/],
    [{ status: 131 }, /has started anew/],
  ])('refuses a board that answers %j', async (answer, words) => {
    await expect(open(answer)).rejects.toThrow(words)
  })
})
