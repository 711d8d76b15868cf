// SPDX-License-Identifier: Apache-2.0
// Gemm and MatMul of quanta that the reference leaves in float, under the contract `integer`: a layer where the right side
// is a constant matrix, else a product of two tensors; with rule R where a Q reads it.
import { type QuantizedType, rangeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import {
  defineIntegerSum,
  type IntegerSum,
  isConstant,
  type Operands,
  type QuantizedTensor,
  type Result,
} from '../../passes/convert/integer-sums.js'
import type { IntegerValue } from '../../passes/convert/values.js'
import { emitMatrices, matrixOf, transposed, weightRows } from '../matrix-product/emit.js'
import { gemmShape, isMatrix, matMulShape } from '../matrix-product/shapes.js'
import type { OnnxNode } from '../onnx.js'
import { emitWideSum, int32s, isWideSum, noWindow } from '../wide-sum/emit.js'

/** Defines the node's output; false where it has no integer form, or another contract rules. */
export function defineIntegerMatMul(node: OnnxNode, conversion: Conversion): boolean {
  const [a, b] = [node.shape(0), node.shape(1)]
  const shape = matMulShape(node, a, b)
  return defineProduct(node, conversion, {
    shape,
    ...{ channelAxis: b.length - 1, channels: b.length === 1 ? 1 : b.at(-1)!, alpha: 1, beta: 1 },
    ...{ isLeftTransposed: false, isRightTransposed: false },
  })
}

/** The same for a Gemm: f(alpha * input scale) takes the input scale's place, f(beta * bias) the bias's. */
export function defineIntegerGemm(node: OnnxNode, conversion: Conversion): boolean {
  const isRightTransposed = node.int('transB', 0) !== 0
  const shape = gemmShape(node, node.shape(0), node.shape(1))
  return defineProduct(node, conversion, {
    shape,
    ...{ channelAxis: isRightTransposed ? 0 : 1, channels: shape.at(-1)! },
    ...{ alpha: node.float('alpha', 1), beta: node.float('beta', 1) },
    ...{ isLeftTransposed: node.int('transA', 0) !== 0, isRightTransposed },
  })
}

type Product = Omit<IntegerSum, 'emit'> & {
  readonly isLeftTransposed: boolean
  readonly isRightTransposed: boolean
}

const defineProduct = (node: OnnxNode, conversion: Conversion, product: Product): boolean =>
  product.alpha > 0 &&
  defineIntegerSum(node, conversion, {
    ...product,
    emit: (operands, result) => emitProduct(node, conversion, product, operands, result),
  })

function emitProduct(
  node: OnnxNode,
  conversion: Conversion,
  product: Product,
  operands: Operands,
  result: Result,
): string {
  const { weight, weightZeroPoints, bias } = operands
  const x = product.isLeftTransposed ? transposed(conversion, integerOf(operands.x)) : integerOf(operands.x)
  const { multipliers, output } = result
  const type = output?.type ?? 'float32'
  const finish = {
    bias: int32s(bias),
    requantization: output && { multipliers, zeroPoint: output.zeroPoint, ...rangeOf(output.type) },
    floatMultipliers: output ? null : multipliers,
    floatBias: null,
  }
  const inputZeroPoint = operands.x.zeroPoint
  if (isWideSum(operands, result)) {
    if (!isConstant(weight) || !isMatrix(weight.constant.shape)) {
      throw node.error(
        'not-eight-bit',
        'It multiplies two activations to 16 bits',
        'Quantize its result to 8 bits.',
      )
    }
    const rows = weightRows(weight.constant, product.isRightTransposed)
    const left = { ...operands, x: { ...operands.x, tensor: x.tensor } }
    return emitWideSum(conversion, product.shape, left, result, { ...noWindow, weight: rows })
  }
  if (isConstant(weight) && isMatrix(weight.constant.shape)) {
    return conversion.emit(
      'fully_connected',
      [x.tensor],
      { type, shape: product.shape },
      {
        ...{ weight: weightRows(weight.constant, product.isRightTransposed), weightZeroPoints },
        ...{ inputZeroPoint, ...finish },
      },
    )
  }
  const right = rightSide(conversion, weight, product.isRightTransposed)
  return emitMatrices(conversion, product.shape, '', x, right, (shape) =>
    conversion.emit(
      'matrix_product',
      [matrixOf(conversion, x, 'row'), matrixOf(conversion, right, 'column')],
      { type, shape },
      { aZeroPoint: inputZeroPoint, bZeroPoints: weightZeroPoints, ...finish },
    ),
  )
}

type QuantizedValue = IntegerValue & { readonly type: QuantizedType }

const integerOf = ({ tensor, type, shape }: QuantizedTensor): QuantizedValue => ({
  kind: 'integer',
  ...{ tensor, shape, type: type as QuantizedType },
})

function rightSide(
  conversion: Conversion,
  weight: Operands['weight'],
  isTransposed: boolean,
): QuantizedValue {
  if (!isConstant(weight)) {
    const right = integerOf(weight)
    return isTransposed ? transposed(conversion, right) : right
  }
  const { shape } = weight.constant
  const type = weight.constant.type as QuantizedType
  const tensor = conversion.emit('constant', [], { type, shape }, { value: weight.constant })
  const right: QuantizedValue = { kind: 'integer', tensor, type, shape }
  return isTransposed ? transposed(conversion, right) : right
}
