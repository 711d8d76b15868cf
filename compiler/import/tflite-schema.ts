// SPDX-License-Identifier: Apache-2.0
// Numbers of TensorFlow Lite's public schema (schema.fbs, version 3): fields in the order in which a table declares
// them, operators, element types. Nothing else in the project knows a number of that file.
import type { ElementType } from '../ir/types.js'

export const schemaVersion = 3
export const fileIdentifier = 'TFL3'

export const modelFields = { version: 0, operatorCodes: 1, subgraphs: 2, buffers: 4, signatures: 7 } as const
export const operatorCodeFields = { deprecatedCode: 0, customCode: 1, code: 3 } as const
export const subgraphFields = { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 } as const
export const tensorFields = {
  ...{ shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, isVariable: 5, sparsity: 6 },
} as const
export const quantizationFields = { scales: 2, zeroPoints: 3, detailsType: 4, axis: 6 } as const
export const bufferFields = { data: 0, offset: 1, size: 2 } as const
export const operatorFields = { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 } as const
export const signatureFields = { inputs: 0, outputs: 1, subgraph: 4 } as const
export const tensorMapFields = { name: 0, tensor: 1 } as const

/** TensorType. int4 is unpacked to int8 while reading; the names in quotation marks are refused. */
export const elementTypes: Readonly<Record<number, ElementType | 'int4' | 'resource'>> = {
  ...{ 0: 'float32', 2: 'int32', 3: 'uint8', 4: 'int64', 6: 'bool', 7: 'int16', 9: 'int8', 10: 'float64' },
  ...{ 12: 'uint64', 13: 'resource', 15: 'uint32', 16: 'uint16', 17: 'int4' },
}
export const refusedTypes: Readonly<Record<number, string>> = {
  ...{ 1: 'float16', 5: 'string', 8: 'complex64', 11: 'complex128', 14: 'variant', 18: 'bfloat16' },
  ...{ 19: 'int2', 20: 'uint4', 21: 'float8e4m3fn', 22: 'float8e5m2' },
}

export type OptionKind = 'int8' | 'int32' | 'bool' | 'float32' | 'text' | 'int32s'
/** Field number, kind, and the value of an absent field. */
export type OptionField = readonly [field: number, kind: OptionKind, fallback: number | boolean | string]
export type OptionFields = Readonly<Record<string, OptionField>>

const window: OptionFields = {
  padding: [0, 'int8', 0],
  strideWidth: [1, 'int32', 0],
  strideHeight: [2, 'int32', 0],
}
const activation = (field: number): OptionFields => ({ activation: [field, 'int8', 0] })
const dilations = (field: number): OptionFields => ({
  dilationWidth: [field, 'int32', 1],
  dilationHeight: [field + 1, 'int32', 1],
})
const pool: OptionFields = {
  ...window,
  filterWidth: [3, 'int32', 0],
  filterHeight: [4, 'int32', 0],
  ...activation(5),
}
const reducer: OptionFields = { keepDimensions: [0, 'bool', false] }
const binary: OptionFields = { ...activation(0), powerOfTwoScale: [1, 'bool', true] }
const block: OptionFields = { blockSize: [0, 'int32', 0] }
const argument: OptionFields = { outputType: [0, 'int8', 0] }

/** Options by operator; operators that are not named have none that matter. */
export const optionFields: Readonly<Record<string, OptionFields>> = {
  CONV_2D: { ...window, ...activation(3), ...dilations(4) },
  DEPTHWISE_CONV_2D: { ...window, depthMultiplier: [3, 'int32', 0], ...activation(4), ...dilations(5) },
  TRANSPOSE_CONV: { ...window, ...activation(3) },
  FULLY_CONNECTED: {
    ...activation(0),
    weightsFormat: [1, 'int8', 0],
    keepDimensions: [2, 'bool', false],
    asymmetricInputs: [3, 'bool', false],
  },
  AVERAGE_POOL_2D: pool,
  MAX_POOL_2D: pool,
  SVDF: { rank: [0, 'int32', 0], ...activation(1) },
  SOFTMAX: { beta: [0, 'float32', 0] },
  CONCATENATION: { axis: [0, 'int32', 0], ...activation(1) },
  ADD: binary,
  SUB: binary,
  MUL: activation(0),
  UNIDIRECTIONAL_SEQUENCE_LSTM: {
    ...activation(0),
    cellClip: [1, 'float32', 0],
    projectionClip: [2, 'float32', 0],
    timeMajor: [3, 'bool', false],
  },
  RESIZE_BILINEAR: { alignCorners: [2, 'bool', false], halfPixelCenters: [3, 'bool', false] },
  RESIZE_NEAREST_NEIGHBOR: { alignCorners: [0, 'bool', false], halfPixelCenters: [1, 'bool', false] },
  SPACE_TO_DEPTH: block,
  DEPTH_TO_SPACE: block,
  GATHER: { axis: [0, 'int32', 0], batchDimensions: [1, 'int32', 0] },
  MEAN: reducer,
  SUM: reducer,
  REDUCE_MAX: reducer,
  REDUCE_MIN: reducer,
  STRIDED_SLICE: {
    beginMask: [0, 'int32', 0],
    endMask: [1, 'int32', 0],
    ellipsisMask: [2, 'int32', 0],
    newAxisMask: [3, 'int32', 0],
    shrinkAxisMask: [4, 'int32', 0],
    isEndOffset: [5, 'bool', false],
  },
  CAST: { inputType: [0, 'int8', 0], outputType: [1, 'int8', 0] },
  ARG_MAX: argument,
  ARG_MIN: argument,
  PACK: { count: [0, 'int32', 0], axis: [1, 'int32', 0] },
  UNPACK: { count: [0, 'int32', 0], axis: [1, 'int32', 0] },
  LEAKY_RELU: { alpha: [0, 'float32', 0] },
  BATCH_MATMUL: { adjointX: [0, 'bool', false], adjointY: [1, 'bool', false] },
  VAR_HANDLE: { container: [0, 'text', ''], sharedName: [1, 'text', ''] },
  CALL_ONCE: { subgraph: [0, 'int32', 0] },
}

