// SPDX-License-Identifier: Apache-2.0
// Opens a serial line: a terminal device that `stty` configures, or a socket (an emulator's, or a bridge to a port that
// this machine does not have).
import { spawn } from 'node:child_process'
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { isatty, ReadStream } from 'node:tty'
import type { Line } from '../device/link.js'
import type { SerialAddress } from './address.js'

/** Why a line cannot be opened, and what to do about it. */
export interface Unavailable {
  readonly reason: string
  readonly remedy: string
}

const bridge =
  'serve the port over TCP (`python -m serial.tools.tcp_serial_redirect COM5 115200` of pyserial, on the machine that has it) and name serial:tcp:HOST:7777'

export async function openLine(address: SerialAddress): Promise<Line | Unavailable> {
  if (address.kind === 'tcp') {
    const remedy = 'Check host and port, and that the emulator or the bridge is listening.'
    return openSocket(createConnection({ host: address.host, port: address.port }), remedy)
  }
  const { path, baud } = address
  if (process.platform === 'win32') {
    return { reason: `${path} cannot be opened on Windows, which has no stty`, remedy: bridge }
  }
  let kind: ReturnType<typeof statSync>
  try {
    kind = statSync(path)
  } catch (error) {
    const remedy = 'Connect the board and look for its name: `ls /dev/ttyACM* /dev/ttyUSB* /dev/cu.*`.'
    return { reason: `${path} cannot be opened: ${wordsOf(error)}`, remedy }
  }
  if (kind.isSocket()) return openSocket(createConnection(path), 'Check that the emulator is running.')
  if (kind.isCharacterDevice()) return openTerminal(path, baud)
  return {
    reason: `${path} is no serial line`,
    remedy: 'Name a terminal device, a socket, or tcp:HOST:PORT.',
  }
}

async function openSocket(socket: Socket, remedy: string): Promise<Line | Unavailable> {
  socket.setNoDelay(true)
  const failure = await new Promise<string | null>((resolve) => {
    socket.once('connect', () => resolve(null))
    socket.once('error', (error) => resolve(wordsOf(error)))
  })
  return failure === null ? lineOf(socket) : { reason: `it cannot be reached: ${failure}`, remedy }
}

async function openTerminal(path: string, baud: number): Promise<Line | Unavailable> {
  let descriptor: number
  try {
    // Without O_NONBLOCK the call waits for a modem's carrier.
    descriptor = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK)
  } catch (error) {
    const remedy =
      'Close other programs that use it; on Linux your user has to be in the group dialout (or uucp).'
    return { reason: `${path} cannot be opened: ${wordsOf(error)}`, remedy }
  }
  const complaint = isatty(descriptor) ? await configure(descriptor, baud) : 'it is no terminal device'
  if (complaint === null) return lineOf(new ReadStream(descriptor))
  closeSync(descriptor)
  const remedy = `Check that stty is installed and that the port knows ${baud} baud (another speed: serial:${path}@BAUD).`
  return { reason: `${path} cannot be configured: ${complaint}`, remedy }
}

/** Every byte as it is, 8N1, no flow control, no hang-up at the end: that would reset many boards. */
const lineSettings = ['raw', '-echo', '-hupcl', 'clocal', 'cs8', '-parenb', '-cstopb', '-crtscts']

/** stty works on its standard input, in the same words on Linux, macOS and the BSDs. Gives its complaint, or null. */
function configure(descriptor: number, baud: number): Promise<string | null> {
  return new Promise((resolve) => {
    const stty = spawn('stty', [String(baud), ...lineSettings], { stdio: [descriptor, 'ignore', 'pipe'] })
    let words = ''
    stty.stderr!.on('data', (text) => {
      words += text
    })
    stty.on('error', (error) => resolve(`stty does not run: ${wordsOf(error)}`))
    stty.on('close', (status) => resolve(status === 0 ? null : words.trim() || `stty gives ${status}`))
  })
}

function lineOf(stream: Socket): Line {
  const ended = new Promise<string>((resolve) => {
    stream.on('error', (error) => resolve(`the line failed: ${wordsOf(error)}`))
    stream.on('close', () => resolve('the line was closed'))
  })
  return {
    send: (bytes) => void (stream.writable && stream.write(bytes)),
    onBytes: (listener) => void stream.on('data', listener),
    onEnd: (listener) => void ended.then(listener),
    close: async () => {
      stream.destroy()
      await ended
    },
  }
}

/** An error of the system, without its code and call. */
function wordsOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException
  return code ? message.replace(/^[A-Z0-9]+: /, '').replace(/, \w+ .*$/, '') || code : message
}
