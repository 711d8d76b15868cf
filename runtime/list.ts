// SPDX-License-Identifier: Apache-2.0
// The runtimes: the only list of them. `verify` asks for them by name.
import { CapletError } from '../compiler/errors.js'
import { nodeRuntime } from './node.js'
import type { Runtime } from './runtime.js'
import { wasmtimeRuntime } from './wasmtime/wasmtime.js'

export const runtimes: readonly Runtime[] = [nodeRuntime, wasmtimeRuntime]

/** Our own integer meaning of the model: no capsule takes part, so it runs only where it is asked for. */
export const referenceName = 'reference'

export const runtimeNames: readonly string[] = [...runtimes.map(({ name }) => name), referenceName]

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
 * The runtimes that can run here, of those named or of all.
 * Throws CapletError where one that was named cannot.
 */
export async function presentRuntimes(
  named: readonly string[] | undefined,
): Promise<{ present: PresentRuntime[]; skipped: SkippedRuntime[] }> {
  const present: PresentRuntime[] = []
  const skipped: SkippedRuntime[] = []
  for (const name of named ?? []) {
    if (!runtimeNames.includes(name)) {
      throw new CapletError({
        code: 'missing-runtime',
        message: `There is no runtime "${name}"`,
        remedy: `The runtimes are ${runtimeNames.join(', ')}.`,
      })
    }
  }
  for (const runtime of runtimes) {
    if (named && !named.includes(runtime.name)) continue
    const availability = await runtime.availability()
    if ('version' in availability) present.push({ runtime, ...availability })
    else if (named) throw missing(runtime.name, availability)
    else skipped.push({ name: runtime.name, reason: `${availability.reason}; ${availability.remedy}` })
  }
  return { present, skipped }
}

const missing = (name: string, { reason, remedy }: { reason: string; remedy: string }): CapletError =>
  new CapletError({ code: 'missing-runtime', message: `The runtime ${name} is not here: ${reason}`, remedy })
