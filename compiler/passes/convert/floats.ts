// SPDX-License-Identifier: Apache-2.0
// The kinds of float tensors during conversion (values.ts says what they promise). Each emits what it needs the
// first time it is asked, and remembers.

import { quantize } from '../../arithmetic/float32.js'
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import type { Constant, QuantizedType } from '../../ir/types.js'
import { rangeOf, sizeOf } from '../../ir/types.js'
import type { Conversion } from './conversion.js'
import { identicalTable, quantizeTable } from './tables.js'
import type { FloatValue, Grid, Pair, Target, WideQuanta, WideTarget } from './values.js'

/** Remembers what was emitted for a target. */
abstract class Remembering {
  readonly kind = 'float'
  readonly grid: Grid | null = null
  readonly pair: Pair | null = null
  readonly wide: WideQuanta | null = null
  abstract readonly isNumber: boolean
  readonly shape: readonly number[]
  protected readonly conversion: Conversion
  readonly #quantized = new Map<string, string>()
  #stored: string | null = null

  constructor(conversion: Conversion, shape: readonly number[]) {
    this.conversion = conversion
    this.shape = shape
  }

  quantized(target: Target): string {
    return this.#once(target, () => this.emitQuantized(target))
  }

  quantizedWide(target: WideTarget): string {
    return this.#once(target, () => this.emitWide(target))
  }

  #once({ type, scale, zeroPoint }: Target | WideTarget, emit: () => string): string {
    const key = `${type} ${scale} ${zeroPoint}`
    const tensor = this.#quantized.get(key) ?? emit()
    this.#quantized.set(key, tensor)
    return tensor
  }

  stored(): string {
    this.#stored ??= this.emitStored()
    return this.#stored
  }

  protected abstract emitQuantized(target: Target): string
  protected abstract emitStored(): string

  protected emitWide({ type, scale, zeroPoint }: WideTarget): string {
    return this.conversion.emit(
      'quantize',
      [this.stored()],
      { type, shape: this.shape },
      { scales: Float32Array.of(scale), zeroPoints: [zeroPoint], axis: null },
    )
  }
}

/** A function of each element of one 8-bit tensor: a table. */
export class GridFloat extends Remembering implements FloatValue {
  override readonly grid: Grid
  override readonly isNumber: boolean
  constructor(conversion: Conversion, shape: readonly number[], grid: Grid) {
    super(conversion, shape)
    this.grid = grid
    this.isNumber = !grid.values.some(Number.isNaN)
  }

  protected emitQuantized(target: Target): string {
    const { tensor, type, values, axis, label } = this.grid
    const table = quantizeTable(values, target)
    if (type === target.type && identicalTable(table)) return tensor
    return this.conversion.emit(
      'table',
      [tensor],
      { type: target.type, shape: this.shape },
      { table, axis, label },
    )
  }

  protected emitStored(): string {
    const { tensor, values, axis, label } = this.grid
    return this.conversion.emit(
      'table',
      [tensor],
      { type: 'float32', shape: this.shape },
      { table: values, axis, label },
    )
  }
}

/** A float32 tensor in memory. */
export class StoredFloat extends Remembering implements FloatValue {
  override readonly isNumber = false
  override readonly wide: WideQuanta | null
  readonly #tensor: string
  constructor(
    conversion: Conversion,
    shape: readonly number[],
    tensor: string,
    wide: WideQuanta | null = null,
  ) {
    super(conversion, shape)
    this.#tensor = tensor
    this.wide = wide
  }

  /** Q of DQ with the same parameters is nothing, but where products overflow float32. */
  protected override emitWide(target: WideTarget): string {
    const { wide } = this
    const isSame =
      wide?.type === target.type && wide.scale === target.scale && wide.zeroPoint === target.zeroPoint
    return isSame && Number.isFinite(Math.fround(wide.scale * 65535)) ? wide.tensor : super.emitWide(target)
  }