/** BuiltinOptions: the number of the table that holds an operator's options. */
export const optionTypes: Readonly<Record<string, number>> = {
  ...{ CONV_2D: 1, DEPTHWISE_CONV_2D: 2, AVERAGE_POOL_2D: 5, MAX_POOL_2D: 5, SVDF: 6, FULLY_CONNECTED: 8 },
  ...{ SOFTMAX: 9, CONCATENATION: 10, ADD: 11, RESIZE_BILINEAR: 15, SPACE_TO_DEPTH: 19, MUL: 21, GATHER: 23 },
  ...{ MEAN: 27, SUM: 27, REDUCE_MAX: 27, REDUCE_MIN: 27, SUB: 28, STRIDED_SLICE: 32, CAST: 37, ARG_MAX: 40 },
  ...{ TRANSPOSE_CONV: 49, ARG_MIN: 57, PACK: 59, UNPACK: 64, UNIDIRECTIONAL_SEQUENCE_LSTM: 71 },
  ...{ RESIZE_NEAREST_NEIGHBOR: 74, LEAKY_RELU: 75, DEPTH_TO_SPACE: 94, BATCH_MATMUL: 101, CALL_ONCE: 103 },
  VAR_HANDLE: 111,
}

/** BuiltinOperator, by number. */
export const operatorNames: readonly string[] = [
  ...['ADD', 'AVERAGE_POOL_2D', 'CONCATENATION', 'CONV_2D', 'DEPTHWISE_CONV_2D', 'DEPTH_TO_SPACE'],
  ...['DEQUANTIZE', 'EMBEDDING_LOOKUP', 'FLOOR', 'FULLY_CONNECTED', 'HASHTABLE_LOOKUP'],
  ...['L2_NORMALIZATION', 'L2_POOL_2D', 'LOCAL_RESPONSE_NORMALIZATION', 'LOGISTIC', 'LSH_PROJECTION'],
  ...['LSTM', 'MAX_POOL_2D', 'MUL', 'RELU', 'RELU_N1_TO_1', 'RELU6', 'RESHAPE', 'RESIZE_BILINEAR'],
  ...['RNN', 'SOFTMAX', 'SPACE_TO_DEPTH', 'SVDF', 'TANH', 'CONCAT_EMBEDDINGS', 'SKIP_GRAM', 'CALL'],
  ...['CUSTOM', 'EMBEDDING_LOOKUP_SPARSE', 'PAD', 'UNIDIRECTIONAL_SEQUENCE_RNN', 'GATHER'],
  ...['BATCH_TO_SPACE_ND', 'SPACE_TO_BATCH_ND', 'TRANSPOSE', 'MEAN', 'SUB', 'DIV', 'SQUEEZE'],
  ...['UNIDIRECTIONAL_SEQUENCE_LSTM', 'STRIDED_SLICE', 'BIDIRECTIONAL_SEQUENCE_RNN', 'EXP', 'TOPK_V2'],
  ...['SPLIT', 'LOG_SOFTMAX', 'DELEGATE', 'BIDIRECTIONAL_SEQUENCE_LSTM', 'CAST', 'PRELU', 'MAXIMUM'],
  ...['ARG_MAX', 'MINIMUM', 'LESS', 'NEG', 'PADV2', 'GREATER', 'GREATER_EQUAL', 'LESS_EQUAL', 'SELECT'],
  ...['SLICE', 'SIN', 'TRANSPOSE_CONV', 'SPARSE_TO_DENSE', 'TILE', 'EXPAND_DIMS', 'EQUAL', 'NOT_EQUAL'],
  ...['LOG', 'SUM', 'SQRT', 'RSQRT', 'SHAPE', 'POW', 'ARG_MIN', 'FAKE_QUANT', 'REDUCE_PROD'],
  ...['REDUCE_MAX', 'PACK', 'LOGICAL_OR', 'ONE_HOT', 'LOGICAL_AND', 'LOGICAL_NOT', 'UNPACK'],
  ...['REDUCE_MIN', 'FLOOR_DIV', 'REDUCE_ANY', 'SQUARE', 'ZEROS_LIKE', 'FILL', 'FLOOR_MOD', 'RANGE'],
  ...['RESIZE_NEAREST_NEIGHBOR', 'LEAKY_RELU', 'SQUARED_DIFFERENCE', 'MIRROR_PAD', 'ABS', 'SPLIT_V'],
  ...['UNIQUE', 'CEIL', 'REVERSE_V2', 'ADD_N', 'GATHER_ND', 'COS', 'WHERE', 'RANK', 'ELU'],
  ...['REVERSE_SEQUENCE', 'MATRIX_DIAG', 'QUANTIZE', 'MATRIX_SET_DIAG', 'ROUND', 'HARD_SWISH', 'IF'],
  ...['WHILE', 'NON_MAX_SUPPRESSION_V4', 'NON_MAX_SUPPRESSION_V5', 'SCATTER_ND', 'SELECT_V2', 'DENSIFY'],
  ...['SEGMENT_SUM', 'BATCH_MATMUL', 'PLACEHOLDER_FOR_GREATER_OP_CODES', 'CUMSUM', 'CALL_ONCE'],
  ...['BROADCAST_TO', 'RFFT2D', 'CONV_3D', 'IMAG', 'REAL', 'COMPLEX_ABS', 'HASHTABLE', 'HASHTABLE_FIND'],
  ...['HASHTABLE_IMPORT', 'HASHTABLE_SIZE', 'REDUCE_ALL', 'CONV_3D_TRANSPOSE', 'VAR_HANDLE'],
  ...['READ_VARIABLE', 'ASSIGN_VARIABLE', 'BROADCAST_ARGS', 'RANDOM_STANDARD_NORMAL', 'BUCKETIZE'],
  ...['RANDOM_UNIFORM', 'MULTINOMIAL', 'GELU', 'DYNAMIC_UPDATE_SLICE', 'RELU_0_TO_1'],
  ...['UNSORTED_SEGMENT_PROD', 'UNSORTED_SEGMENT_MAX', 'UNSORTED_SEGMENT_SUM', 'ATAN2'],
  ...['UNSORTED_SEGMENT_MIN', 'SIGN', 'BITCAST', 'BITWISE_XOR', 'RIGHT_SHIFT', 'STABLEHLO_LOGISTIC'],
  ...['STABLEHLO_ADD', 'STABLEHLO_DIVIDE', 'STABLEHLO_MULTIPLY', 'STABLEHLO_MAXIMUM'],
  ...['STABLEHLO_RESHAPE', 'STABLEHLO_CLAMP', 'STABLEHLO_CONCATENATE', 'STABLEHLO_BROADCAST_IN_DIM'],
  ...['STABLEHLO_CONVOLUTION', 'STABLEHLO_SLICE', 'STABLEHLO_CUSTOM_CALL', 'STABLEHLO_REDUCE'],
  ...['STABLEHLO_ABS', 'STABLEHLO_AND', 'STABLEHLO_COSINE', 'STABLEHLO_EXPONENTIAL', 'STABLEHLO_FLOOR'],
  ...['STABLEHLO_LOG', 'STABLEHLO_MINIMUM', 'STABLEHLO_NEGATE', 'STABLEHLO_OR', 'STABLEHLO_POWER'],
  ...['STABLEHLO_REMAINDER', 'STABLEHLO_RSQRT', 'STABLEHLO_SELECT', 'STABLEHLO_SUBTRACT'],
  ...['STABLEHLO_TANH', 'STABLEHLO_SCATTER', 'STABLEHLO_COMPARE', 'STABLEHLO_CONVERT'],
  ...['STABLEHLO_DYNAMIC_SLICE', 'STABLEHLO_DYNAMIC_UPDATE_SLICE', 'STABLEHLO_PAD', 'STABLEHLO_IOTA'],
  ...['STABLEHLO_DOT_GENERAL', 'STABLEHLO_REDUCE_WINDOW', 'STABLEHLO_SORT', 'STABLEHLO_WHILE'],
  ...['STABLEHLO_GATHER', 'STABLEHLO_TRANSPOSE', 'DILATE', 'STABLEHLO_RNG_BIT_GENERATOR'],
  ...['REDUCE_WINDOW', 'STABLEHLO_COMPOSITE', 'STABLEHLO_SHIFT_LEFT', 'STABLEHLO_CBRT'],
  ...['STABLEHLO_CASE'],
]

/** In `deprecatedCode`: the number stands in `code`. */
export const placeholderCode = 127
export const customCode = 32
