// SPDX-License-Identifier: Apache-2.0
// The programs that build firmware and emulate boards: found on PATH, or reported with how to get them.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { engineList } from '../engines/list.js'
import { missingSources } from '../engines/sources.js'
import type { Board, TierName } from './boards.js'

const packages: Readonly<Record<string, string>> = {
  'arm-none-eabi-gcc': 'gcc-arm-none-eabi libnewlib-arm-none-eabi',
  'qemu-system-arm': 'qemu-system-arm',
  'riscv64-unknown-elf-gcc': 'gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf',
  'qemu-system-riscv32': 'qemu-system-misc',
}

export interface MissingProgram {
  readonly reason: string
  readonly remedy: string
}

const versions = new Map<string, Promise<string | null>>()

/** First line of what the program says of itself; null where it is not on PATH. Asked once. */
export function versionOf(program: string): Promise<string | null> {
  const known = versions.get(program)
  if (known) return known
  const asked = promisify(execFile)(program, ['--version']).then(
    ({ stdout }) => stdout.split('\n')[0]!.trim(),
    () => null,
  )
  versions.set(program, asked)
  return asked
}

/** What a board needs and this machine lacks; null where everything is there. */
export async function missingPrograms(board: Board): Promise<MissingProgram | null> {
  const needed = [board.compiler, board.qemu]
  const found = await Promise.all(needed.map(versionOf))
  const missing = needed.filter((_, index) => found[index] === null)
  if (missing.length === 0) return null
  const install = missing.map((program) => packages[program]).join(' ')
  return {
    reason: `${missing.join(' and ')} not found`,
    remedy: `apt-get install --no-install-recommends ${install} (Debian, Ubuntu), or \`node scripts/boards.mjs\` in a clone of Caplet`,
  }
}

/** The same for one tier on it. */
export async function missingFor(board: Board, tier: TierName): Promise<MissingProgram | null> {
  const missing = await missingPrograms(board)
  if (missing || tier === 'native') return missing
  return missingSources(engineList.engines[tier].source)
}

const shortVersion = (line: string) => /\d+\.\d+(\.\d+)?/.exec(line)?.[0] ?? line

/** "QEMU 7.2.22, gcc 12.2.1". Pre: nothing is missing. */
export async function boardVersion(board: Board): Promise<string> {
  const [qemu, gcc] = await Promise.all([versionOf(board.qemu), versionOf(board.compiler)])
  return `QEMU ${shortVersion(qemu!)}, gcc ${shortVersion(gcc!)}`
}
