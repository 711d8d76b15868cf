// SPDX-License-Identifier: Apache-2.0
// Functions of one or two bytes as calls of the host's kernels `table` and `binary` (docs/kernels.md).
import { DOUBLE_RECORD_BYTES, encodeDoubleRecord, type FixedMultiplier } from '../arithmetic/fixed-point.js'
import type { Step } from '../codegen/program.js'
import { joinBytes } from '../operators/segment.js'
import { fitsHostDouble, hostDoubleRecord, LEFT_SHIFT_AT } from './host-double.js'
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

const forms = { plain: 0, window: 1, float: 3, table: 5, double: 6 }
const loops = [0, 1, 2, 3, 4]

export const pairTableCall = (step: Step): HostCall | null =>
  binaryCall(step, pairBlock(step, forms.table), step.segment)

/** Sums and products. */
export function pairCall(step: Step): HostCall | null {
  const view = pairBlock(step, forms[step.requantizer as 'plain' | 'window' | 'float'])
  view.setUint8(2, typeOf(step, 'ELEMENT') === 'u8' ? 1 : 0)
  view.setUint8(3, booleanOf(step, 'IS_ADDITION') ? 0 : 1)
  setLevels(view, step)
  return binaryCall(step, view, booleanOf(step, 'IS_FLOAT') ? scales(step) : multipliers(step))
}

/** As assembly/fixed-binary numbers them, and the host's kernel: sums, differences, products. */
const hostOperations: readonly (number | undefined)[] = [0, 2, 1]

/** The same with the two roundings of TFLite Micro. */
export function fixedPairCall(step: Step): HostCall | null {
  const operation = hostOperations[numberOf(step, 'OPERATION')]
  if (operation === undefined || typeOf(step, 'ELEMENT') !== 'i8') return null
  const contents = pairRecords(step, operation === 1)
  if (contents === null) return null
  const view = pairBlock(step, forms.double)
  view.setUint8(3, operation)
  setLevels(view, step)
  return binaryCall(step, view, contents)
}

/** Records of a, b and the output, without biases; null where a value may leave 32 bits. */
function pairRecords(step: Step, isProduct: boolean): Uint8Array | null {
  const input = (name: string): FixedMultiplier => ({
    multiplier: numberOf(step, `${name}_MULTIPLIER`),
    shift: -numberOf(step, `${name}_SHIFT`),
  })
  const output: FixedMultiplier = {
    multiplier: numberOf(step, 'MULTIPLIER'),
    shift: numberOf(step, 'SHIFT_LEFT') - numberOf(step, 'SHIFT_RIGHT'),
  }
  // Multipliers of inputs are at most one half of the larger scale's.
  const widest = 255 * 2 ** numberOf(step, 'LEFT_SHIFT')
  const inputs = isProduct ? [] : [input('A'), input('B')]
  const largest = isProduct ? 255 * 255 : 2 * widest
  if (!fitsHostDouble(largest, output) || !inputs.every((by) => fitsHostDouble(widest, by))) return null
  const records = inputs.map((by) => {
    const record = hostDoubleRecord(encodeDoubleRecord(0, by))
    record[LEFT_SHIFT_AT]! += numberOf(step, 'LEFT_SHIFT')
    return record
  })
  const unused = isProduct ? [new Uint8Array(2 * DOUBLE_RECORD_BYTES)] : []
  return joinBytes([...unused, ...records, hostDoubleRecord(encodeDoubleRecord(0, output))])
}

function setLevels(view: DataView, step: Step): void {
  const levels = ['A_ZERO_POINT', 'B_ZERO_POINT', 'OUTPUT_ZERO_POINT', 'OUTPUT_MIN', 'OUTPUT_MAX']
  levels.forEach((name, index) => {
    view.setInt16(4 + 2 * index, numberOf(step, name), true)
  })
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
