// SPDX-License-Identifier: Apache-2.0
// What the capsule says about itself: the JSON of the custom section caplet.manifest.
import type { Capsule, PlacedEdge } from './capsule.js'

/** Of the manifest's form; a reader refuses a higher one. */
export const manifestFormat = 1

export type ManifestInput = Pick<Capsule, 'inputs' | 'outputs' | 'memory' | 'macs' | 'contract' | 'model'> & {
  readonly compilerVersion: string
}

export type Manifest = ReturnType<typeof manifestOf>

export function manifestOf(capsule: ManifestInput) {
  const { arena, state, total } = capsule.memory
  const { contract, model } = capsule
  return {
    compiler: capsule.compilerVersion,
    contract: { name: contract.name, reference: contract.reference, version: contract.version },
    format: manifestFormat,
    inputs: capsule.inputs.map(edge),
    kernel_interface: null,
    macs: capsule.macs,
    memory: { arena, state, total },
    model: { name: model.name, sha256: model.sha256 },
    outputs: capsule.outputs.map(edge),
  }
}

const edge = ({ name, type, shape, quantization, offset, bytes }: PlacedEdge) => ({
  bytes,
  name,
  offset,
  scale: quantization?.scale ?? null,
  shape,
  type,
  zero_point: quantization?.zeroPoint ?? null,
})
