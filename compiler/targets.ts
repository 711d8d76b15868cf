// SPDX-License-Identifier: Apache-2.0
// Processors that `--target` names. A core with a float unit requantizes with the contract's own f32 operations (fewest
// instructions, docs/arithmetic.md), any other in integers; the bits are the same. Without a target a capsule is
// integer-only wherever the contract allows it. `caplet fit` sets a capsule's needs against the memory.
export interface Memory {
  readonly flashBytes: number
  readonly ramBytes: number
  /** Where the two numbers are stated. */
  readonly source: string
}

export interface Target {
  readonly name: string
  readonly summary: string
  readonly hasFloatUnit: boolean
  /** null: many chips have this core. */
  readonly memory: Memory | null
  /** The emulated core that stands in for it: name of a board in runtime/device/boards.ts. */
  readonly core: 'cortex-m4' | 'cortex-m33' | 'cortex-m0' | 'riscv32'
  /** It has other instructions than the core that stands in, so sizes of machine code are only similar. */
  readonly isOtherCode: boolean
}

const kilobyte = 1024
const megabyte = 1024 * kilobyte

export const targets: readonly Target[] = [
  {
    name: 'nrf52840',
    summary: 'Cortex-M4F, 1 MB flash, 256 KB RAM',
    hasFloatUnit: true,
    memory: {
      flashBytes: megabyte,
      ramBytes: 256 * kilobyte,
      source: 'Nordic, nRF52840 Product Specification, section Memory',
    },
    core: 'cortex-m4',
    isOtherCode: false,
  },
  {
    name: 'nrf51822',
    summary: 'Cortex-M0, 256 KB flash, 16 KB RAM (variant xxAA)',
    hasFloatUnit: false,
    memory: {
      flashBytes: 256 * kilobyte,
      ramBytes: 16 * kilobyte,
      source: 'Nordic, nRF51822 Product Specification, variant QFAA',
    },
    core: 'cortex-m0',
    isOtherCode: false,
  },
  {
    name: 'stm32f405',
    summary: 'Cortex-M4F, 1 MB flash, 128 KB RAM beside the 64 KB that only the core reaches',
    hasFloatUnit: true,
    memory: {
      flashBytes: megabyte,
      ramBytes: 128 * kilobyte,
      source: 'STMicroelectronics, data sheet DS8626 (STM32F405xx), memory mapping',
    },
    core: 'cortex-m4',
    isOtherCode: false,
  },
  {
    name: 'esp32s3',
    summary: 'Xtensa LX7 with float unit, 4 MB external flash (module N4), 512 KB RAM',
    hasFloatUnit: true,
    memory: {
      flashBytes: 4 * megabyte,
      ramBytes: 512 * kilobyte,
      source: 'Espressif, ESP32-S3 data sheet (SRAM) and ESP32-S3-WROOM-1 data sheet (flash of variant N4)',
    },
    core: 'cortex-m4',
    isOtherCode: true,
  },
  {
    name: 'cortex-m0',
    summary: 'any Cortex-M0 or M0+: no float unit',
    hasFloatUnit: false,
    memory: null,
    core: 'cortex-m0',
    isOtherCode: false,
  },
  {
    name: 'cortex-m4f',
    summary: 'any Cortex-M4 with float unit',
    hasFloatUnit: true,
    memory: null,
    core: 'cortex-m4',
    isOtherCode: false,
  },
  {
    name: 'cortex-m33f',
    summary: 'any Cortex-M33 with float unit',
    hasFloatUnit: true,
    memory: null,
    core: 'cortex-m33',
    isOtherCode: false,
  },
  {
    name: 'riscv32imc',
    summary: 'ESP32-C3 class: no float unit',
    hasFloatUnit: false,
    memory: null,
    core: 'riscv32',
    isOtherCode: false,
  },
]

export const targetNamed = (name: string): Target | undefined => targets.find((t) => t.name === name)
