// SPDX-License-Identifier: Apache-2.0
// What several TensorFlow Lite operators share: fused activations, multipliers of sums of products, windows.
import {
  exponentOf,
  type FixedMultiplier,
  fixedMultiplier,
  roundHalfAway,
} from '../arithmetic/fixed-point.js'
import { clamp, f32, type Range } from '../arithmetic/float32.js'
import type { FixedRequantization } from '../ir/fixed-operators.js'
import type { Tensor } from '../ir/graph.js'
import type { Window } from '../ir/operators.js'
import type { ElementType, Quantization } from '../ir/types.js'
import type { TfliteConversion } from '../passes/tflite/conversion.js'
import type { TfliteNode } from './tflite.js'

const activations: Readonly<Record<number, readonly [number | null, number | null]>> = {
  0: [null, null],
  1: [0, null],
  2: [-1, 1],
  3: [0, 6],
}

const ranges: Partial<Record<ElementType, Range>> = {
  int8: { min: -128, max: 127 },
  uint8: { min: 0, max: 255 },
  int16: { min: -32768, max: 32767 },
  int32: { min: -(2 ** 31), max: 2 ** 31 - 1 },
}

export const integerRange = (type: ElementType): Range => ranges[type]!

/** Bounds of a result with the node's fused activation; TFLite Micro takes unknown ones for none, they are refused here. */
export function activationRange(node: TfliteNode, type: ElementType, output: Quantization): Range {
  const code = node.int('activation')
  const bounds = activations[code]
  if (!bounds) {
    throw node.error(
      'unsupported-attribute',
      `The fused activation has number ${code}`,
      'Fused activations are RELU, RELU6 and RELU_N1_TO_1: keep others as nodes of their own.',
      'activation',
    )
  }
  const { min, max } = integerRange(type)
  const quantum = (real: number) => quantumOfBound(node, real, output)
  return {
    min: bounds[0] === null ? min : Math.min(max, Math.max(min, quantum(bounds[0]))),
    max: bounds[1] === null ? max : Math.max(min, Math.min(max, quantum(bounds[1]))),
  }
}

/** A bound of a clamp in quanta. Refused where TFLite Micro does not load it, or leaves int32. */
export function quantumOfBound(node: TfliteNode, real: number, { scale, zeroPoint }: Quantization): number {
  const steps = roundHalfAway(f32(real / scale))
  const { min, max } = integerRange('int32')
  const quantum = zeroPoint + steps
  if (Math.min(steps, quantum) >= min && Math.max(steps, quantum) <= max) return quantum
  throw node.error(
    'invalid-scale',
    `The bound ${real} of its activation is ${real / scale} steps of its scale, more than int32 holds`,
    'Calibrate and convert the model again: scales like this come from a tensor that was constant in calibration.',
  )
}

/** Left shifts of more bits are undefined in the reference. */
const largestShift = 30

export function checkedMultiplier(node: TfliteNode, d: number): FixedMultiplier {
  const refuse = () =>
    node.error(
      'invalid-scale',
      `Its scales are so far apart that results are multiplied by ${d}`,
      'Calibrate and convert the model again: scales like these come from a tensor that was constant in calibration.',
    )
  if (!Number.isFinite(d) || (d > 0 && exponentOf(d) > largestShift)) throw refuse()
  return fixedMultiplier(d)
}

/** Rule M of a sum of products: input scale * weight scale / output scale, each a float32 value, in double. */
export function productRequantization(
  node: TfliteNode,
  input: Quantization,
  weightScales: readonly number[],
  output: Tensor,
  form: (input: number, weight: number, output: number) => number = (i, w, o) => (i * w) / o,
): FixedRequantization {
  const quantization = node.quantization(output)
  return {
    fixed: weightScales.map((scale) => checkedMultiplier(node, form(input.scale, scale, quantization.scale))),
    zeroPoint: quantization.zeroPoint,
    ...activationRange(node, output.type, quantization),
  }
}

/** A window over [N, H, W, C] tensors, with the pads that SAME or VALID mean; checks the output's shape. */
export function windowOf(
  node: TfliteNode,
  input: Tensor,
  output: Tensor,
  kernel: readonly [number, number],
  channels: number,
  dilations: readonly [number, number] = [1, 1],
): Window {
  node.requireRank(input, 4)
  const strides = [node.int('strideHeight'), node.int('strideWidth')] as const
  const sizes = [...strides, ...dilations, ...kernel]
  if (sizes.some((size) => !Number.isInteger(size) || size < 1 || size > 1 << 24)) {
    throw node.malformed(`Strides ${strides}, dilations ${dilations} and kernel ${kernel} must be at least 1`)
  }
  const padding = node.int('padding')
  if (padding !== 0 && padding !== 1) throw node.malformed(`Padding has number ${padding}`)
  const axes = [0, 1].map((axis) => {
    const size = input.shape[axis + 1]!
    const extent = (kernel[axis]! - 1) * dilations[axis]! + 1
    const stride = strides[axis]!
    const length = Math.floor((padding === 0 ? size + stride - 1 : size + stride - extent) / stride)
    const total = padding === 0 ? Math.max((length - 1) * stride + extent - size, 0) : 0
    return { length, before: Math.floor(total / 2), after: total - Math.floor(total / 2) }
  })
  const [rows, columns] = axes as [(typeof axes)[0], (typeof axes)[0]]
  if (rows.length < 1 || columns.length < 1) throw node.malformed('The window is larger than the image')
  node.requireShape(output, [input.shape[0]!, rows.length, columns.length, channels])
  return {
    kernel,
    strides,
    dilations,
    pads: [rows.before, columns.before, rows.after, columns.after],
  }
}

/** A function of each int8 quantum as a table by its byte. */
export const int8Table = (apply: (quantum: number) => number): Int8Array =>
  Int8Array.from({ length: 256 }, (_, byte) => apply(byte < 128 ? byte : byte - 256))

const clampTable = (range: Range): Int8Array => int8Table((quantum) => clamp(quantum, range))

/** Multiplies by exactly 1. */
export const one: FixedMultiplier = { multiplier: 2 ** 30, shift: 1 }

/** The quanta of an int8 or int16 tensor, limited. */
export function emitClamp(
  conversion: TfliteConversion,
  x: string,
  output: { readonly type: ElementType; readonly shape: readonly number[] },
  range: Range,
): string {
  if (output.type === 'int8')
    return conversion.emit('table', [x], output, { table: clampTable(range), axis: null, label: 'clamp' })
  const slopes = { positive: one, negative: one, isNegated: false }
  const result = { min: range.min, max: range.max, zeroPoint: 0 }
  return conversion.emit('fixed_unary', [x], output, { slopes, inputZeroPoint: 0, result })
}
