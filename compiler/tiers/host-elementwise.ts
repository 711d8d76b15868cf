// SPDX-License-Identifier: Apache-2.0
// Functions of one or two bytes as calls of the host's kernels `table` and `binary` (docs/kernels.md).
import type { Step } from '../codegen/program.js'
import type { HostCall } from './host-step.js'
import { hostKernels } from './kernel-interface.js'
import { addressOf, bigintOf, booleanOf, numberOf, typeOf } from './step-constants.js'

/** Fewer elements cost less in the capsule than the call does. */
const FEWEST_ELEMENTS = 16

export function tableCall(step: Step): HostCall | null {
  const sizes = ['OUTER', 'CHANNELS', 'INNER'].map((name) => numberOf(step, name))
  if (sizes.reduce((product, size) => product * size, 1) < FEWEST_ELEMENTS) return null
  const view = new DataView(new ArrayBuffer(16))
  view.setUint8(0, hostKernels.table.code)
  view.setUint8(1, typeOf(step, 'ELEMENT') === 'u8' ? 1 : 4)
  sizes.forEach((size, index) => {
    view.setUint32(4 + 4 * index, size, true)
  })
  return {
    kernel: 'table',
    input: addressOf(step, 'INPUT'),
    output: addressOf(step, 'OUTPUT'),
    block: new Uint8Array(view.buffer),
    contents: step.segment,
  }
}

const forms = { plain: 0, window: 1, float: 3, table: 5 }
const loops = [0, 1, 2, 3, 4]

export const pairTableCall = (step: Step): HostCall | null =>
  binaryCall(step, pairBlock(step, forms.table), step.segment)

/** Sums and products. */
export function pairCall(step: Step): HostCall | null {
  const view = pairBlock(step, forms[step.requantizer as 'plain' | 'window' | 'float'])
  view.setUint8(2, typeOf(step, 'ELEMENT') === 'u8' ? 1 : 0)
  view.setUint8(3, booleanOf(step, 'IS_ADDITION') ? 0 : 1)
  const levels = ['A_ZERO_POINT', 'B_ZERO_POINT', 'OUTPUT_ZERO_POINT', 'OUTPUT_MIN', 'OUTPUT_MAX']
  levels.forEach((name, index) => {
    view.setInt16(4 + 2 * index, numberOf(step, name), true)
  })
  return binaryCall(step, view, booleanOf(step, 'IS_FLOAT') ? scales(step) : multipliers(step))
}

function binaryCall(step: Step, block: DataView, contents: Uint8Array): HostCall | null {
  const elements = loops.reduce((product, loop) => product * numberOf(step, `COUNT_${loop}`), 1)
  if (elements < FEWEST_ELEMENTS) return null
  return {
    kernel: 'binary',
    input: addressOf(step, 'A'),
    second: addressOf(step, 'B'),
    output: addressOf(step, 'OUTPUT'),
    block: new Uint8Array(block.buffer),
    contents,
  }
}

/** Form and loops. */
function pairBlock(step: Step, form: number): DataView {
  const view = new DataView(new ArrayBuffer(76))
  view.setUint8(0, hostKernels.binary.code)
  view.setUint8(1, form)
  for (const loop of loops) {
    view.setUint32(16 + 4 * loop, numberOf(step, `COUNT_${loop}`), true)
    view.setUint32(36 + 4 * loop, numberOf(step, `A_STEP_${loop}`), true)
    view.setUint32(56 + 4 * loop, numberOf(step, `B_STEP_${loop}`), true)
  }
  return view
}

function scales(step: Step): Uint8Array {
  const view = new DataView(new ArrayBuffer(12))
  for (const [index, name] of ['A_SCALE', 'B_SCALE', 'OUTPUT_SCALE'].entries()) {
    view.setFloat32(4 * index, numberOf(step, name), true)
  }
  return new Uint8Array(view.buffer)
}

function multipliers(step: Step): Uint8Array {
  const view = new DataView(new ArrayBuffer(36))
  for (const [index, name] of ['MULTIPLIER_A', 'MULTIPLIER_B', 'ADDEND', 'WINDOW'].entries()) {
    view.setBigInt64(8 * index, bigintOf(step, name), true)
  }
  view.setUint32(32, Number(bigintOf(step, 'SHIFT')), true)
  return new Uint8Array(view.buffer)
}
