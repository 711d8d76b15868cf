// SPDX-License-Identifier: Apache-2.0
// Products of two activations as calls of the host's kernel `matrix_product` (docs/kernels.md): those with an 8-bit result
// and zero points that are known when the model is compiled.
import type { Step } from '../codegen/program.js'
import type { HostCall } from './host-step.js'
import { hostKernels } from './kernel-interface.js'
import { addressOf, booleanOf, numberOf, typeOf } from './step-constants.js'

/** Fewer multiply-accumulates cost less in the capsule than the call does. */
const FEWEST_MACS = 64

/** As assembly/matrix-product numbers results. */
const QUANTIZED = 0

const forms: Readonly<Record<string, number>> = { plain: 0, window: 1, full: 2, float: 3 }
const levels = ['A_ZERO_POINT', 'OUTPUT_ZERO_POINT', 'OUTPUT_MIN', 'OUTPUT_MAX']
const sizes = [
  ...[
    'COUNT_0',
    'COUNT_1',
    'COUNT_2',
    'A_STEP_0',
    'A_STEP_1',
    'A_STEP_2',
    'B_STEP_0',
    'B_STEP_1',
    'B_STEP_2',
  ],
  ...['ROWS', 'DEPTH', 'COLUMNS', 'A_M_STEP', 'A_K_STEP', 'B_K_STEP', 'B_N_STEP'],
]

export function productCall(step: Step): HostCall | null {
  const form = forms[step.requantizer ?? '']
  const isStored = booleanOf(step, 'A_ZERO_IS_STORED') || booleanOf(step, 'B_ZERO_IS_STORED')
  const isQuantized = form !== undefined && numberOf(step, 'RESULT') === QUANTIZED
  if (step.macs < FEWEST_MACS || isStored || !isQuantized) return null
  const view = new DataView(new ArrayBuffer(80))
  view.setUint8(0, hostKernels.matrix_product.code)
  view.setUint8(1, form)
  view.setUint8(2, (isUnsigned(step, 'A_ELEMENT') ? 1 : 0) | (isUnsigned(step, 'B_ELEMENT') ? 2 : 0))
  levels.forEach((name, index) => {
    view.setInt16(4 + 2 * index, numberOf(step, name), true)
  })
  sizes.forEach((name, index) => {
    view.setUint32(12 + 4 * index, numberOf(step, name), true)
  })
  view.setUint32(76, numberOf(step, 'RECORD_STEP') === 0 ? 1 : numberOf(step, 'COLUMNS'), true)
  return {
    kernel: 'matrix_product',
    input: addressOf(step, 'A'),
    second: addressOf(step, 'B'),
    output: addressOf(step, 'OUTPUT'),
    block: new Uint8Array(view.buffer),
    contents: step.segment,
  }
}

const isUnsigned = (step: Step, name: string): boolean => typeOf(step, name) === 'u8'
