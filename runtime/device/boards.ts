// SPDX-License-Identifier: Apache-2.0
// The emulated boards: what QEMU calls them, how their code is compiled, and how fast their counter runs.

export const tierNames = ['native', 'wamr-fast', 'wamr-classic', 'wasm3'] as const
export type TierName = (typeof tierNames)[number]

/** Under -icount shift=N QEMU's clock advances 2^N nanoseconds at every executed instruction. */
export interface Counter {
  readonly icountShift: number
  /** Nanoseconds of one tick of port_ticks(). */
  readonly tickNanoseconds: number
}

export interface Board {
  /** Of the board; QEMU's where it has one. */
  readonly name: string
  /** What `verify --runtime` calls it: the core, where this is the board for it. */
  readonly runtime: string
  readonly tiers: readonly TierName[]
  readonly summary: string
  readonly qemu: 'qemu-system-arm' | 'qemu-system-riscv32'
  readonly qemuArguments: readonly string[]
  readonly compiler: 'arm-none-eabi-gcc' | 'riscv64-unknown-elf-gcc'
  /** Of the core: the same for every object that is linked together. */
  readonly coreFlags: readonly string[]
  readonly linkFlags: readonly string[]
  /** Below targets/qemu/: the folder with memory.ld, the start-up code and the port's sources. */
  readonly folder: string
  readonly sources: readonly string[]
  /** Assembly of the core's own, below targets/qemu/. */
  readonly family: string
  readonly counter: Counter
  /** Payload of a frame; bounds the buffers in RAM. */
  readonly payloadBytes: number
  /** The flash is read-only to the core; else a checksum of it stands in. */
  readonly protectsFlash: boolean
  readonly flashBytes: number
  readonly ramBytes: number
}

const cortexM = {
  qemu: 'qemu-system-arm',
  compiler: 'arm-none-eabi-gcc',
  linkFlags: ['--specs=nano.specs'],
  family: 'cortex-m',
} as const

const cortexM4 = ['-mcpu=cortex-m4', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv4-sp-d16']
const cortexM33 = ['-mcpu=cortex-m33', '-mthumb', '-mfloat-abi=hard', '-mfpu=fpv5-sp-d16']
const cortexM55 = ['-mcpu=cortex-m55', '-mthumb', '-mfloat-abi=hard']
const cortexM0 = ['-mcpu=cortex-m0', '-mthumb', '-mfloat-abi=soft']

export const boards: readonly Board[] = [
  {
    ...cortexM,
    name: 'mps2-an386',
    runtime: 'cortex-m4',
    tiers: tierNames,
    summary: 'Cortex-M4F with plenty of memory: every tier and model',
    qemuArguments: ['-M', 'mps2-an386'],
    coreFlags: cortexM4,
    folder: 'mps2-an386',
    sources: ['mps/port.c', 'cortex-m/startup.c', 'cortex-m/protect-v7.c'],
    counter: { icountShift: 7, tickNanoseconds: 40 },
    payloadBytes: 1024,
    protectsFlash: true,
    flashBytes: 4 << 20,
    ramBytes: 4 << 20,
  },
  {
    ...cortexM,
    name: 'netduinoplus2',
    runtime: 'stm32f405',
    tiers: tierNames,
    summary: 'STM32F405: a Cortex-M4F with real limits, 1 MB flash and 128 KB RAM',
    qemuArguments: ['-M', 'netduinoplus2'],
    coreFlags: cortexM4,
    folder: 'netduinoplus2',
    sources: ['netduinoplus2/port.c', 'cortex-m/startup.c', 'cortex-m/protect-v7.c'],
    counter: { icountShift: 7, tickNanoseconds: 64 },
    payloadBytes: 256,
    protectsFlash: true,
    flashBytes: 1 << 20,
    ramBytes: 128 << 10,
  },
  {
    ...cortexM,
    name: 'mps2-an505',
    runtime: 'cortex-m33',
    tiers: tierNames,
    summary: 'Cortex-M33F with plenty of memory',
    qemuArguments: ['-M', 'mps2-an505'],
    coreFlags: cortexM33,
    folder: 'mps2-an505',
    sources: ['mps/port.c', 'cortex-m/startup.c', 'cortex-m/protect-v8.c'],
    counter: { icountShift: 7, tickNanoseconds: 50 },
    payloadBytes: 1024,
    protectsFlash: true,
    flashBytes: 4 << 20,
    ramBytes: 4 << 20,
  },
  {
    ...cortexM,
    name: 'mps3-an547',
    runtime: 'cortex-m55',
    tiers: tierNames,
    summary: 'Cortex-M55 with Helium, 512 KB of each memory',
    qemuArguments: ['-M', 'mps3-an547'],
    coreFlags: cortexM55,
    folder: 'mps3-an547',
    sources: ['mps/port.c', 'cortex-m/startup.c', 'cortex-m/protect-v8.c'],
    counter: { icountShift: 7, tickNanoseconds: 31.25 },
    payloadBytes: 1024,
    protectsFlash: true,
    flashBytes: 512 << 10,
    ramBytes: 512 << 10,
  },
  {
    ...cortexM,
    name: 'microbit',
    runtime: 'cortex-m0',
    tiers: ['native'],
    summary: 'nRF51822: a Cortex-M0 with 256 KB flash and 16 KB RAM',
    qemuArguments: ['-M', 'microbit'],
    coreFlags: cortexM0,
    folder: 'microbit',
    sources: ['microbit/port.c', 'cortex-m/startup.c', 'cortex-m/protect-none.c'],
    counter: { icountShift: 7, tickNanoseconds: 62.5 },
    payloadBytes: 128,
    protectsFlash: false,
    flashBytes: 256 << 10,
    ramBytes: 16 << 10,
  },
  {
    name: 'riscv32',
    runtime: 'riscv32',
    tiers: ['native'],
    summary: 'RV32IMC, the instruction set of an ESP32-C3',
    qemu: 'qemu-system-riscv32',
    qemuArguments: ['-M', 'virt', '-bios', 'none'],
    compiler: 'riscv64-unknown-elf-gcc',
    coreFlags: ['-march=rv32imc', '-mabi=ilp32', '--specs=picolibc.specs'],
    linkFlags: [],
    folder: 'riscv32',
    sources: ['riscv32/port.c', 'riscv32/startup.c'],
    family: 'riscv32',
    counter: { icountShift: 8, tickNanoseconds: 100 },
    payloadBytes: 1024,
    protectsFlash: true,
    flashBytes: 4 << 20,
    ramBytes: 4 << 20,
  },
]

export const boardNamed = (name: string): Board | undefined => boards.find((board) => board.name === name)

/** Whole instructions between two readings of the counter. Exact where a tick is shorter than an instruction. */
export const instructionsOf = (ticks: number, { icountShift, tickNanoseconds }: Counter): number =>
  Math.round((ticks * tickNanoseconds) / 2 ** icountShift)
