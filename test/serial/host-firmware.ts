// SPDX-License-Identifier: Apache-2.0
// Firmware for this machine: targets/template with one capsule as native code. The same C as on a board.
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nativeFiles } from '../../compiler/native/native-source.js'
import { template } from '../../runtime/device/firmware.js'
import { Fingerprint, product } from '../../runtime/device/products.js'
import { shimFolder, shimSources } from '../../runtime/engines/engine-build.js'
import { compileOwn, linkProgram } from '../shim/host-build.js'

const here = dirname(fileURLToPath(import.meta.url))
const portable = ['frames.c', 'measure.c', 'service.c', 'main.c'].map((file) => join(template, file))

const choice = `#include "model_native.h"
#define FIRMWARE_ENGINE caplet_model_native
#define FIRMWARE_ENGINE_NAME "native"
#define FIRMWARE_FLASH caplet_model_descriptor
#define FIRMWARE_FLASH_BYTES sizeof caplet_model_descriptor
#define FIRMWARE_KERNELS NULL
`

/** The program's path; it ends where its standard input does. */
export async function buildHostFirmware(wasm: Uint8Array): Promise<string> {
  const { source, header } = await nativeFiles(wasm, 'model')
  const key = new Fingerprint().add(source, header, choice).text()
  const folder = await product('sources', 'serial-host', key, async (into) => {
    await writeFile(join(into, 'model_native.c'), source)
    await writeFile(join(into, 'model_native.h'), header)
    await writeFile(join(into, 'firmware.h'), choice)
  })
  const native = [...shimSources, join(shimFolder, 'caplet_native.c'), join(folder, 'model_native.c')]
  const sources = [...portable, ...native, join(here, 'host-port.c')]
  const objects = await compileOwn('serial-host', sources, ['-O2'], [template, folder])
  return linkProgram('serial-host', objects, [])
}
