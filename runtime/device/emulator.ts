// SPDX-License-Identifier: Apache-2.0
// One emulated board: QEMU with the firmware in its flash and the board's serial line on its standard input and output.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import type { Board } from './boards.js'
import type { Line, Patience } from './link.js'

/** Bytes are lost only before the firmware has switched its serial line on; a long inference takes minutes. */
export const emulatorPatience: Patience = { retryAfter: 250, giveUpAfter: 600_000 }

const running = new Set<ChildProcessWithoutNullStreams>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** `further`: arguments for QEMU. */
export function startEmulator(
  board: Board,
  elf: string,
  icountShift = board.counter.icountShift,
  further: readonly string[] = [],
): Line {
  const child = spawn(board.qemu, [
    ...board.qemuArguments,
    ...['-display', 'none', '-monitor', 'none', '-serial', 'stdio'],
    ...['-icount', `shift=${icountShift}`, '-kernel', elf],
    ...further,
  ])
  running.add(child)
  let complaint = ''
  child.stderr.on('data', (text) => {
    complaint = `${complaint}${text}`.slice(-2000)
  })
  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (status) => resolve(complaint.trim() || `QEMU ended with exit code ${status}`))
  })
  ended.then(() => running.delete(child))
  // A process that ended has said why; the pipe's own complaint adds nothing.
  child.stdin.on('error', () => undefined)
  return {
    send: (bytes) => void child.stdin.write(bytes),
    onBytes: (listener) => void child.stdout.on('data', listener),
    onEnd: (listener) => void ended.then(listener),
    close: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
