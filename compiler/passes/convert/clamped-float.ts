// SPDX-License-Identifier: Apache-2.0
// A Relu or Clip of a float tensor during conversion.
import { quantize } from '../../arithmetic/float32.js'
import { type Constant, type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Conversion } from './conversion.js'
import { Remembering } from './floats.js'
import { identicalTable } from './tables.js'
import type { FloatValue, Target, WideTarget } from './values.js'

/**
 * min(max(x, low), high) of a float tensor that is not a table: Q of it is Q(x) clamped to Q(low)..Q(high). Not so for
 * NaN, which a clamp leaves and Q makes 0: where there may be one, the clamp is done in float.
 */
export class ClampedFloat extends Remembering implements FloatValue {
  override readonly isNumber: boolean
  readonly #input: FloatValue
  readonly #low: number
  readonly #high: number
  constructor(conversion: Conversion, input: FloatValue, low: number, high: number) {
    super(conversion, input.shape)
    this.#input = input
    this.#low = low
    this.#high = high
    this.isNumber = input.isNumber
  }

  protected emitQuantized(target: Target): string {
    if (!this.isNumber) return this.conversion.stored(this.shape, this.stored()).quantized(target)
    const tensor = this.#input.quantized(target)
    const low = quantize(this.#low, target, rangeOf(target.type))
    const high = quantize(this.#high, target, rangeOf(target.type))
    const table = clampTable(target.type, low, high)
    if (identicalTable(table)) return tensor
    return this.conversion.emit(
      'table',
      [tensor],
      { type: target.type, shape: this.shape },
      { table, axis: null, label: 'clamp' },
    )
  }

  protected override emitWide(target: WideTarget): string {
    if (!this.isNumber) return super.emitWide(target)
    const { type } = target
    const range = rangeOf(type)
    const narrowed = (tensor: string, operation: 'maximum' | 'minimum', value: number) => {
      const quantum = quantize(value, target, range)
      if (quantum === (operation === 'maximum' ? range.min : range.max)) return tensor
      const data = type === 'int16' ? Int16Array.of(quantum) : Uint16Array.of(quantum)
      const value16: Constant = { type, shape: [], data }
      const bound = this.conversion.emit('constant', [], { type, shape: [] }, { value: value16 })
      return this.conversion.emit('plain_binary', [tensor, bound], { type, shape: this.shape }, { operation })
    }
    const tensor = this.#input.quantizedWide(target)
    return narrowed(narrowed(tensor, 'maximum', this.#low), 'minimum', this.#high)
  }

  protected emitStored(): string {
    const bound = (value: number) =>
      this.conversion.emit(
        'constant',
        [],
        { type: 'float32', shape: [] },
        { value: { type: 'float32', shape: [], data: Float32Array.of(value) } },
      )
    const clamp = (tensor: string, operation: 'maximum' | 'minimum', value: number) =>
      value !== (operation === 'maximum' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY)
        ? this.conversion.emit(
            'float_binary',
            [tensor, bound(value)],
            { type: 'float32', shape: this.shape },
            { operation, tableA: null, tableB: null, output: null },
          )
        : tensor
    return clamp(clamp(this.#input.stored(), 'maximum', this.#low), 'minimum', this.#high)
  }
}

function clampTable(type: QuantizedType, low: number, high: number): Int8Array | Uint8Array {
  const table = type === 'int8' ? new Int8Array(256) : new Uint8Array(256)
  const quanta = type === 'int8' ? new Int8Array(256) : new Uint8Array(256)
  for (let byte = 0; byte < 256; byte++) {
    quanta[byte] = byte
    table[byte] = Math.min(Math.max(quanta[byte]!, low), high)
  }
  return table
}
