// SPDX-License-Identifier: Apache-2.0
// An earlier benchmark to compare with: what `caplet bench --json` printed.
import { CapletError } from '../../compiler/errors.js'
import { readFile } from '../run.js'
import type { Run } from './run.js'

interface EarlierRun {
  readonly runtime: string
  readonly tier: string
  readonly unit: string
  readonly cost: number
}

export interface Baseline {
  readonly file: string
  /** SHA-256 of the model that was measured then. */
  readonly model: string
  readonly runs: readonly EarlierRun[]
}

/** Throws CapletError 'bad-baseline'. */
export function readBaseline(file: string): Baseline {
  const bytes = readFile(file, 'Give a file that `caplet bench --json` wrote.')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    throw bad(file, 'it is no JSON')
  }
  const { model, runs } = (value ?? {}) as { model?: { sha256?: unknown }; runs?: unknown }
  if (typeof model?.sha256 !== 'string' || !Array.isArray(runs)) throw bad(file, 'it is no benchmark')
  return { file, model: model.sha256, runs: runs.map((run, index) => earlierRun(file, run, index)) }
}

function earlierRun(file: string, run: unknown, index: number): EarlierRun {
  const { runtime, tier, unit, per_inference: cost } = (run ?? {}) as Record<string, unknown>
  const isText = [runtime, tier, unit].every((value) => typeof value === 'string')
  if (!isText || typeof cost !== 'number' || !(cost > 0)) throw bad(file, `runs[${index}] has no count`)
  return { runtime, tier, unit, cost } as EarlierRun
}

/** Cost now over cost then: below 1 is faster. null where that runtime and tier was not measured then. */
export function ratioTo(baseline: Baseline | null, { runtime, tier, unit, cost }: Run): number | null {
  const earlier = baseline?.runs.find(
    (run) => run.runtime === runtime && run.tier === tier && run.unit === unit,
  )
  return earlier ? cost / earlier.cost : null
}

const bad = (file: string, what: string): CapletError =>
  new CapletError({
    code: 'bad-baseline',
    message: `${file} cannot be compared with: ${what}`,
    remedy: 'Give a file that `caplet bench --json` wrote.',
    file,
  })
