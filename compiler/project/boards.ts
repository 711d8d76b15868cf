// SPDX-License-Identifier: Apache-2.0
// Boards that `caplet new` has a project for: its template below targets/, and where the template states what it runs.

export type ProjectTier = 'portable' | 'accelerated' | 'native'

/** A text that the template has exactly once, and what stands in its place. */
export interface Change {
  readonly file: string
  readonly from: string
  readonly to: string
}

export interface ProjectBoard {
  readonly name: string
  readonly summary: string
  /** Below targets/. */
  readonly template: string
  /** Folders of targets/ that the project takes along. */
  readonly parts: readonly string[]
  /** `--target` of the capsule, unless the user names one; null: any core. */
  readonly target: string | null
  /** CMakeLists.txt with caplet_add_capsule. */
  readonly capsuleFile: string
  /** What chooses engine and kernels, as the template has it: accelerated. */
  readonly choose: (tier: ProjectTier) => readonly Change[]
  readonly ignore: readonly string[]
  /** After `cd`, with an interpreter's sources in CAPLET_WAMR. */
  readonly commands: readonly string[]
}

const parts = ['shim', 'engines', 'kernels', 'template'] as const

/** Lines of Kconfig: prj.conf of Zephyr, sdkconfig.defaults of ESP-IDF. */
const chooseInKconfig =
  (file: string) =>
  (tier: ProjectTier): Change[] => {
    const from = 'CONFIG_CAPLET_ENGINE_WAMR_FAST=y\nCONFIG_CAPLET_KERNELS=y\n'
    const to = {
      portable: from.replace('KERNELS=y', 'KERNELS=n'),
      accelerated: from,
      native: 'CONFIG_CAPLET_ENGINE_NATIVE=y\n',
    }
    return [{ file, from, to: to[tier] }]
  }

const chooseInCMake = (tier: ProjectTier): Change[] => {
  const engine = tier === 'native' ? 'native' : 'wamr-fast'
  const lines = (chosen: string, form: string) => `set(CAPLET_ENGINE ${chosen})\nset(CAPLET_TIER ${form})\n`
  return [{ file: 'CMakeLists.txt', from: lines('wamr-fast', 'accelerated'), to: lines(engine, tier) }]
}

export const projectBoards: readonly ProjectBoard[] = [
  {
    name: 'nrf52840',
    summary: 'nRF52840 DK with Zephyr; untested on hardware',
    template: 'nrf52840-zephyr',
    parts,
    target: 'nrf52840',
    capsuleFile: 'CMakeLists.txt',
    choose: chooseInKconfig('prj.conf'),
    ignore: ['build/', 'node_modules/'],
    commands: ['west init -l . && west update', 'west build -b nrf52840dk/nrf52840', 'west flash'],
  },
  {
    name: 'esp32s3',
    summary: 'ESP32-S3 with ESP-IDF; untested on hardware',
    template: 'esp32s3-idf',
    parts,
    target: 'esp32s3',
    capsuleFile: 'main/CMakeLists.txt',
    choose: chooseInKconfig('sdkconfig.defaults'),
    ignore: ['build/', 'node_modules/', 'sdkconfig', 'sdkconfig.old'],
    commands: ['idf.py set-target esp32s3', 'idf.py build flash monitor'],
  },
  {
    name: 'cortex-m4',
    summary: 'a Cortex-M4F that QEMU emulates: nothing to buy',
    template: 'qemu-cortex-m4',
    parts: [...parts, 'qemu'],
    target: 'cortex-m4f',
    capsuleFile: 'CMakeLists.txt',
    choose: chooseInCMake,
    ignore: ['build/', 'node_modules/'],
    commands: ['cmake -B build -G Ninja', 'cmake --build build --target run'],
  },
  {
    name: 'custom',
    summary: 'one of your own: compiles, with its holes marked',
    template: 'template/board',
    parts,
    target: null,
    capsuleFile: 'CMakeLists.txt',
    choose: chooseInCMake,
    ignore: ['build/', 'node_modules/'],
    commands: ['cmake -B build -G Ninja', 'cmake --build build'],
  },
]

export const projectBoardNamed = (name: string): ProjectBoard => projectBoards.find((b) => b.name === name)!
