// SPDX-License-Identifier: Apache-2.0
// What a firmware occupies, by part: read from the linker's map, whose objects lie in folders named after the parts.
import { readFile } from 'node:fs/promises'
import type { Category } from './objects.js'

export const parts = ['capsule', 'shim', 'kernels', 'engine', 'libc', 'board'] as const
export type Part = Category | 'libc'

/** Bytes. `data` occupies flash (its initial values) and RAM; `zeroed` RAM alone. */
export interface PartBytes {
  readonly code: number
  readonly constants: number
  readonly data: number
  readonly zeroed: number
}

export type Footprint = Readonly<Record<Part, PartBytes>>

const kinds: Readonly<Record<string, keyof PartBytes>> = {
  '.vectors': 'code',
  '.text': 'code',
  '.rodata': 'constants',
  '.ARM.exidx': 'constants',
  '.data': 'data',
  '.bss': 'zeroed',
}

export const flashOf = ({ code, constants, data }: PartBytes): number => code + constants + data
export const ramOf = ({ data, zeroed }: PartBytes): number => data + zeroed

/** Sum over all parts. */
export const total = (footprint: Footprint, of: (bytes: PartBytes) => number): number =>
  parts.reduce((sum, part) => sum + of(footprint[part]), 0)

export async function readFootprint(map: string): Promise<Footprint> {
  return parseMap(await readFile(map, 'utf8'))
}

const empty = (): Record<keyof PartBytes, number> => ({ code: 0, constants: 0, data: 0, zeroed: 0 })

/**
 * The map lists each output section, in the first column, and below it what it is made of:
 *
 *     .text           0x00000040    0x13df4
 *      .text.main     0x0000094c       0x40 .../objects/board/main/0-main.o
 *      *fill*         0x0000030a        0x2
 *
 * A long name stands on a line of its own. Padding counts for the part before it. Strings that end alike are merged:
 * their lines overlap, and the bytes count once.
 */
export function parseMap(text: string): Footprint {
  const footprint = Object.fromEntries(parts.map((part) => [part, empty()])) as Record<
    Part,
    ReturnType<typeof empty>
  >
  const body = text.slice(text.indexOf('Linker script and memory map')).replace(/^( ?\S+)\n +0x/gm, '$1 0x')
  let kind: keyof PartBytes | undefined
  let part: Part = 'board'
  let end = 0
  for (const line of body.split('\n')) {
    const output = /^(\.\S+)/.exec(line)
    if (output) {
      kind = kinds[output[1]!]
      end = 0
    }
    const input = /^ (\S+) +0x([0-9a-f]+) +0x([0-9a-f]+)(?: (.+))?$/.exec(line.trimEnd())
    if (!kind || !input) continue
    const [, name, address, size, file] = input
    if (file) part = partOf(file)
    else if (name !== '*fill*') continue
    const begin = Math.max(Number.parseInt(address!, 16), end)
    end = Math.max(Number.parseInt(address!, 16) + Number.parseInt(size!, 16), begin)
    footprint[part][kind] += end - begin
  }
  return footprint
}

function partOf(file: string): Part {
  const folder = /[\\/]objects[\\/](\w+)[\\/]/.exec(file)?.[1]
  return parts.find((part) => part === folder) ?? 'libc'
}
