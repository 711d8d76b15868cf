// SPDX-License-Identifier: Apache-2.0
// A TCP server in front of a board's line that drops, changes and adds bytes, both ways, from a seed.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

export interface BoardLine {
  readonly fromBoard: Readable
  readonly toBoard: Writable
}

/** Probabilities for every byte. */
export interface Faults {
  readonly drop: number
  readonly change: number
  readonly add: number
}

export interface FaultyLine {
  readonly port: number
  readonly counts: Record<keyof Faults, number>
  close(): Promise<void>
}

/** xorshift32: numbers in [0, 1). */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Serves one connection after the other, all to the same board. */
export async function serveFaulty(board: BoardLine, faults: Faults, seed: number): Promise<FaultyLine> {
  const random = randomNumbers(seed)
  const counts = { drop: 0, change: 0, add: 0 }
  const happens = (kind: keyof Faults) => {
    const does = random() < faults[kind]
    if (does) counts[kind]++
    return does
  }
  const damaged = (bytes: Uint8Array): Uint8Array => {
    const result: number[] = []
    for (const byte of bytes) {
      if (happens('drop')) continue
      result.push(happens('change') ? byte ^ (1 << Math.floor(random() * 8)) : byte)
      if (happens('add')) result.push(Math.floor(random() * 256))
    }
    return Uint8Array.from(result)
  }
  let client: Socket | null = null
  board.fromBoard.on('data', (bytes: Uint8Array) => client?.write(damaged(bytes)))
  const server = createServer((socket) => {
    client = socket.setNoDelay(true)
    socket.on('data', (bytes) => void board.toBoard.write(damaged(bytes)))
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      if (client === socket) client = null
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    counts,
    close: async () => {
      client?.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
