// SPDX-License-Identifier: Apache-2.0
// What a tensor of the model is while it is converted. A float tensor is not computed in float: it is described
// (as a function of 8-bit tensors, as a constant, as a copy ...) until something needs it quantized or stored.
import type { Constant, ElementType, Quantization, QuantizedType, WideType } from '../../ir/types.js'

/** An integer or bool tensor that exists in memory. */
export interface IntegerValue {
  readonly kind: 'integer'
  readonly shape: readonly number[]
  readonly type: ElementType
  readonly tensor: string
  /** Set where the same integers, converted to float32, come at no further cost: emits that tensor. */
  readonly floated?: (() => string) | undefined
}

export interface ConstantValue {
  readonly kind: 'constant'
  readonly shape: readonly number[]
  readonly constant: Constant
  /** Set where it is DQ of this constant. */
  readonly quantized?: QuantizedConstant
}

export interface QuantizedConstant {
  readonly constant: Constant
  /** One, or one per coordinate of `axis`. */
  readonly scales: Float32Array
  readonly zeroPoints: readonly number[]
  readonly axis: number
}

/** What quantizing needs: Q(v) = clamp(rne(f(v / scale)) + zeroPoint) in `type`. */
export interface Target extends Quantization {
  readonly type: QuantizedType
}

/** The same in 16 bits. */
export interface WideTarget extends Quantization {
  readonly type: WideType
}

/** A tensor of 16-bit quanta. */
export interface WideQuanta extends WideTarget {
  readonly tensor: string
}

/**
 * A float tensor. At least one of these is always possible: `quantized` gives the 8-bit tensor that equals Q of it,
 * `stored` gives a float32 tensor with its bits. Both emit what they need, once.
 */
export interface FloatValue {
  readonly kind: 'float'
  readonly shape: readonly number[]
  /** Set where every element is a function of the element of one 8-bit tensor of the same shape. */
  readonly grid: Grid | null
  /** Set where it is a function of two 8-bit tensors. */
  readonly pair: Pair | null
  /** Set where it is plainly DQ of a tensor of 16-bit quanta. */
  readonly wide: WideQuanta | null
  /** No element is ever NaN. */
  readonly isNumber: boolean
  quantized(target: Target): string
  /** Q of it in 16 bits. */
  quantizedWide(target: WideTarget): string
  stored(): string
}

/** values[byte] = the float32 that the 8-bit element with these bits stands for. */
export interface Grid {
  readonly tensor: string
  readonly type: QuantizedType
  /** 256 values, or channels * 256 with `axis`. */
  readonly values: Float32Array
  readonly axis: number | null
  /** Set where it is plainly DQ of the tensor. */
  readonly quantization: Quantization | null
  readonly label: string
}

/** values()[a * 256 + b] for the bytes a and b of two tensors that broadcast to the value's shape. */
export interface Pair {
  readonly a: Grid & { readonly shape: readonly number[] }
  readonly b: Grid & { readonly shape: readonly number[] }
  values(): Float32Array
}

export type Value = IntegerValue | ConstantValue | FloatValue
