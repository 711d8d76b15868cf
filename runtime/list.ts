// SPDX-License-Identifier: Apache-2.0
// The runtimes: the only list of them. `verify` asks for them by name.
import { CapletError } from '../compiler/errors.js'
import { deviceGroups, deviceRuntimes } from './device.js'
import { nodeRuntime } from './node.js'
import type { Runtime } from './runtime.js'
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
  referenceName,
]

/** What a user may write. */
export const acceptedRuntimeNames: readonly string[] = [
  ...runtimeNames,
  ...deviceRuntimes.map(({ name }) => name),
]

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
  const present: PresentRuntime[] = []
  const skipped: SkippedRuntime[] = []
  for (const name of named ?? []) {
    if (!acceptedRuntimeNames.includes(name)) {
      throw new CapletError({
        code: 'missing-runtime',
        message: `There is no runtime "${name}"`,
        remedy: `The runtimes are ${runtimeNames.join(', ')}; one tier of a board is written as ${deviceRuntimes[0]!.name}.`,
      })
    }
  }
  const wanted = named?.flatMap((name) => deviceGroups.get(name) ?? [name])
  for (const runtime of wanted ? runtimes : usual) {
    if (wanted && !wanted.includes(runtime.name)) continue
    const availability = await runtime.availability()
    if ('version' in availability) present.push({ runtime, ...availability })
    else if (named) throw missing(runtime.name, availability)
    else skipped.push({ name: runtime.name, reason: `${availability.reason}; ${availability.remedy}` })
  }
  return { present, skipped }
}

const missing = (name: string, { reason, remedy }: { reason: string; remedy: string }): CapletError =>
  new CapletError({ code: 'missing-runtime', message: `The runtime ${name} is not here: ${reason}`, remedy })
