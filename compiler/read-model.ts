// SPDX-License-Identifier: Apache-2.0
// Step 1: the only file input. Everything after it is a pure function of these bytes and the options.
import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, normalize } from 'node:path'
import { CapletError } from './errors.js'
import type { LoadExternalData } from './import/tensor-proto.js'

export interface ModelFile {
  /** For messages. */
  readonly path: string
  /** File name without folder and ending. */
  readonly stem: string
  readonly bytes: Uint8Array
  /** Of the bytes, lower-case hexadecimal. */
  readonly sha256: string
  /** Reads each file once, when it is needed. */
  readonly loadExternal: LoadExternalData
  /** Contents of the files that loadExternal has read so far, by path below the model's folder. */
  readonly external: ReadonlyMap<string, Uint8Array>
}

/** Throws CapletError where the file cannot be read. */
export function readModel(path: string): ModelFile {
  return modelFromBytes(
    readBytes(path, 'Give the path of an ONNX or TensorFlow Lite model.'),
    path,
    (location) => {
      const inside = normalize(location)
      if (isAbsolute(inside) || inside.startsWith('..')) {
        throw new CapletError({
          code: 'malformed-model',
          message: `External data "${location}" lies outside the model's folder`,
          remedy: 'Keep external data beside the model file.',
          file: path,
        })
      }
      return readExternal(join(dirname(path), inside))
    },
  )
}

/** A model that is in memory already; external data only through `loadExternal`. */
export function modelFromBytes(bytes: Uint8Array, path: string, loadExternal?: LoadExternalData): ModelFile {
  const refuse: LoadExternalData = (location) => {
    throw new CapletError({
      code: 'malformed-model',
      message: `The model keeps tensors in "${location}", which is not at hand`,
      remedy: 'Give the model as a file, with its external data beside it.',
    })
  }
  const external = new Map<string, Uint8Array>()
  return {
    path,
    stem: basename(path, extname(path)),
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    loadExternal: (location) => {
      const file = normalize(location)
      const bytes = external.get(file) ?? (loadExternal ?? refuse)(location)
      external.set(file, bytes)
      return bytes
    },
    external,
  }
}

function readExternal(path: string): Uint8Array {
  const remedy = 'Keep the external data that the model names beside its file.'
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found || found.isFile() || found.isDirectory()) return readBytes(path, remedy)
  throw unreadable(path, 'it is no regular file', remedy)
}

const unreadable = (path: string, reason: string, remedy: string) =>
  new CapletError({
    code: 'unreadable-file',
    message: `${path} cannot be read: ${reason}`,
    remedy,
    file: path,
  })

function readBytes(path: string, remedy: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason =
      { ENOENT: 'no such file', EISDIR: 'it is a folder', EACCES: 'no permission' }[code ?? ''] ?? code
    throw unreadable(path, reason ?? 'it cannot be opened', remedy)
  }
}
