// SPDX-License-Identifier: Apache-2.0
// Steps without weights of their own form (pools, tables, sums and products of two tensors, softmax, copies) as calls of the host's kernels:
// their portable kernel's constants say everything. Layers with weights are lowered to the host's kernels from the start,
// since their weights lie in another order (operators/convolution/host.ts).
import type { Program, Step } from '../codegen/program.js'
import { copyCall } from './host-copy.js'
import { fixedPairCall, pairCall, pairTableCall, tableCall } from './host-elementwise.js'
import { globalPoolCall, maximumCall, meanCall } from './host-pool.js'
import { productCall } from './host-product.js'
import { softmaxCall } from './host-softmax.js'
import { callInstead, type HostCall } from './host-step.js'

/** By portable kernel; null: the step keeps it, because it is too small for a call or does not fit a block. */
const calls: Readonly<Record<string, (step: Step) => HostCall | null>> = {
  'max-pool': maximumCall,
  'integer-average-pool': meanCall,
  'global-average-pool': globalPoolCall,
  'quantized-binary': pairCall,
  'fixed-binary': fixedPairCall,
  'pair-table': pairTableCall,
  table: tableCall,
  softmax: softmaxCall,
  'matrix-product': productCall,
  'strided-copy': copyCall,
}

export function callHost(program: Program): Program {
  const steps = program.steps.map((step) => {
    const call = step.kernel === null ? null : (calls[step.kernel]?.(step) ?? null)
    return call ? callInstead(step, call) : step
  })
  return { ...program, steps }
}
