// SPDX-License-Identifier: Apache-2.0
// Every ONNX operator that is read, by name. The table that `caplet operators` prints comes from here.

import * as argMax from './arg-max/onnx.js'
import * as pools from './average-pool/onnx.js'
import * as concat from './concat/onnx.js'
import * as constants from './constant/onnx.js'
import * as convolution from './convolution/onnx.js'
import * as convolutionTranspose from './convolution-transpose/onnx.js'
import * as cumulativeSum from './cumulative-sum/onnx.js'
import * as depthToSpace from './depth-to-space/onnx.js'
import * as dynamicQuantize from './dynamic-quantize/onnx.js'
import * as floatBinary from './float-binary/onnx.js'
import * as fullyConnected from './fully-connected/onnx.js'
import * as gather from './gather/onnx.js'
import * as maxPool from './max-pool/onnx.js'
import * as normalization from './normalization/onnx.js'
import type { OnnxOperator } from './onnx.js'
import * as pad from './pad/onnx.js'
import * as plainBinary from './plain-binary/onnx.js'
import * as plainUnary from './plain-unary/onnx.js'
import * as quantize from './quantize/onnx.js'
import * as quantizedBinary from './quantized-binary/onnx.js'
import * as recurrent from './recurrent/onnx.js'
import * as reduce from './reduce/onnx.js'
import * as reshape from './reshape/onnx.js'
import * as resize from './resize/onnx.js'
import * as slice from './slice/onnx.js'
import * as softmax from './softmax/onnx.js'
import { elementary } from './table/elementary.js'
import * as table from './table/onnx.js'
import * as tile from './tile/onnx.js'
import * as topK from './top-k/onnx.js'
import * as transpose from './transpose/onnx.js'
import * as triangle from './triangle/onnx.js'
import * as weightedSum from './weighted-sum/onnx.js'
import * as where from './where/onnx.js'

const folders = [
  cumulativeSum,
  triangle,
  where,
  argMax,
  pools,
  concat,
  constants,
  convolution,
  convolutionTranspose,
  depthToSpace,
  dynamicQuantize,
  floatBinary,
  fullyConnected,
  gather,
  maxPool,
  normalization,
  pad,
  plainBinary,
  plainUnary,
  quantize,
  quantizedBinary,
  recurrent,
  reduce,
  reshape,
  resize,
  slice,
  softmax,
  table,
  tile,
  topK,
  transpose,
  weightedSum,
]

const isOperator = (value: unknown): value is OnnxOperator =>
  typeof value === 'object' && value !== null && 'infer' in value && 'attributes' in value

export const onnxOperators: ReadonlyMap<string, OnnxOperator> = new Map(
  [...folders.flatMap((folder) => Object.values(folder).filter(isOperator)), ...elementary].map(
    (operator) => [operator.name, operator],
  ),
)
