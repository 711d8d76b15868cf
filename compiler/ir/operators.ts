// SPDX-License-Identifier: Apache-2.0
// Attributes of Caplet's own operators (after step 4, normalize): what each node means, with every number that
// the numeric contract needs. Shapes and axes are in the model's own order of dimensions (NCHW, NCW);
// how tensors are stored is decided later (passes/assign-layouts.ts).
// Notation: f(.) rounds to float32, rne rounds half to even, DQ(q) = f((q - zeroPoint) * scale),
// Q(v) = clamp(rne(f(v / scale)) + zeroPoint).
import type { FixedOperatorAttributes, FixedRequantization } from './fixed-operators.js'
import type { FixedRecurrentOperatorAttributes } from './fixed-recurrent-operators.js'
import type {
  ConvolutionTransposeAttributes,
  NormalizationAttributes,
  ReduceAttributes,
  ResizeAttributes,
} from './float-operators.js'
import type { PlainOperatorAttributes } from './plain-operators.js'
import type { RecurrentAttributes } from './recurrent-operators.js'
import type {
  DynamicQuantizeAttributes,
  MatrixProductAttributes,
  WeightedSumAttributes,
  WideSumAttributes,
} from './sum-operators.js'
import type { Constant, Data, Quantization } from './types.js'

/** Rule R: y = clamp(rne(f(f(accumulator) * multiplier[c])) + zeroPoint, min, max); multiplier is float32, > 0. */
export interface Requantization {
  /** One per output channel, or a single one for all. */
  readonly multipliers: Float32Array
  readonly zeroPoint: number
  readonly min: number
  readonly max: number
}

/** Sliding window over the spatial dimensions (1 or 2 of them); pads = begin of each, then end of each. */
export interface Window {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly pads: readonly number[]
  readonly dilations: readonly number[]
}

/** Input [N, C, ...spatial] 8-bit, output [N, O, ...spatial] 8-bit. accumulator = bias[o] + sum (x - inputZeroPoint) * (w - weightZeroPoint[o]). */
export interface ConvolutionAttributes extends Window {
  readonly group: number
  /** [O, C / group, ...kernel], int8 or uint8. */
  readonly weight: Constant
  /** Length 1 or O. */
  readonly weightZeroPoints: readonly number[]
  /** Length O; null = none. */
  readonly bias: Int32Array | null
  readonly inputZeroPoint: number
  readonly requantization: Requantization | FixedRequantization
}

/** Input [..., K] 8-bit, output [..., N]: 8-bit by rule R or M or, with requantization null, float32: f(f(accumulator) * multipliers[n]), then f(that + floatBias[n]). */
export interface FullyConnectedAttributes {
  /** [N, K] (transposed where the model has [K, N]), int8 or uint8. */
  readonly weight: Constant
  readonly weightZeroPoints: readonly number[]
  /** Length N; null = none. */
  readonly bias: Int32Array | null
  readonly inputZeroPoint: number
  readonly requantization: Requantization | FixedRequantization | null
  readonly floatMultipliers: Float32Array | null
  readonly floatBias: Float32Array | null
}

/** One 8-bit input, any shape: output = table[byte of the input element] (index = the element's bits as uint8, 0..255). */
export interface TableAttributes {
  /** 256 entries, or channels * 256 with `axis` set; element type = the output tensor's type (int8, uint8, bool, float32). */
  readonly table: Data
  /** Axis whose coordinate chooses among several tables; null = one table. */
  readonly axis: number | null
  /** For people: 'sigmoid', 'requantize', 'tanh', ... */
  readonly label: string
}

/** QLinearAdd / QLinearMul of two 8-bit tensors (numpy broadcasting), rule of the contract:
 *  v = f(f(DQ(a) op DQ(b)) / output.scale); v = clamp(v, lo - z, hi - z); y = rne(f(v + z)). */
export interface QuantizedBinaryAttributes {
  readonly operation: 'add' | 'multiply'
  readonly a: Quantization
  readonly b: Quantization
  readonly output: Quantization
}

/** prelu: a where a >= 0, else f(a * b). */
export type FloatBinaryOperation =
  | 'add'
  | 'subtract'
  | 'multiply'
  | 'divide'
  | 'minimum'
  | 'maximum'
  | 'prelu'

/** One float32 operation on two tensors (numpy broadcasting), as the reference runs it in float. Each side is float32, or
 *  8-bit read through a table of 256 float32 values. With `output` set the result goes through Q into an 8-bit tensor. */
export interface FloatBinaryAttributes {
  readonly operation: FloatBinaryOperation
  readonly tableA: Float32Array | null
  readonly tableB: Float32Array | null
  readonly output: Quantization | null
}

/** Any function of two 8-bit tensors (numpy broadcasting): output = table[a * 256 + b] (bytes of the two elements). 65,536 entries. */
export interface PairTableAttributes {
  readonly table: Int8Array | Uint8Array
  readonly label: string
}

/** Maximum over the window; padding never wins. 8-bit or float32, output type = input type. */
export interface MaxPoolAttributes extends Window {
  readonly ceilMode: boolean
}

/** S = f32 sum of inputValues[x] (or of float x) over the window's cells inside the image, in the order that `summation` says;
 *  v = f(S / count). output null: v itself; else 'before': rne(f(f(v / s) + z)), clamped (QLinearAveragePool), 'after': Q(v).
 *  count = cells inside; with countIncludePad the kernel's size ('before') or the cells inside image and pads ('after', float). */
export interface AveragePoolAttributes extends Window {
  readonly countIncludePad: boolean
  /** Value of each input byte (256 float32), or null for a float32 input. */
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
  /** 'after': zero point added after rounding (float pool, then QuantizeLinear). 'before': QLinearAveragePool. */
  readonly zeroPointAdded: 'before' | 'after'
  /** 'rows' for QLinearAveragePool; operators/average-pool/summation.ts says which one a float pool has. */
  readonly summation: Summation
}

