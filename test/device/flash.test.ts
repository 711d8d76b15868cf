// SPDX-License-Identifier: Apache-2.0
// A core without memory protection cannot stop a write to its flash: the checksum before and after a run finds it. The
// flash is changed by the emulator's debugger port, between two runs.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { compileFile } from '../../compiler/compile.js'
import { boards } from '../../runtime/device/boards.js'
import { openDevice } from '../../runtime/device/device.js'
import { missingPrograms } from '../../runtime/device/toolchain.js'
import { root } from '../run-caplet.js'

/**
 * The remote protocol of gdb: `$packet#checksum`, each answered with `+` and a packet of the other side. Packets may come in parts or
 * several at once; one that begins with T says, unasked, that the core has stopped.
 */
async function ask(path: string, packets: readonly string[]): Promise<string[]> {
  const socket = createConnection(path)
  const replies: string[] = []
  let rest = ''
  async function next(): Promise<string> {
    for (;;) {
      const found = /\$([^#]*)#[0-9a-f]{2}/.exec(rest)
      if (!found) {
        rest += (await once(socket, 'data'))[0]
        continue
      }
      rest = rest.slice(found.index + found[0].length)
      socket.write('+')
      if (!found[1]!.startsWith('T')) return found[1]!
    }
  }
  for (const packet of packets) {
    const sum = [...packet].reduce((total, character) => total + character.charCodeAt(0), 0) & 255
    socket.write(`$${packet}#${sum.toString(16).padStart(2, '0')}`)
    replies.push(await next())
  }
  socket.destroy()
  return replies
}

const unprotected = boards.filter(({ protectsFlash }) => !protectsFlash)

it.for(unprotected.map((board) => [board.name, board] as const))(
  '%s: a changed flash is found by its checksum',
  async ([, board], { skip }) => {
    const missing = await missingPrograms(board)
    skip(missing !== null, missing ? `${missing.reason}; ${missing.remedy}` : '')
    const folder = mkdtempSync(join(tmpdir(), 'caplet-flash-'))
    const debug = join(folder, 'debug')
    const { wasm, inputs } = await compileFile(join(root, 'examples', 'ecg-beat', 'model.onnx'))
    const emulator = ['-gdb', `unix:${debug},server=on,wait=off`]
    const device = await openDevice(board, 'native', wasm, { emulator })
    const call = [inputs.map(({ bytes }) => new Uint8Array(bytes))]
    const before = await device.run(call)
    expect(await device.run(call)).toEqual(before)
    // A byte of the vector table that nothing uses: the handler of an exception that this core does not have.
    const [found, written] = await ask(debug, ['m10,1', 'M10,1:5a', 'D'])
    expect(found).not.toBe('5a')
    expect(written).toBe('OK')
    await expect(device.run(call)).rejects.toThrow(/other bytes in its flash/)
    await device.service.close()
    rmSync(folder, { recursive: true })
  },
)
