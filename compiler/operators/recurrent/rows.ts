// SPDX-License-Identifier: Apache-2.0
// What a recurrent step has in the weight segment (assembly/recurrent/kernel.ts draws it): constants of one direction,
// then the rows of its products.
import { powers } from '../../arithmetic/exponential.js'
import { f32 } from '../../arithmetic/float32.js'
import type { RecurrentAttributes, RecurrentWeight } from '../../ir/recurrent-operators.js'
import { bytesOf, joinBytes } from '../segment.js'
import { methodsOf } from './activations.js'

export const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const

/** In the order of the segment; offsets within scratch. */
export interface DirectionConstants {
  readonly bytes: Uint8Array
  readonly powers: number
  readonly biases: number
  readonly peepholes: number
}

export function directionConstants(
  attributes: RecurrentAttributes,
  direction: number,
  values: Uint8Array,
): DirectionConstants {
  const { cell, hidden, peepholes } = attributes
  const usesPowers = methodsOf(cell)[0] === 'exponential'
  const pieces = [
    values,
    usesPowers ? bytesOf(Float64Array.from(powers)) : new Uint8Array(0),
    bytesOf(biasesOf(attributes, direction)),
    bytesOf(peepholes?.slice(direction * 3 * hidden, (direction + 1) * 3 * hidden) ?? new Float32Array(0)),
  ]
  const offset = (index: number) => pieces.slice(0, index).reduce((sum, { length }) => sum + length, 0)
  return { bytes: joinBytes(pieces), powers: offset(1), biases: offset(2), peepholes: offset(3) }
}

/** [gates][hidden] of f(Wb + Rb); gru linear before reset: of gate h Wb alone, and then [hidden] of its Rb. */
function biasesOf(
  { cell, hidden, bias, linearBeforeReset }: RecurrentAttributes,
  direction: number,
): Float32Array {
  if (!bias) return new Float32Array(0)
  const count = gatesOf[cell] * hidden
  const ofX = bias.slice(direction * 2 * count, (direction * 2 + 1) * count)
  const ofH = bias.slice((direction * 2 + 1) * count, (direction + 1) * 2 * count)
  const isApart = (at: number) => linearBeforeReset && at >= 2 * hidden
  const sums = ofX.map((value, at) => (isApart(at) ? value : f32(value + ofH[at]!)))
  return Float32Array.of(...sums, ...(linearBeforeReset ? ofH.slice(2 * hidden) : []))
}

export const rowBytes = ({ values }: RecurrentWeight): number => {
  const size = values.data.BYTES_PER_ELEMENT
  return Math.ceil(((size === 1 ? 8 : 0) + values.shape[2]! * size) / 4) * 4
}

/** [ scale f32 | zero point i32 ] of 8-bit values, the values, zeros up to four bytes; row after row. */
export function encodeRows(weight: RecurrentWeight, direction: number): Uint8Array {
  const { values, scales, zeroPoints } = weight
  const [, rows, depth] = values.shape as [number, number, number]
  const size = values.data.BYTES_PER_ELEMENT
  const step = rowBytes(weight)
  const bytes = new Uint8Array(rows * step)
  const view = new DataView(bytes.buffer)
  for (let row = 0; row < rows; row++) {
    const source = direction * rows + row
    let at = row * step
    if (scales) {
      view.setFloat32(at, scales[source]!, true)
      view.setInt32(at + 4, zeroPoints![source]!, true)
      at += 8
    }
    for (let k = 0; k < depth; k++) {
      const value = Number(values.data[source * depth + k])
      if (size === 4) view.setFloat32(at + k * 4, value, true)
      else view.setUint8(at + k, value & 255)
    }
  }
  return bytes
}
