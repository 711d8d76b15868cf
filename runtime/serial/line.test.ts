// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openLine } from './line.js'

const isWindows = process.platform === 'win32'

// What the other system says is defined for that system only: nothing here can be provisioned, so nothing is skipped.
const onUnix = isWindows ? () => {} : it
const onWindows = isWindows ? it : () => {}

onUnix('says why a path is no line', async () => {
  const open = (path: string) => openLine({ kind: 'path', path, baud: 9600 })
  expect(await open('no-such-port')).toMatchObject({
    reason: 'no-such-port cannot be opened: no such file or directory',
  })
  expect(await open(fileURLToPath(import.meta.url))).toMatchObject({
    reason: expect.stringMatching(/is no serial line$/),
  })
  // Some sandboxes have a plain file there.
  expect(await open('/dev/null')).toMatchObject({ reason: expect.stringMatching(/no (terminal|serial)/) })
})

it('says that nobody listens', async () => {
  const line = await openLine({ kind: 'tcp', host: '127.0.0.1', port: 1 })
  expect(line).toMatchObject({ reason: expect.stringContaining('cannot be reached') })
})

onWindows('names the way around stty', async () => {
  const line = await openLine({ kind: 'path', path: 'COM5', baud: 9600 })
  expect(line).toMatchObject({ remedy: expect.stringContaining('tcp_serial_redirect') })
})
