// SPDX-License-Identifier: Apache-2.0
// The runtimes: the only list of them. `verify` asks for them by name.
import { CapletError } from '../compiler/errors.js'
import { deviceGroups, deviceRuntimes } from './device.js'
import { nodeRuntime } from './node.js'
import type { Runtime } from './runtime.js'
import { isSerialName, serialForm } from './serial/address.js'
import { serialRuntime } from './serial.js'
import { wasmtimeRuntime } from './wasmtime/wasmtime.js'

/** Run unless others are named. */
const usual: readonly Runtime[] = [nodeRuntime, wasmtimeRuntime]

/** Emulated boards are slow and build firmware first, so they run only where they are asked for. */
export const runtimes: readonly Runtime[] = [...usual, ...deviceRuntimes]

/** Our own integer meaning of the model: no capsule takes part, so it runs only where it is asked for. */
export const referenceName = 'reference'

/** What a user is told: a board's name stands for all its tiers, and `cortex-m4:wamr-fast` is one of them. */
export const runtimeNames: readonly string[] = [
  ...usual.map(({ name }) => name),
  ...deviceGroups.keys(),
  serialForm,
  referenceName,
]

const listedNames: readonly string[] = [
  ...runtimes.map(({ name }) => name),
  ...deviceGroups.keys(),
  referenceName,
]

/** What a user may write. */
export const isRuntimeName = (name: string): boolean => listedNames.includes(name) || isSerialName(name)

export interface PresentRuntime {
  readonly runtime: Runtime
  readonly version: string
  readonly needsWasi: boolean
}

export interface SkippedRuntime {
  readonly name: string
  readonly reason: string
}

/**
 * The runtimes that can run here, of those named or of the usual ones.
 * Throws CapletError where one that was named cannot.
 */
export async function presentRuntimes(
  named: readonly string[] | undefined,
): Promise<{ present: PresentRuntime[]; skipped: SkippedRuntime[] }> {
  for (const name of named ?? []) {
    if (!isRuntimeName(name)) {
      throw new CapletError({
        code: 'missing-runtime',
        message: `There is no runtime "${name}"`,
        remedy: `The runtimes are ${runtimeNames.join(', ')}; one tier of a board is written as ${deviceRuntimes[0]!.name}.`,
      })
    }
  }
  const present: PresentRuntime[] = []
  const skipped: SkippedRuntime[] = []
  try {
    for (const runtime of named ? wantedOf(named) : usual) {
      const availability = await runtime.availability()
      if ('version' in availability) present.push({ runtime, ...availability })
      else if (named) throw missing(runtime.name, availability)
      else skipped.push({ name: runtime.name, reason: `${availability.reason}; ${availability.remedy}` })
    }
  } catch (error) {
    await Promise.all(present.map(({ runtime }) => runtime.close()))
    throw error
  }
  return { present, skipped }
}

/** Each once, in the order of the list; boards of the user's own come last. */
function wantedOf(named: readonly string[]): Runtime[] {
  const wanted = new Set(named.flatMap((name) => deviceGroups.get(name) ?? [name]))
  const listed = runtimes.filter(({ name }) => wanted.has(name))
  return [...listed, ...[...wanted].map(serialRuntime).filter((runtime) => runtime !== null)]
}

const missing = (name: string, { reason, remedy }: { reason: string; remedy: string }): CapletError =>
  new CapletError({ code: 'missing-runtime', message: `The runtime ${name} is not here: ${reason}`, remedy })
