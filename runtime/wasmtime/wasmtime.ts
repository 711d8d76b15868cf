// SPDX-License-Identifier: Apache-2.0
// The runtime wasmtime: its Python package where there is one, else a program on PATH.

import { findPython } from '../python.js'
import { PythonChild } from '../python-child.js'
import type { Availability, CapsuleFiles, RunningCapsule, Runtime } from '../runtime.js'
import { openOnPath, wasmtimeOnPath } from './command.js'
import { openInPackage } from './package.js'
import { worker } from './worker.js'

const absent: Availability = {
  reason: 'neither a Python with the package wasmtime nor a program wasmtime was found',
  remedy:
    'python3 -m pip install wasmtime, or name a Python that has it in CAPLET_PYTHON; in a clone of Caplet `npm test` installs it into .venv/',
}

export class Wasmtime implements Runtime {
  readonly name = 'wasmtime'
  #python: Promise<string | null> | null = null
  #child: PythonChild | null = null

  async availability(): Promise<Availability> {
    const child = await this.#start()
    if (child) return { version: await child.version, needsWasi: false }
    const version = await wasmtimeOnPath()
    return version === null ? absent : { version: `${version} (program)`, needsWasi: true }
  }

  async open(files: CapsuleFiles): Promise<RunningCapsule> {
    const child = await this.#start()
    return child ? openInPackage(child, files.wasm) : openOnPath(files)
  }

  async close(): Promise<void> {
    await this.#child?.close()
    this.#child = null
  }

  async #start(): Promise<PythonChild | null> {
    this.#python ??= findPython('wasmtime')
    const python = await this.#python
    if (python !== null) this.#child ??= new PythonChild(python, worker)
    return this.#child
  }
}

export const wasmtimeRuntime: Runtime = new Wasmtime()
