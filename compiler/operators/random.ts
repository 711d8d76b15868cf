// SPDX-License-Identifier: Apache-2.0
// Seeded random numbers for generated cases: the same on every machine.

import type { Constant } from '../ir/types.js'
import { allocate, type ElementType, sizeOf } from '../ir/types.js'

export class Random {
  private state: number

  constructor(seed: number) {
    this.state = seed >>> 0 || 0x9e3779b9
  }

  /** 32 random bits: Marsaglia's xorshift with the shifts 13, 17, 5. */
  bits(): number {
    this.state ^= this.state << 13
    this.state ^= this.state >>> 17
    this.state ^= this.state << 5
    this.state >>>= 0
    return this.state
  }

  /** An integer in low..high, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor((this.bits() / 2 ** 32) * (high - low + 1))
  }

  boolean(): boolean {
    return this.integer(0, 1) === 1
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)]!
  }

  shuffle<T>(items: readonly T[]): T[] {
    const rest = [...items]
    return items.map(() => rest.splice(this.integer(0, rest.length - 1), 1)[0]!)
  }

  /** A float32 in low..high. */
  float(low: number, high: number): number {
    return Math.fround(low + (this.bits() / 2 ** 32) * (high - low))
  }

  /** A float32 scale: mostly arbitrary, often short or a power of two, so that ties occur. */
  scale(): number {
    const exponent = this.integer(-9, 1)
    const mantissa = this.pick([1, 1, 1.5, 1.25, this.float(1, 2), this.float(1, 2)])
    return Math.fround(mantissa * 2 ** exponent)
  }

  /** Any bits for integers; floats in -8..8 with many repetitions, or arbitrary ones. */
  tensor(type: ElementType, shape: readonly number[]): Constant {
    const data = allocate(type, sizeOf(shape))
    for (let index = 0; index < data.length; index++) {
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
        data[index] = (BigInt(this.bits()) << 32n) | BigInt(this.bits())
      } else if (type === 'bool') data[index] = this.integer(0, 1)
      else if (type === 'float32')
        data[index] = this.boolean() ? (this.integer(-32, 32) * this.pick([1, -1])) / 4 : this.float(-8, 8)
      else data[index] = this.bits()
    }
    return { type, shape, data }
  }
}
