// SPDX-License-Identifier: Apache-2.0
// Pools as calls of the host's kernel `pool` (docs/kernels.md).
import { decodeDoubleRecord } from '../arithmetic/fixed-point.js'
import type { RequantizerForm } from '../arithmetic/requantizer-forms.js'
import type { Step } from '../codegen/program.js'
import type { Geometry } from '../operators/convolution/geometry.js'
import { fitsHostDouble, hostDoubleRecord } from './host-double.js'
import type { HostCall } from './host-step.js'
import {
  type BlockHead,
  encodeWindowBlock,
  fitsWindowBlock,
  type HostRequantizer,
} from './parameter-block.js'
import { addressOf, numberOf, typeOf } from './step-constants.js'

export function maximumCall(step: Step): HostCall | null {
  const range = { OUTPUT_ZERO_POINT: 0, OUTPUT_MIN: 0, OUTPUT_MAX: 0 }
  return poolCall(step, { geometry: windowGeometry(step), requantizer: 'plain', records: 0, range })
}

export function meanCall(step: Step): HostCall | null {
  const requantizer = step.requantizer as RequantizerForm | 'quotient'
  const records = requantizer === 'quotient' ? 1 : step.segment.length / recordBytes[requantizer]
  return poolCall(step, { geometry: windowGeometry(step), requantizer, records, range: rangeOf(step) })
}

/** The mean of a whole image: one window over its pixels as a line. */
export function globalPoolCall(step: Step): HostCall | null {
  const pixels = numberOf(step, 'PIXELS')
  const line = { height: 1, width: pixels }
  const geometry: Geometry = {
    ...onePixel,
    ...channelsOf(step),
    batch: numberOf(step, 'BATCHES'),
    input: line,
    kernel: line,
  }
  const requantizer = step.requantizer as RequantizerForm | 'double'
  if (requantizer !== 'double') {
    return poolCall(step, { geometry, requantizer, records: 1, range: rangeOf(step) })
  }
  if (!fitsHostDouble(255 * pixels, decodeDoubleRecord(step.segment))) return null
  const contents = hostDoubleRecord(step.segment)
  return poolCall(step, { geometry, requantizer, records: 1, range: rangeOf(step), contents })
}

const recordBytes: Readonly<Record<RequantizerForm, number>> = { plain: 12, window: 16, full: 12, float: 8 }

interface Pool {
  readonly geometry: Geometry
  readonly requantizer: HostRequantizer
  readonly records: number
  readonly range: Readonly<Record<'OUTPUT_ZERO_POINT' | 'OUTPUT_MIN' | 'OUTPUT_MAX', number>>
  /** The step's own segment where it is left out. */
  readonly contents?: Uint8Array
}

function poolCall(step: Step, { geometry, requantizer, records, range, contents }: Pool): HostCall | null {
  const type = typeOf(step, 'ELEMENT')
  if ((type !== 'i8' && type !== 'u8') || !fitsWindowBlock(geometry)) return null
  const head: BlockHead = {
    ...{ kernel: 'pool', requantizer, isUnsigned: type === 'u8', isCorrected: false, hasWideWeights: false },
    ...{ inputZeroPoint: 0 },
    output: { zeroPoint: range.OUTPUT_ZERO_POINT, min: range.OUTPUT_MIN, max: range.OUTPUT_MAX },
  }
  return {
    kernel: 'pool',
    input: addressOf(step, 'INPUT'),
    output: addressOf(step, 'OUTPUT'),
    block: encodeWindowBlock(head, geometry, [records, 0]),
    contents: contents ?? step.segment,
  }
}

const rangeOf = (step: Step) => ({
  OUTPUT_ZERO_POINT: numberOf(step, 'OUTPUT_ZERO_POINT'),
  OUTPUT_MIN: numberOf(step, 'OUTPUT_MIN'),
  OUTPUT_MAX: numberOf(step, 'OUTPUT_MAX'),
})

const one = { height: 1, width: 1 }
const onePixel = {
  ...{ output: one, stride: one, dilation: one, pad: { height: 0, width: 0 }, isPadded: false, group: 1 },
}

function channelsOf(step: Step) {
  const channels = numberOf(step, 'CHANNELS')
  return { inChannels: channels, outChannels: channels }
}

function windowGeometry(step: Step): Geometry {
  const plane = (height: string, width: string) => ({
    height: numberOf(step, height),
    width: numberOf(step, width),
  })
  return {
    ...onePixel,
    ...channelsOf(step),
    batch: numberOf(step, 'BATCHES'),
    input: plane('INPUT_HEIGHT', 'INPUT_WIDTH'),
    output: plane('OUTPUT_HEIGHT', 'OUTPUT_WIDTH'),
    kernel: plane('KERNEL_HEIGHT', 'KERNEL_WIDTH'),
    stride: plane('STRIDE_Y', 'STRIDE_X'),
    dilation: plane('DILATION_Y', 'DILATION_X'),
    pad: plane('PAD_TOP', 'PAD_LEFT'),
  }
}
