// SPDX-License-Identifier: Apache-2.0
// report.json: what the compiler chose and measured, per step. For people and for size budgets; no host needs it.
import type { Capsule } from './capsule.js'

export function reportText(capsule: Capsule): string {
  const { accelerated, native } = capsule
  const report = {
    ...reportOf(capsule),
    external_data: capsule.externalData,
    ...(accelerated && { accelerated: reportOf(accelerated) }),
    ...(native && { native: { translator: native.translator, bytes: Buffer.byteLength(native.source) } }),
  }
  return `${JSON.stringify(report, null, 2)}\n`
}

function reportOf(capsule: Capsule) {
  const { sizes, memory, layout } = capsule
  return {
    compiler: capsule.compilerVersion,
    contract: capsule.contract,
    model: capsule.model,
    capsule: { name: capsule.name, sha256: capsule.sha256, ...sizes },
    memory: { ...memory, peak_live: layout.peakLive },
    macs: capsule.macs,
    steps: capsule.steps.map((step) => ({
      name: step.name,
      operator: step.operator,
      kernel: step.kernel,
      source: step.source,
      macs: step.macs,
      weights: step.weightBytes,
      segment: { offset: step.segmentOffset, bytes: step.segmentBytes },
      scratch: step.scratchBytes,
      requantizer: step.requantizer,
      proof: step.proof,
    })),
    tensors: Object.fromEntries(layout.addresses),
  }
}
