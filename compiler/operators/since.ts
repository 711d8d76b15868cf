// SPDX-License-Identifier: Apache-2.0
// From which operator set on ONNX has an operator, and has it on 8-bit integers, where that is later than the oldest one
// that is read (onnx.defs of the onnx package). The reference loads nothing earlier.
import type { OnnxNode } from './onnx.js'

const operatorSince: Readonly<Record<string, number>> = {
  ...{ Expand: 8, ConstantOfShape: 9, Erf: 9, Shrink: 9, Sign: 9, Where: 9 },
  ...{ Sinh: 9, Cosh: 9, Asinh: 9, Acosh: 9, Atanh: 9 },
  ...{ Mod: 10, QLinearConv: 10, QLinearMatMul: 10, ThresholdedRelu: 10, ConvInteger: 10, MatMulInteger: 10 },
  ...{ BitShift: 11, CumSum: 11, DynamicQuantizeLinear: 11, GatherElements: 11, GatherND: 11, Round: 11 },
  ...{ Celu: 12, GreaterOrEqual: 12, LessOrEqual: 12, HardSwish: 14, Trilu: 14, LayerNormalization: 17 },
  ...{ BitwiseAnd: 18, BitwiseNot: 18, BitwiseOr: 18, BitwiseXor: 18, Mish: 18, Gelu: 20 },
}

/** Operators of reference-types.ts say it there. */
const quantaSince: Readonly<Record<string, number>> = {
  ...{ Flatten: 9, Clip: 12, MaxPool: 12, ReduceMax: 12, ReduceMin: 12, Relu: 14 },
}

/** Throws CapletError where the model's operator set does not have the operator, or not on such an input. */
export function refuseBeforeItsTime(node: OnnxNode): void {
  const { operator } = node.node
  const onQuanta = node.has(0) && node.type(0).type !== 'float32' ? quantaSince[operator] : undefined
  const since = Math.max(operatorSince[operator] ?? 0, onQuanta ?? 0)
  if (node.opset >= since) return
  throw node.error(
    'unsupported-version',
    `Operator set ${node.opset} does not have ${operator}${onQuanta ? ` of ${node.type(0).type}` : ''}`,
    `Export the model with opset ${since} or newer.`,
  )
}
