// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { parseSerialName } from './address.js'

it.each([
  ['serial:/dev/ttyACM0', { kind: 'path', path: '/dev/ttyACM0', baud: 115_200 }],
  ['serial:/dev/cu.usbmodem14101@921600', { kind: 'path', path: '/dev/cu.usbmodem14101', baud: 921_600 }],
  ['serial:board.socket', { kind: 'path', path: 'board.socket', baud: 115_200 }],
  ['serial:tcp:localhost:4444', { kind: 'tcp', host: 'localhost', port: 4444 }],
  ['serial:tcp:[::1]:4444', { kind: 'tcp', host: '::1', port: 4444 }],
])('reads %s', (name, address) => {
  expect(parseSerialName(name)).toEqual(address)
})

it.each(['serial', 'serial:', 'node', 'serial:@9600', 'serial:tcp:localhost', 'serial:tcp:localhost:0'])(
  'takes %s for no serial line',
  (name) => {
    expect(parseSerialName(name)).toBeNull()
  },
)

it('refuses a port that no machine has', () => {
  expect(parseSerialName('serial:tcp:localhost:70000')).toBeNull()
})
