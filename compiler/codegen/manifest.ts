// SPDX-License-Identifier: Apache-2.0
// The manifest: what a capsule says about itself, enough for any host to run it knowing nothing else. UTF-8
// JSON with sorted keys, in the custom section caplet.manifest and in manifest.json.
// compiler/codegen/descriptor.ts says the same for devices.
import { CapletError } from '../errors.js'
import type { ElementType, NibbleType } from '../ir/types.js'
import type { Capsule, Contract, PlacedEdge } from './capsule.js'
import { internalError } from './internal-error.js'
import { manifestProblem } from './manifest-rules.js'

/** Of the manifest's form; a reader refuses a higher one. */
export const manifestFormat = 1

export interface ManifestEdge {
  readonly name: string
  readonly type: Exclude<ElementType, NibbleType | 'float64'>
  /** In the model's own order of dimensions, row-major. */
  readonly shape: readonly number[]
  /** A float32 value; real = scale * (quantum - zero_point). Both null: not quantized. */
  readonly scale: number | null
  readonly zero_point: number | null
  /** In linear memory. */
  readonly offset: number
  readonly bytes: number
}

export interface Manifest {
  readonly format: number
  /** Version of the compiler. */
  readonly compiler: string
  readonly contract: Contract
  readonly model: { readonly name: string; readonly sha256: string }
  readonly inputs: readonly ManifestEdge[]
  readonly outputs: readonly ManifestEdge[]
  readonly memory: { readonly arena: number; readonly state: number; readonly total: number }
  readonly macs: number
  /** Inputs and outputs of the model that are kept inside, output to input; absent: none. */
  readonly states?: readonly { readonly input: string; readonly output: string }[]
  /** Version of the host's kernels that the capsule imports; null: it imports nothing. */
  readonly kernel_interface: number | null
}

export type ManifestInput = Pick<Capsule, 'inputs' | 'outputs' | 'memory' | 'macs' | 'contract' | 'model'> & {
  readonly compilerVersion: string
  readonly states?: Manifest['states']
  /** Default null: the capsule imports nothing. */
  readonly kernelInterface?: number | null
}

/**
 * Throws CapletError ('internal') where the capsule breaks a rule of the manifest, e.g. a scale that is no
 * float32.
 */
export function buildManifest(capsule: ManifestInput): Manifest {
  const { contract, model, memory } = capsule
  const manifest = {
    format: manifestFormat,
    compiler: capsule.compilerVersion,
    contract,
    model: { name: model.name, sha256: model.sha256 },
    inputs: capsule.inputs.map(edgeOf),
    outputs: capsule.outputs.map(edgeOf),
    memory: { arena: memory.arena, state: memory.state, total: memory.total },
    macs: capsule.macs,
    ...(capsule.states && capsule.states.length > 0 && { states: capsule.states }),
    kernel_interface: capsule.kernelInterface ?? null,
  }
  const problem = manifestProblem(manifest)
  if (problem !== null) throw internalError(`The manifest would be wrong: ${problem}.`)
  return manifest as Manifest
}

const edgeOf = ({ name, type, shape, quantization, offset, bytes }: PlacedEdge) => ({
  name,
  type,
  shape,
  scale: quantization?.scale ?? null,
  zero_point: quantization?.zeroPoint ?? null,
  offset,
  bytes,
})

/** Compact JSON, keys sorted: equal manifests are equal bytes. `indent` is for readers. */
export function manifestJson(manifest: Manifest, indent?: number): string {
  return JSON.stringify(manifest, sortKeys, indent)
}

const sortKeys = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value

/**
 * Reads a manifest's bytes and checks every rule: exactly the keys above, ranges, bytes = elements * size of
 * the type, edges within the memory.
 * Throws CapletError ('not-a-capsule') that names the first key that is wrong, or a format that this version
 * cannot read.
 */
export function parseManifest(bytes: Uint8Array): Manifest {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw damaged('it is no JSON in UTF-8')
  }
  const format = (value as { format?: unknown } | null)?.format
  if (typeof format === 'number' && format > manifestFormat) {
    throw notACapsule(`The capsule has manifest format ${format}; this version reads up to ${manifestFormat}`)
  }
  const problem = manifestProblem(value)
  if (problem !== null) throw damaged(problem)
  return value as Manifest
}

const damaged = (problem: string) => notACapsule(`The section caplet.manifest is damaged: ${problem}`)

const notACapsule = (message: string): CapletError =>
  new CapletError({
    code: 'not-a-capsule',
    message,
    remedy: 'Give a model.wasm written by this version of `caplet compile`, or by an older one.',
  })