/**
 * rows: cell by cell, row by row. columns: each column from top to bottom from 0, then the columns' sums from left to right.
 * lanes: the cells in order, cell i to sum i mod 4 of four; S = f(f(s0 + s2) + f(s1 + s3)); the last (count mod 4) cells one by one.
 */
export type Summation = 'rows' | 'columns' | 'lanes'

/** QLinearGlobalAveragePool: accumulator = sum(x) - n * inputZeroPoint; rule R with multiplier f(s_x / f(s_y * f(n))). Reduces every spatial dimension to 1. */
export interface GlobalAveragePoolAttributes {
  readonly inputZeroPoint: number
  readonly requantization: Requantization | FixedRequantization
}

/** Equal element types and, since tables were put in front where scales differ, equal quantization. */
export interface ConcatAttributes {
  readonly axis: number
}

/** Same elements, same order, other shape. */
export type ReshapeAttributes = Readonly<Record<string, never>>

export interface TransposeAttributes {
  readonly permutation: readonly number[]
}

/** output[i] = input[start + i * step] per axis; step may be negative. One entry per axis. */
export interface SliceAttributes {
  readonly starts: readonly number[]
  readonly steps: readonly number[]
}

/**
 * The input seen as [outer][length][inner], `length` being the axes axis .. axis + span - 1 taken as one:
 * output[outer][k][inner] = input[outer][indices[k]][inner], under any shape of that many elements.
 */
export interface GatherAttributes {
  readonly axis: number
  readonly span: number
  /** 0 <= index < length. */
  readonly indices: Int32Array
}

/** Each axis repeated: output[i] = input[i mod length]. The output's lengths are multiples of the input's. */
export type TileAttributes = Readonly<Record<string, never>>

/** Constant padding: `value` is an element of the tensor's own type (a quantum for 8-bit). pads = begin of each axis, then end of each; may be negative (crop). */
export interface PadAttributes {
  readonly pads: readonly number[]
  readonly value: number
  readonly mode: 'constant' | 'reflect' | 'edge'
}

export interface DepthToSpaceAttributes {
  readonly blockSize: number
  readonly mode: 'DCR' | 'CRD'
}

/** QLinearSoftmax (research rule 2.5) over rows: `axis` alone (opset >= 13), or all axes from it on as one row. */
export interface SoftmaxAttributes {
  readonly axis: number
  readonly rowIsTail: boolean
  readonly inputScale: number
  readonly inputType: 'int8' | 'uint8'
  readonly output: Quantization
}

/** float32 softmax of float32 (or of table[x]) rows, or its logarithm f(f(x - max) - log S); Q afterwards where output is set. */
export interface FloatSoftmaxAttributes {
  readonly isLog: boolean
  readonly axis: number
  readonly rowIsTail: boolean
  readonly inputValues: Float32Array | null
  readonly output: Quantization | null
}

/** First maximum along the axis (last with selectLast), as int64 or int32. keepDimensions is in the output's shape. */
export interface ArgMaxAttributes {
  readonly axis: number
  readonly selectLast: boolean
}

/** The greatest (or least) `length of the output` elements along the axis, best first, of equal ones the first; or their indices as int64. */
export interface TopKAttributes {
  readonly axis: number
  readonly largest: boolean
  readonly yields: 'values' | 'indices'
}

/** float32 -> 8- or 16-bit: Q(v); per-axis where scales has several entries. The other way: DQ(q).
 *  With `halvesAway` Q rounds halves away from zero instead of to even, and takes NaN for 0 (contract tflite). */
export interface QuantizeAttributes {
  readonly halvesAway?: boolean
  readonly scales: Float32Array
  readonly zeroPoints: readonly number[]
  readonly axis: number | null
}

/** A tensor known at compile time that must stand in memory (a graph output, an operand of a binary operator). */
export interface ConstantAttributes {
  readonly value: Constant
}

/** Each operator's attributes, by the node's `operator`. Dequantize to float32 is a `table` with float32 entries. */
export interface OperatorAttributes
  extends FixedOperatorAttributes,
    PlainOperatorAttributes,
    FixedRecurrentOperatorAttributes {
  convolution: ConvolutionAttributes
  fully_connected: FullyConnectedAttributes
  matrix_product: MatrixProductAttributes
  weighted_sum: WeightedSumAttributes
  wide_sum: WideSumAttributes
  recurrent: RecurrentAttributes
  table: TableAttributes
  quantized_binary: QuantizedBinaryAttributes
  float_binary: FloatBinaryAttributes
  pair_table: PairTableAttributes
  max_pool: MaxPoolAttributes
  average_pool: AveragePoolAttributes
  global_average_pool: GlobalAveragePoolAttributes
  concat: ConcatAttributes
  reshape: ReshapeAttributes
  transpose: TransposeAttributes
  slice: SliceAttributes
  gather: GatherAttributes
  tile: TileAttributes
  pad: PadAttributes
  depth_to_space: DepthToSpaceAttributes
  softmax: SoftmaxAttributes
  float_softmax: FloatSoftmaxAttributes
  reduce: ReduceAttributes
  normalization: NormalizationAttributes
  resize: ResizeAttributes
  convolution_transpose: ConvolutionTransposeAttributes
  arg_max: ArgMaxAttributes
  top_k: TopKAttributes
  quantize: QuantizeAttributes
  dequantize: QuantizeAttributes
  dynamic_quantize: DynamicQuantizeAttributes
  constant: ConstantAttributes
}

export type OperatorName = keyof OperatorAttributes
