// SPDX-License-Identifier: Apache-2.0
// Firmware for an emulated board: the template's sources, the board's port, the shim, an engine and one capsule.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { shimFolder } from '../engines/engine-build.js'
import type { Board } from './boards.js'
import { targetsFolder } from './folders.js'
import { type Component, compileComponent, runTool, strict } from './objects.js'
import { Fingerprint, headersOf, product } from './products.js'

export const template = join(targetsFolder, 'template')
const qemu = join(targetsFolder, 'qemu')

export interface Firmware {
  readonly elf: string
  readonly map: string
}

/** Start-up code, port and whatever else runs on the board besides the capsule. */
export function boardComponent(board: Board, extra: readonly string[]): Component {
  const sources = [...board.sources, 'fault.c', 'image.c', 'libc.c'].map((path) => join(qemu, path))
  const shared = ['frames.c', 'measure.c'].map((path) => join(template, path))
  return {
    category: 'board',
    name: 'board',
    sources: [...sources, ...shared, ...extra].map((path) => ({ path })),
    includes: [template, shimFolder, qemu, join(qemu, board.folder)],
    flags: ['-Os', ...strict, `-DFRAMES_PAYLOAD_BYTES=${board.payloadBytes}u`],
  }
}

/** The board's self-test: targets/qemu/probe.c. */
export const buildProbe = (board: Board): Promise<Firmware> =>
  buildFirmware(board, 'probe', [
    boardComponent(board, [join(qemu, 'probe.c'), join(qemu, board.family, 'spin.S')]),
  ])

export async function buildFirmware(
  board: Board,
  name: string,
  components: readonly Component[],
): Promise<Firmware> {
  const objects: string[] = []
  for (const component of components) objects.push(...(await compileComponent(board, component)))
  const scripts = [qemu, join(qemu, board.folder)]
  const print = new Fingerprint().add(...objects, ...board.linkFlags, ...(await headersOf(scripts)))
  const folder = await product('firmware', `${name}.${board.name}`, print.text(), async (into) => {
    await writeFile(join(into, 'objects.txt'), objects.join('\n'))
    await runTool(board.compiler, [
      ...[...board.coreFlags, ...board.linkFlags, '-nostartfiles', '-Wl,--gc-sections,--fatal-warnings'],
      ...[`-L${scripts[0]}`, '-T', join(scripts[1]!, 'memory.ld'), `-Wl,-Map=${join(into, 'firmware.map')}`],
      ...[`@${join(into, 'objects.txt')}`, '-lm', '-lc', '-lgcc', '-o', join(into, 'firmware.elf')],
    ])
  })
  return { elf: join(folder, 'firmware.elf'), map: join(folder, 'firmware.map') }
}
