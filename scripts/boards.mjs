// SPDX-License-Identifier: Apache-2.0
// Provides the emulated boards (QEMU, the Arm and RISC-V compilers and their C libraries), cppcheck, CMake, Ninja and Make, from
// Debian's packages where this process may install them. `npm test` calls it; `node scripts/boards.mjs` does so by hand.
import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { capture, run } from './process.mjs'

/** Program, and the packages that bring it and what it needs. */
const packages = [
  ['qemu-system-arm', ['qemu-system-arm']],
  ['arm-none-eabi-gcc', ['gcc-arm-none-eabi', 'libnewlib-arm-none-eabi']],
  ['qemu-system-riscv32', ['qemu-system-misc']],
  ['riscv64-unknown-elf-gcc', ['gcc-riscv64-unknown-elf', 'picolibc-riscv64-unknown-elf']],
  ['cppcheck', ['cppcheck']],
  ['cmake', ['cmake']],
  ['ninja', ['ninja-build']],
  ['make', ['make']],
]

const isAbsent = ([program]) => capture(program, ['--version']) === null

function install(names) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const quiet = { env, stdio: ['ignore', 'ignore', 'inherit'] }
  if (run('apt-get', ['update', '-qq'], quiet) !== 0) return false
  const arguments_ = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  return run('apt-get', arguments_, quiet) === 0
}

/** Returns {} where every board can be emulated, else { reason, remedy }. */
export function provideBoards() {
  const absent = packages.filter(isAbsent)
  if (absent.length === 0) return {}
  const names = absent.flatMap(([, needed]) => needed)
  const reason = `${absent.map(([program]) => program).join(', ')} not found`
  const remedy = `as root: apt-get install --no-install-recommends ${names.join(' ')} (Debian, Ubuntu)`
  if (!existsSync('/usr/bin/apt-get'))
    return { reason, remedy: `install the packages that correspond to ${names.join(' ')}` }
  if (process.getuid?.() !== 0) return { reason, remedy }
  console.log(`installing ${names.join(' ')} (once, about a minute)`)
  if (!install(names)) return { reason: 'apt-get could not install them', remedy }
  const still = packages.filter(isAbsent)
  return still.length === 0
    ? {}
    : { reason: `${still.map(([program]) => program).join(', ')} not found`, remedy }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { reason, remedy } = provideBoards()
  if (reason) {
    console.error(`boards: ${reason}; ${remedy}`)
    process.exitCode = 1
  } else console.log('boards: everything is here')
}
