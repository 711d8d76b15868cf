// SPDX-License-Identifier: Apache-2.0
// Damaged models, each a function of its seed: bytes flipped, cut and spliced, and fields of the ONNX message changed.
import onnxProto from 'onnx-proto'
import { Random } from '../../compiler/operators/random.js'
import { changes } from './field-changes.js'

export interface Mutant {
  readonly bytes: Uint8Array
  /** How it came about. */
  readonly label: string
}

/** Pre: `donors` are other models, to splice from. */
export function mutantOf(model: Uint8Array, seed: number, donors: readonly Uint8Array[]): Mutant {
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1))
  random.bits()
  const kind = random.integer(0, 99)
  if (kind < 15) return { bytes: flipped(model, random), label: 'flip' }
  if (kind < 22) return { bytes: model.slice(0, random.integer(0, model.length - 1)), label: 'truncate' }
  if (kind < 35) return { bytes: spliced(model, random.pick(donors), random), label: 'splice' }
  return changedFields(model, random)
}

function flipped(model: Uint8Array, random: Random): Uint8Array {
  const bytes = model.slice()
  for (let count = random.integer(1, 6); count > 0; count--) {
    const at = random.integer(0, bytes.length - 1)
    bytes[at] = random.boolean()
      ? bytes[at]! ^ (1 << random.integer(0, 7))
      : random.pick([0, 0x7f, 0x80, 0xff])
  }
  return bytes
}

/** A piece of one file written over, or put into, another; or a piece left out. */
function spliced(model: Uint8Array, donor: Uint8Array, random: Random): Uint8Array {
  const length = random.integer(1, random.pick([4, 40, 400]))
  const from = random.integer(0, Math.max(0, donor.length - length))
  const piece = random.boolean() ? donor.slice(from, from + length) : new Uint8Array(0)
  const at = random.integer(0, model.length - 1)
  const skipped = random.pick([0, piece.length, length])
  return Buffer.concat([model.subarray(0, at), piece, model.subarray(Math.min(model.length, at + skipped))])
}

function changedFields(bytes: Uint8Array, random: Random): Mutant {
  const message = onnxProto.onnx.ModelProto.decode(bytes)
  const labels: string[] = []
  for (let count = random.pick([1, 1, 1, 2, 3]); count > 0; count--) {
    const [label, change] = random.pick(changes)
    labels.push(label)
    change(message.graph!, message, random)
  }
  return { bytes: onnxProto.onnx.ModelProto.encode(message).finish(), label: labels.join(' + ') }
}
