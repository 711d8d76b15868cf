// SPDX-License-Identifier: Apache-2.0
// Processors that `--target` names, as far as they change what is compiled: a core with a float unit requantizes
// with the contract's own f32 operations (fewest instructions, docs/arithmetic.md), any other in integers. The bits
// are the same. Without a target a capsule is integer-only wherever the contract allows it.
export interface Target {
  readonly name: string
  readonly summary: string
  readonly hasFloatUnit: boolean
}

export const targets: readonly Target[] = [
  { name: 'nrf52840', summary: 'Cortex-M4F, 1 MB flash, 256 KB RAM', hasFloatUnit: true },
  { name: 'esp32s3', summary: 'Xtensa LX7 with float unit, 512 KB RAM', hasFloatUnit: true },
  { name: 'cortex-m0', summary: 'any Cortex-M0 or M0+: no float unit', hasFloatUnit: false },
  { name: 'cortex-m4f', summary: 'any Cortex-M4 with float unit', hasFloatUnit: true },
  { name: 'cortex-m33f', summary: 'any Cortex-M33 with float unit', hasFloatUnit: true },
  { name: 'riscv32imc', summary: 'ESP32-C3 class: no float unit', hasFloatUnit: false },
]

export const targetNamed = (name: string): Target | undefined => targets.find((t) => t.name === name)
