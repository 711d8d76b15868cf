// SPDX-License-Identifier: Apache-2.0
// The operators that Caplet compiles: the only list of them.
import type { OperatorName } from '../ir/operators.js'
import { argMax } from './arg-max/definition.js'
import { averagePool } from './average-pool/definition.js'
import { concat } from './concat/definition.js'
import { constant } from './constant/definition.js'
import { convolution } from './convolution/definition.js'
import { convolutionTranspose } from './convolution-transpose/definition.js'
import { cumulativeSum } from './cumulative-sum/definition.js'
import type { OperatorDefinition } from './definition.js'
import { depthToSpace } from './depth-to-space/definition.js'
import { dequantize } from './dequantize/definition.js'
import { dynamicQuantize } from './dynamic-quantize/definition.js'
import { fixedBinary } from './fixed-binary/definition.js'
import { fixedConvolution } from './fixed-convolution/definition.js'
import { fixedCurve } from './fixed-curve/definition.js'
import { fixedLstm } from './fixed-lstm/definition.js'
import { fixedResize } from './fixed-resize/definition.js'
import { fixedSoftmax } from './fixed-softmax/definition.js'
import { fixedUnary } from './fixed-unary/definition.js'
import { floatBinary } from './float-binary/definition.js'
import { floatSoftmax } from './float-softmax/definition.js'
import { fullyConnected } from './fully-connected/definition.js'
import { gather } from './gather/definition.js'
import { globalAveragePool } from './global-average-pool/definition.js'
import { integerAveragePool } from './integer-average-pool/definition.js'
import { matrixProduct } from './matrix-product/definition.js'
import { maxPool } from './max-pool/definition.js'
import { normalization } from './normalization/definition.js'
import { pad } from './pad/definition.js'
import { pairTable } from './pair-table/definition.js'
import { plainBinary } from './plain-binary/definition.js'
import { plainUnary } from './plain-unary/definition.js'
import { quantize } from './quantize/definition.js'
import { quantizedBinary } from './quantized-binary/definition.js'
import { recurrent } from './recurrent/definition.js'
import { reduce } from './reduce/definition.js'
import { reshape } from './reshape/definition.js'
import { resize } from './resize/definition.js'
import { slice } from './slice/definition.js'
import { softmax } from './softmax/definition.js'
import { table } from './table/definition.js'
import { tableSoftmax } from './table-softmax/definition.js'
import { tile } from './tile/definition.js'
import { timeFilter } from './time-filter/definition.js'
import { topK } from './top-k/definition.js'
import { transpose } from './transpose/definition.js'
import { triangle } from './triangle/definition.js'
import { weightedSum } from './weighted-sum/definition.js'
import { where } from './where/definition.js'
import { wideSum } from './wide-sum/definition.js'

export const operators: readonly OperatorDefinition[] = [
  convolution,
  convolutionTranspose,
  fixedConvolution,
  fullyConnected,
  matrixProduct,
  weightedSum,
  wideSum,
  recurrent,
  table,
  quantizedBinary,
  fixedUnary,
  fixedCurve,
  timeFilter,
  fixedLstm,
  fixedBinary,
  floatBinary,
  pairTable,
  plainBinary,
  plainUnary,
  where,
  triangle,
  cumulativeSum,
  maxPool,
  averagePool,
  integerAveragePool,
  globalAveragePool,
  softmax,
  fixedSoftmax,
  tableSoftmax,
  floatSoftmax,
  argMax,
  topK,
  reduce,
  normalization,
  resize,
  fixedResize,
  quantize,
  dequantize,
  dynamicQuantize,
  reshape,
  transpose,
  slice,
  gather,
  tile,
  concat,
  pad,
  depthToSpace,
  constant,
]

const byName = new Map<string, OperatorDefinition>(
  operators.map((definition) => [definition.name, definition]),
)

export function definitionOf(operator: OperatorName | string): OperatorDefinition {
  const definition = byName.get(operator)
  if (!definition) throw new Error(`no operator named ${operator}`)
  return definition
}
