// SPDX-License-Identifier: Apache-2.0
// Where a board of the user's own answers: `serial:/dev/ttyACM0`, `serial:/dev/ttyUSB0@921600`, `serial:tcp:HOST:PORT`,
// or the path of a unix socket. What a path is shows when it is opened.

export type SerialAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'path'; readonly path: string; readonly baud: number }

const prefix = 'serial:'
export const serialForm = 'serial:PORT'

/** Irrelevant to USB devices that only look like a serial line. */
export const defaultBaud = 115_200

/** null where the name is none of a serial line. */
export function parseSerialName(name: string): SerialAddress | null {
  if (!name.startsWith(prefix)) return null
  const place = name.slice(prefix.length)
  const tcp = /^tcp:(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(place)
  if (tcp) {
    const port = Number(tcp[3])
    return port >= 1 && port <= 65_535 ? { kind: 'tcp', host: (tcp[1] ?? tcp[2])!, port } : null
  }
  if (place.startsWith('tcp:')) return null
  const [, path = '', baud] = /^(.*?)(?:@(\d{3,8}))?$/.exec(place)!
  return path === '' ? null : { kind: 'path', path, baud: baud === undefined ? defaultBaud : Number(baud) }
}

export const isSerialName = (name: string): boolean => parseSerialName(name) !== null
