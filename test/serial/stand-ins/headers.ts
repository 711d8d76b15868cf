// SPDX-License-Identifier: Apache-2.0
// Headers of an SDK that is not here: every header that a port includes, with the stand-in's declarations.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const own = /^(firmware|frames|port)\.h$|^stdio\.h$/

export function writeHeaders(port: string, standIn: 'zephyr.h' | 'idf.h', folder: string): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, standIn), `#pragma once\n${readFileSync(join(here, standIn))}`)
  for (const [, header] of readFileSync(port, 'utf8').matchAll(/^#include ["<](.*)[">]$/gm)) {
    if (own.test(header!)) continue
    mkdirSync(dirname(join(folder, header!)), { recursive: true })
    writeFileSync(join(folder, header!), `#pragma once\n#include "${standIn}"\n`)
  }
}
