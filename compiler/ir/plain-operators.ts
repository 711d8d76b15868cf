// SPDX-License-Identifier: Apache-2.0
// Attributes of the operators on plain integers and bools: no quantization, the model's own types.

/** In the order of assembly/plain-binary; from `equal` on the result is bool. */
export const plainBinaryOperations = [
  ...['add', 'subtract', 'multiply', 'divide', 'modulo', 'remainder', 'minimum', 'maximum'],
  ...['and', 'or', 'xor', 'shift_left', 'shift_right'],
  ...['equal', 'less', 'less_or_equal', 'greater', 'greater_or_equal'],
] as const
export type PlainBinaryOperation = (typeof plainBinaryOperations)[number]

/**
 * One operation on two tensors of one integer type or bool (numpy broadcasting); comparisons of two float32 tensors, too.
 * Results wrap to the type. Quotients truncate; `modulo` has the divisor's sign; `remainder` has the dividend's, and of
 * int64 it is that of both sides rounded to float64. Shifts by the type's width or more give 0. Where the reference
 * has no result: anything by 0 is 0, the least integer by -1 is itself.
 */
export interface PlainBinaryAttributes {
  readonly operation: PlainBinaryOperation
}

/** In the order of assembly/plain-unary. */
export const plainUnaryOperations = [
  'negate',
  'absolute',
  'sign',
  'not',
  'complement',
  'cast',
  'saturate',
] as const
export type PlainUnaryOperation = (typeof plainUnaryOperations)[number]

/**
 * One integer or bool element each (`not`: bool), wrapping to its type. `cast` is to the output's type: integers keep
 * their low bits, to bool everything but 0 is true, to float32 they round to nearest even. float32 goes to an integer
 * through int32 (int8, int16), uint32 (uint8, uint16) or the type itself: truncated, saturating there, NaN to 0.
 * `saturate` is the cast of float32 to int8, int16 or int32 that saturates at the type's own ends.
 */
export interface PlainUnaryAttributes {
  readonly operation: PlainUnaryOperation
}

/** Inputs condition (bool), a and b of one type (numpy broadcasting): a where the condition holds, else b. */
export type WhereAttributes = Readonly<Record<string, never>>

/** Of every matrix [..., rows, columns] the elements with column - row >= diagonal (upper) or <= diagonal; others are 0. */
export interface TriangleAttributes {
  readonly upper: boolean
  readonly diagonal: number
}

/** Sums of the elements up to each one along the axis, wrapping; without itself (exclusive), from the end (reverse). */
export interface CumulativeSumAttributes {
  readonly axis: number
  readonly exclusive: boolean
  readonly reverse: boolean
}

export interface PlainOperatorAttributes {
  plain_binary: PlainBinaryAttributes
  plain_unary: PlainUnaryAttributes
  where: WhereAttributes
  triangle: TriangleAttributes
  cumulative_sum: CumulativeSumAttributes
}
