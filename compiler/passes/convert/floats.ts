// SPDX-License-Identifier: Apache-2.0
// The kinds of float tensors during conversion (values.ts says what they promise). Each emits what it needs the
// first time it is asked, and remembers.

import { quantize } from '../../arithmetic/float32.js'
import type { OperatorAttributes, OperatorName } from '../../ir/operators.js'
import type { Constant } from '../../ir/types.js'
import { rangeOf, sizeOf } from '../../ir/types.js'
import type { Conversion } from './conversion.js'
import { identicalTable, quantizeTable } from './tables.js'
import type { FloatValue, Grid, Pair, Target, WideQuanta, WideTarget } from './values.js'

/** Remembers what was emitted for a target. */
export abstract class Remembering {
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
 * A rearrangement of float tensors. Q commutes with it (Q is monotone and elementwise), so that it can
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