  protected emitQuantized(target: Target): string {
    return this.conversion.emit(
      'quantize',
      [this.#tensor],
      { type: target.type, shape: this.shape },
      { scales: Float32Array.of(target.scale), zeroPoints: [target.zeroPoint], axis: null },
    )
  }

  protected emitStored(): string {
    return this.#tensor
  }
}

export class ConstantFloat extends Remembering implements FloatValue {
  readonly constant: Constant
  override readonly isNumber: boolean
  constructor(conversion: Conversion, constant: Constant) {
    super(conversion, constant.shape)
    this.constant = constant
    this.isNumber = !(constant.data as Float32Array).some(Number.isNaN)
  }

  protected emitQuantized(target: Target): string {
    const data =
      target.type === 'int8' ? new Int8Array(sizeOf(this.shape)) : new Uint8Array(sizeOf(this.shape))
    const values = this.constant.data as Float32Array
    values.forEach((v, i) => {
      data[i] = quantize(v, target, rangeOf(target.type))
    })
    const value: Constant = { type: target.type, shape: this.shape, data }
    return this.conversion.emit('constant', [], { type: target.type, shape: this.shape }, { value })
  }

  protected emitStored(): string {
    return this.conversion.emit(
      'constant',
      [],
      { type: 'float32', shape: this.shape },
      { value: this.constant },
    )
  }
}

/**
 * A rearrangement or maximum of float tensors. Q commutes with it (Q is monotone and elementwise), so that it can
 * be done on the quantized tensors: Q(op(x)) = op(Q(x)).
 */
export class CommutingFloat<Name extends OperatorName> extends Remembering implements FloatValue {
  override readonly isNumber: boolean
  readonly #inputs: readonly FloatValue[]
  readonly #operator: Name
  /** Attributes on float tensors, or on tensors quantized to `target` (a pad value is quantized too). */
  readonly #attributes: (target: Target | null) => OperatorAttributes[Name]

  constructor(
    conversion: Conversion,
    shape: readonly number[],
    operator: Name,
    inputs: readonly FloatValue[],
    attributes: (target: Target | null) => OperatorAttributes[Name],
  ) {
    super(conversion, shape)
    this.#operator = operator
    this.#inputs = inputs
    this.#attributes = attributes
    this.isNumber = inputs.every((input) => input.isNumber)
  }

  protected emitQuantized(target: Target): string {
    const inputs = this.#inputs.map((input) => input.quantized(target))
    return this.conversion.emit(
      this.#operator,
      inputs,
      { type: target.type, shape: this.shape },
      this.#attributes(target),
    )
  }

  protected emitStored(): string {
    const inputs = this.#inputs.map((input) => input.stored())
    return this.conversion.emit(
      this.#operator,
      inputs,
      { type: 'float32', shape: this.shape },
      this.#attributes(null),
    )
  }
}

interface ComputedTraits {
  readonly pair?: Pair | null
  readonly isNumber: () => boolean
  /** Where its kernel gives quanta of 16 bits, too. */
  readonly emitWide?: (target: WideTarget) => string
}

/** A float operation whose kernel ends in Q or in a float32 store. */
export class ComputedFloat extends Remembering implements FloatValue {
  override readonly pair: Pair | null
  readonly #emit: (target: Target | null) => string
  readonly #emitWide: ((target: WideTarget) => string) | undefined
  readonly #isNumber: () => boolean
  constructor(
    conversion: Conversion,
    shape: readonly number[],
    emit: (target: Target | null) => string,
    { pair = null, isNumber, emitWide }: ComputedTraits,
  ) {
    super(conversion, shape)
    this.#emit = emit
    this.#emitWide = emitWide
    this.#isNumber = isNumber
    this.pair = pair
  }

  override get isNumber(): boolean {
    return this.#isNumber()
  }

  protected emitQuantized(target: Target): string {
    return this.#emit(target)
  }

  protected override emitWide(target: WideTarget): string {
    return this.#emitWide ? this.#emitWide(target) : super.emitWide(target)
  }

  protected emitStored(): string {
    return this.#emit(null)
  }
}

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
