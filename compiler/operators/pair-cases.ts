// SPDX-License-Identifier: Apache-2.0
// What cases of elementwise operators of two inputs have in common: every pair of bytes, and shapes that broadcast.
import { allocate, type Constant, type QuantizedType } from '../ir/types.js'
import type { Random } from './random.js'

type Shape = readonly number[]

/** Every pair of quanta (of bytes, read as each type), in 256 x 256 elements. */
export const everyPair = (a: QuantizedType, b: QuantizedType): [Constant, Constant] => [
  grid(a, (index) => index & 255),
  grid(b, (index) => index >> 8),
]

function grid(type: QuantizedType, quantum: (index: number) => number): Constant {
  const data = allocate(type, 65536)
  for (let index = 0; index < 65536; index++) data[index] = quantum(index)
  return { type, shape: [256, 256], data }
}

/** Shape of an output of rank 0 to 5, and those of two inputs of which at least one has it and the other broadcasts to it. */
export function broadcastShapes(random: Random): { shape: Shape; left: Shape; right: Shape } {
  const shape = Array.from({ length: random.integer(0, 5) }, () => random.integer(1, 4))
  const broadcast = () =>
    shape.map((length) => (random.integer(0, 2) === 0 ? 1 : length)).slice(random.integer(0, shape.length))
  const [left, right] = random.pick([
    [shape, shape],
    [shape, broadcast()],
    [broadcast(), shape],
  ])
  return { shape, left: left!, right: right! }
}
