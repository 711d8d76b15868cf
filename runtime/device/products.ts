// SPDX-License-Identifier: Apache-2.0
// Files made once and kept under the hash of everything they depend on. Several processes may make the same product.
import { createHash, type Hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { buildFolder } from './folders.js'

/** Hash of texts and files, each with its length, so that no two lists give the same stream. */
export class Fingerprint {
  readonly #hash: Hash = createHash('sha256')

  add(...parts: readonly (string | Uint8Array)[]): this {
    for (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part
      this.#hash.update(`${bytes.length}:`).update(bytes)
    }
    return this
  }

  async addFile(path: string): Promise<this> {
    return this.add(await readFile(path))
  }

  text(): string {
    return this.#hash.digest('hex').slice(0, 20)
  }
}

/** Fingerprint of every header below the folders. Each folder is read once per process. */
export async function headersOf(folders: readonly string[]): Promise<string[]> {
  return Promise.all(folders.map((folder) => remember(folder, () => readHeaders(folder))))
}

const known = new Map<string, Promise<string>>()

function remember(key: string, make: () => Promise<string>): Promise<string> {
  const made = known.get(key) ?? make()
  known.set(key, made)
  return made
}

async function readHeaders(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && /\.(h|inc|def|ld|S)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const print = new Fingerprint()
  for (const path of paths) {
    print.add(path.slice(folder.length))
    await print.addFile(path)
  }
  return print.text()
}

/**
 * The folder `kind/name-key` with what `make` writes into it; made once.
 * Post: it is complete, also where two processes made it at once or one was killed.
 */
export async function product(
  kind: string,
  name: string,
  key: string,
  make: (folder: string) => Promise<void>,
): Promise<string> {
  const place = join(buildFolder(), kind, `${name}-${key}`)
  if (existsSync(place)) return place
  await mkdir(dirname(place), { recursive: true })
  const fresh = await mkdtemp(`${place}.`)
  try {
    await make(fresh)
    await rename(fresh, place).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(place)) throw error
    })
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return place
}
