// SPDX-License-Identifier: Apache-2.0
// QLinearAdd and QLinearMul: integer forms, proven over all 65,536 pairs of quanta. The contract's rule:
//     v = f32(f32(DQ(a) op DQ(b)) / scale);  y = rne(f32(clamp(v, min - zeroPoint, max - zeroPoint) + zeroPoint))
// The zero point enters before rounding, so a tie goes to the even *output*. The integer form is
//     add:       P = a * multiplierA + b * multiplierB + addend
//     multiply:  P = (a - zeroPointA) * (b - zeroPointB) * multiplierA + addend
//     y = clamp(P rounded to units of 2^shift)
import { type Quantization, type QuantizedType, rangeOf } from '../ir/types.js'
import { clamp, dequantize, f32, type Range, roundHalfEven } from './float32.js'
import { fitRounding, type Rounding, roundFixedPoint } from './pair-rounding.js'

export type PairOperation = 'add' | 'multiply'

export interface PairRule {
  readonly operation: PairOperation
  readonly a: Quantization
  readonly b: Quantization
  readonly output: Quantization
  /** Of both inputs and the output. */
  readonly type: QuantizedType
}

/** plain: half up. window: products within the window of a tie go to the even output. float: the rule's own float32 operations. */
export type PairForm = IntegerPairForm | { readonly form: 'float' }

export interface IntegerPairForm {
  readonly form: 'plain' | 'window'
  readonly multiplierA: bigint
  /** 0 for multiply. */
  readonly multiplierB: bigint
  readonly rounding: Rounding
  /** Pairs at which it was compared with the rule: all. */
  readonly checked: number
}

/** The rule itself, for one pair of quanta. */
export function pairRule(a: number, b: number, { operation, ...rule }: PairRule): number {
  const { output, type } = rule
  const [realA, realB] = [dequantize(a, rule.a), dequantize(b, rule.b)]
  const combined = operation === 'add' ? f32(realA + realB) : f32(realA * realB)
  return finishPair(f32(combined / output.scale), output.zeroPoint, rangeOf(type))
}

const finishPair = (v: number, zeroPoint: number, { min, max }: Range): number =>
  roundHalfEven(f32(clamp(v, { min: min - zeroPoint, max: max - zeroPoint }) + zeroPoint))

/** The cheapest integer form that equals the rule on every pair; `float` where there is none. */
export function choosePairForm(rule: PairRule): PairForm {
  const integers = rule.operation === 'add' ? additionMultipliers(rule) : multiplicationMultiplier(rule)
  if (!integers) return { form: 'float' }
  const range = rangeOf(rule.type)
  const pairs = { products: new Float64Array(65536), outputs: new Int16Array(65536) }
  const outputOf = ruleOverPairs(rule)
  let index = 0
  for (let a = range.min; a <= range.max; a++) {
    for (let b = range.min; b <= range.max; b++, index++) {
      pairs.products[index] = productOf(a, b, rule, integers)
      pairs.outputs[index] = outputOf(a, b)
    }
  }
  const rounding = fitRounding(pairs.products, pairs.outputs, range, integers.shift)
  if (!rounding) return { form: 'float' }
  return {
    form: rounding.window === null ? 'plain' : 'window',
    multiplierA: BigInt(integers.multiplierA),
    multiplierB: BigInt(integers.multiplierB),
    rounding: { ...rounding, addend: rounding.addend + BigInt(integers.offset) },
    checked: index,
  }
}

/** What the integer form gives for one pair. */
export function pairInteger(a: number, b: number, rule: PairRule, form: IntegerPairForm): number {
  const product =
    rule.operation === 'add'
      ? BigInt(a) * form.multiplierA + BigInt(b) * form.multiplierB
      : BigInt((a - rule.a.zeroPoint) * (b - rule.b.zeroPoint)) * form.multiplierA
  return clamp(roundFixedPoint(product, form.rounding), rangeOf(rule.type))
}

interface Multipliers {
  readonly multiplierA: number
  readonly multiplierB: number
  /** Stands for the zero points: the output's, and the inputs' where they are not subtracted before. */
  readonly offset: number
  readonly shift: number
}

/** Every product below stays under 2^52, hence exact in a double. */
const PRODUCT_BITS = 52

function additionMultipliers({ a, b, output }: PairRule): Multipliers | null {
  const [ratioA, ratioB] = [a.scale / output.scale, b.scale / output.scale]
  const shift = PRODUCT_BITS - 11 - bitsAbove(Math.max(ratioA, ratioB))
  if (shift < MIN_SHIFT) return null
  const [multiplierA, multiplierB] = [Math.round(ratioA * 2 ** shift), Math.round(ratioB * 2 ** shift)]
  const offset = output.zeroPoint * 2 ** shift - multiplierA * a.zeroPoint - multiplierB * b.zeroPoint
  return { multiplierA, multiplierB, offset, shift }
}

function multiplicationMultiplier({ a, b, output }: PairRule): Multipliers | null {
  const ratio = (a.scale * b.scale) / output.scale
  const shift = PRODUCT_BITS - 17 - bitsAbove(ratio)
  if (shift < MIN_SHIFT) return null
  return {
    multiplierA: Math.round(ratio * 2 ** shift),
    multiplierB: 0,
    offset: output.zeroPoint * 2 ** shift,
    shift,
  }
}

/** Fewer bits behind the point could not tell the pairs from the ties. */
const MIN_SHIFT = 24

const bitsAbove = (ratio: number): number => Math.max(0, Math.ceil(Math.log2(ratio)))

/** P before the fitted offset, in units of 2^-shift. */
const productOf = (a: number, b: number, rule: PairRule, integers: Multipliers): number =>
  rule.operation === 'add'
    ? a * integers.multiplierA + b * integers.multiplierB + integers.offset
    : (a - rule.a.zeroPoint) * (b - rule.b.zeroPoint) * integers.multiplierA + integers.offset

/** The rule with what depends on one input alone taken out of the loop over pairs. */
function ruleOverPairs({ operation, a, b, output, type }: PairRule): (a: number, b: number) => number {
  const range = rangeOf(type)
  const realsA = realsOf(a, range)
  const realsB = realsOf(b, range)
  return (quantumA, quantumB) => {
    const [realA, realB] = [realsA[quantumA - range.min]!, realsB[quantumB - range.min]!]
    const combined = operation === 'add' ? f32(realA + realB) : f32(realA * realB)
    return finishPair(f32(combined / output.scale), output.zeroPoint, range)
  }
}

const realsOf = (quantization: Quantization, { min, max }: Range): Float32Array =>
  Float32Array.from({ length: max - min + 1 }, (_, index) => dequantize(min + index, quantization))
