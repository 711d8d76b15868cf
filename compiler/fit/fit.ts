// SPDX-License-Identifier: Apache-2.0
// Whether a model's capsule fits a chip, before anything is flashed.
import type { Capsule } from '../codegen/capsule.js'
import type { Program } from '../codegen/program.js'
import { assembleProgram, type CompileOptions, defaultOptions, inFile, lower } from '../compile.js'
import { CapletError } from '../errors.js'
import { type ModelFile, readModel } from '../read-model.js'
import { type Memory, type Target, targetNamed, targets } from '../targets.js'
import { type Measured, readMeasured } from './measured.js'
import { type Need, needOf, type Tier, type Way, waysOn } from './needs.js'
import { type Peak, peakOf, type Remedy, smallerArenas } from './peak.js'

export interface FitOptions extends Omit<CompileOptions, 'tier' | 'wasi' | 'reuseMemory'> {
  /** null: every tier that the target has. */
  readonly tier: Tier | null
  /** Bytes that the firmware leaves for the capsule; default: all that the target has. */
  readonly flashBytes?: number | undefined
  readonly ramBytes?: number | undefined
  /** Measures instead of estimating. */
  readonly measure?: ((way: Way, capsule: Capsule, core: string) => Promise<Need>) | undefined
  readonly onProgress?: (label: string, done: number, total: number) => void
}

export interface FittedNeed extends Need {
  /** null where the chip's memory is not known. */
  readonly fits: boolean | null
  /** Bytes too many; 0 where it fits. */
  readonly flashMissing: number
  readonly ramMissing: number
}

export interface TargetFit {
  readonly target: Target
  readonly memory: Partial<Memory>
  readonly needs: readonly FittedNeed[]
  /** One of the tiers fits; null where nothing is known of the memory. */
  readonly fits: boolean | null
}

export interface Fit {
  readonly capsule: Capsule
  readonly measured: Measured
  readonly targets: readonly TargetFit[]
  readonly peak: Peak
  readonly remedies: readonly Remedy[]
  /** A target that was named fits; of all targets, at least one does. */
  readonly fits: boolean
}

interface Form {
  readonly capsule: Capsule
  readonly program: Program
}

export async function fitModel(path: string, options: FitOptions): Promise<Fit> {
  const model = readModel(path)
  const measured = readMeasured()
  const all: CompileOptions = { ...defaultOptions, ...options, tier: 'portable' }
  const forms = new Map<string, Promise<Form>>()
  /** Targets differ in nothing but the float unit. */
  const formOf = (target: Target, tier: CompileOptions['tier']): Promise<Form> => {
    const key = `${tier} ${target.hasFloatUnit}`
    const known = forms.get(key) ?? compileForm(model, { ...all, target: target.name, tier })
    forms.set(key, known)
    return known
  }
  const chosen = options.target === null ? targets : [targetNamed(options.target)!]
  if (options.target !== null) checkMeasured(chosen[0]!, options.tier, measured)
  const fitted: TargetFit[] = []
  for (const [index, target] of chosen.entries()) {
    options.onProgress?.(target.name, index, chosen.length)
    fitted.push(await fitTarget(target, options, measured, formOf))
  }
  const tier = options.tier === 'accelerated' ? 'accelerated' : 'portable'
  const { capsule, program } = await formOf(chosen[0]!, tier)
  const lowered: CompileOptions = { ...all, target: chosen[0]!.name, tier }
  const remedies = smallerArenas(lowered, capsule.memory.arena, (o) => lower(model, o).program)
  const verdicts = fitted.map(({ fits }) => fits !== false)
  const fits = options.target === null ? verdicts.includes(true) : verdicts.every(Boolean)
  return { capsule, measured, targets: fitted, peak: peakOf(program), remedies, fits }
}

function checkMeasured({ name, core }: Target, tier: Tier | null, measured: Measured): void {
  const ways = waysOn(measured, core)
  if (tier === null || ways.some((way) => way.tier === tier)) return
  throw new CapletError({
    code: 'not-measured',
    message: `The tier ${tier} has not been measured on a core like that of ${name}`,
    remedy: `There are figures for: ${[...new Set(ways.map((way) => way.tier))].join(', ')}.`,
  })
}

async function compileForm(model: ModelFile, options: CompileOptions): Promise<Form> {
  const { graph, program } = inFile(model, () => lower(model, options))
  return { program, capsule: await assembleProgram(model, graph, program, options) }
}

async function fitTarget(
  target: Target,
  { tier, flashBytes, ramBytes, measure }: FitOptions,
  measured: Measured,
  formOf: (target: Target, tier: CompileOptions['tier']) => Promise<Form>,
): Promise<TargetFit> {
  const given = {
    ...(flashBytes !== undefined && { flashBytes }),
    ...(ramBytes !== undefined && { ramBytes }),
  }
  const memory: Partial<Memory> = { ...target.memory, ...given }
  const ways = waysOn(measured, target.core).filter((way) => tier === null || way.tier === tier)
  const needs: FittedNeed[] = []
  for (const way of ways) {
    const { capsule } = await formOf(target, way.tier === 'accelerated' ? way.tier : 'portable')
    const need = await (measure?.(way, capsule, target.core) ?? needOf(way, capsule, measured, target.core))
    needs.push(setAgainst(memory, need))
  }
  const verdicts = needs.map(({ fits }) => fits)
  const isOpen = verdicts.includes(null) || needs.length === 0
  const fits = verdicts.includes(true) ? true : isOpen ? null : false
  return { target, memory, needs, fits }
}

/** Where it is estimated, the most that is possible must fit. */
function setAgainst({ flashBytes, ramBytes }: Partial<Memory>, need: Need): FittedNeed {
  const missing = (bytes: number, available: number | undefined) => Math.max(0, bytes - (available ?? bytes))
  const flashMissing = missing(need.flash.total + need.flash.within, flashBytes)
  const ramMissing = missing(need.ram.total + need.ram.within, ramBytes)
  const isTooMuch = flashMissing > 0 || ramMissing > 0
  const isKnown = flashBytes !== undefined && ramBytes !== undefined
  return { ...need, fits: isTooMuch ? false : isKnown ? true : null, flashMissing, ramMissing }
}
