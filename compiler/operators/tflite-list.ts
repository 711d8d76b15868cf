// SPDX-License-Identifier: Apache-2.0
// Every TensorFlow Lite operator that is read, by name. The table that `caplet operators` prints comes from here.
import * as argMax from './arg-max/tflite.js'
import * as concat from './concat/tflite.js'
import * as constant from './constant/tflite.js'
import * as convolution from './convolution/tflite.js'
import * as fixedPrelu from './fixed-binary/prelu.js'
import * as fixedBinary from './fixed-binary/tflite.js'
import * as fixedConvolution from './fixed-convolution/tflite.js'
import * as fixedCurve from './fixed-curve/tflite.js'
import * as fixedLstm from './fixed-lstm/tflite.js'
import * as fixedResize from './fixed-resize/tflite.js'
import * as fixedSoftmax from './fixed-softmax/tflite.js'
import * as fixedUnary from './fixed-unary/tflite.js'
import * as fullyConnected from './fully-connected/tflite.js'
import * as gather from './gather/tflite.js'
import * as globalAveragePool from './global-average-pool/tflite.js'
import * as integerAveragePool from './integer-average-pool/tflite.js'
import * as matrixProduct from './matrix-product/tflite.js'
import * as pad from './pad/tflite.js'
import * as plainUnary from './plain-unary/tflite.js'
import * as quantize from './quantize/tflite.js'
import * as reduce from './reduce/tflite.js'
import * as reshape from './reshape/tflite.js'
import * as slice from './slice/tflite.js'
import type { TfliteOperator } from './tflite.js'
import * as timeFilter from './time-filter/tflite.js'
import * as transpose from './transpose/tflite.js'
import * as variable from './variable/tflite.js'

const folders: readonly Readonly<Record<string, unknown>>[] = [
  ...[
    argMax,
    concat,
    constant,
    convolution,
    fixedBinary,
    fixedConvolution,
    fixedCurve,
    fixedPrelu,
    fixedResize,
    fixedSoftmax,
    fixedUnary,
    fullyConnected,
  ],
  ...[
    gather,
    globalAveragePool,
    integerAveragePool,
    matrixProduct,
    plainUnary,
    pad,
    quantize,
    reduce,
    reshape,
    slice,
    transpose,
  ],
  timeFilter,
  fixedLstm,
  variable,
]

const isOperator = (value: unknown): value is TfliteOperator =>
  typeof value === 'object' && value !== null && 'convert' in value && 'inputs' in value

export const tfliteOperators: ReadonlyMap<string, TfliteOperator> = new Map(
  folders
    .flatMap((folder) => Object.values(folder).filter(isOperator))
    .map((operator) => [operator.name, operator]),
)
