// SPDX-License-Identifier: Apache-2.0
// Integer sums as they are (MatMulInteger, ConvInteger and what is built on them), zero points known or computed.
import type { QuantizedType } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { IntegerValue } from '../../passes/convert/values.js'
import { emitMatrices, matrixOf, weightRows } from '../matrix-product/emit.js'
import { isMatrix } from '../matrix-product/shapes.js'
import type { OnnxNode } from '../onnx.js'
import { zeroPointsAt } from '../scales.js'
import { requireCompatibleTypes, requireInt8OrUint8, requireMatchingLength } from '../sums.js'

export type QuantizedValue = IntegerValue & { readonly type: QuantizedType }

/** Zero points by value, or the tensor that holds the only one. */
export type ZeroPoints =
  | { readonly values: readonly number[]; readonly tensor: null }
  | { readonly values: null; readonly tensor: string }

export const zeroPointZero: ZeroPoints = { values: [0], tensor: null }

/** At an input of the node; those computed at run time must be a single one. */
export function zeroPointsOf(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  type: QuantizedType,
  what: string,
): ZeroPoints {
  if (!node.has(input) || conversion.constant(node, input)) {
    return { values: zeroPointsAt(node, conversion, input, type, what), tensor: null }
  }
  const value = conversion.quantizedInput(node, input)
  const isSingle = value.shape.length <= 1 && value.shape.every((d) => d === 1)
  if (isSingle && value.type === type) return { values: null, tensor: value.tensor }
  throw node.error(
    'inconsistent-quantization',
    `The ${what}'s zero point is ${value.type} [${value.shape}], its data ${type}`,
    'Give the zero point the type of its data, and a single element.',
  )
}

const noWindow = { kernel: [], strides: [], pads: [], dilations: [], group: 1 }
const anyOrder = { block: null, alpha: 1, biasFirst: false, tailBlock: null }

export const integerSum = {
  arithmetic: 'integer',
  weightScales: null,
  inputValues: null,
  order: anyOrder,
  bias: null,
} as const

export interface IntegerProduct {
  readonly shape: readonly number[]
  readonly a: QuantizedValue
  readonly aZeroPoint: ZeroPoints
  /** Position of b among the node's inputs. */
  readonly b: number
  readonly bZeroPoint: number
}

/** A way to emit the accumulators of a matrix product, as int32 or converted to float32. */
export function integerProduct(
  node: OnnxNode,
  conversion: Conversion,
  { shape, a, aZeroPoint, b, bZeroPoint }: IntegerProduct,
): (type: 'int32' | 'float32', name?: string) => string {
  const constant = conversion.constant(node, b)
  const weight = constant && isMatrix(constant.shape) ? weightRows(constant, false) : null
  const bType = (constant ?? conversion.quantizedInput(node, b)).type as QuantizedType
  requireInt8OrUint8(node, bType, 'weight')
  requireCompatibleTypes(node, a.type, bType, a.type)
  const bZeroPoints = zeroPointsOf(node, conversion, bZeroPoint, bType, 'weight')
  const columns = weight ? weight.shape[0]! : node.shape(b).length === 1 ? 1 : node.shape(b).at(-1)!
  requireMatchingLength(node, aZeroPoint.values?.length ?? 1, 1, 'input zero point')
  requireMatchingLength(node, bZeroPoints.values?.length ?? 1, columns, 'weight zero point')
  const zeroPointTensors = [aZeroPoint.tensor, bZeroPoints.tensor].flatMap((tensor) => tensor ?? [])
  if (weight && bZeroPoints.values) {
    return (type, name) =>
      conversion.emit('weighted_sum', [a.tensor, ...zeroPointTensors], outputOf(type, shape, name), {
        ...noWindow,
        ...integerSum,
        weight,
        weightZeroPoints: bZeroPoints.values,
        inputZeroPoint: aZeroPoint.values?.[0] ?? null,
      })
  }
  const right = conversion.quantizedInput(node, b)
  return (type, name) =>
    emitMatrices(conversion, shape, name ?? '', a, right, (matrixShape, matrixName) =>
      conversion.emit(
        'matrix_product',
        [matrixOf(conversion, a, 'row'), matrixOf(conversion, right, 'column'), ...zeroPointTensors],
        outputOf(type, matrixShape, matrixName),
        {
          aZeroPoint: aZeroPoint.values?.[0] ?? null,
          bZeroPoints: bZeroPoints.values,
          bias: null,
          requantization: null,
          floatMultipliers: type === 'float32' ? Float32Array.of(1) : null,
          floatBias: null,
        },
      ),
    )
}

const outputOf = (type: 'int32' | 'float32', shape: readonly number[], name?: string) => ({
  type,
  shape,
  ...(name ? { name } : {}),
})

/** Defines the node's output as the accumulators; a Cast to float32 behind it costs nothing. */
export function defineIntegers(
  node: OnnxNode,
  conversion: Conversion,
  shape: readonly number[],
  emit: (type: 'int32' | 'float32', name?: string) => string,
): void {
  const name = node.node.outputs[0]!
  const label = conversion.current
  conversion.define(name, {
    kind: 'integer',
    type: 'int32',
    shape,
    tensor: emit('int32', name),
    floated: () => {
      const { current } = conversion
      conversion.current = label
      const tensor = emit('float32')
      conversion.current = current
      return tensor
    },
  })
}

export interface DynamicProduct extends IntegerProduct {
  /** Tensor or constant of a's scale, and position of b's. */
  readonly aScale: string
  readonly bScale: number
  readonly bias: number
}

/** y = f(f(accumulator) * f(sa * sb[n])), then f(y + bias[n]): every step one float32 operation on tensors. */
export function defineDynamicProduct(node: OnnxNode, conversion: Conversion, product: DynamicProduct): void {
  const { shape } = product
  const accumulators = integerProduct(node, conversion, product)('float32')
  const binary = (operation: 'multiply' | 'add', inputs: readonly string[], of: readonly number[]) =>
    conversion.emit(
      'float_binary',
      inputs,
      { type: 'float32', shape: of },
      { operation, tableA: null, tableB: null, output: null },
    )
  const bScale = conversion.float(node, product.bScale)
  requireColumns(node, bScale.shape, shape, 'weight scale')
  const factors = binary('multiply', [product.aScale, bScale.stored()], bScale.shape)
  const scaled = binary('multiply', [accumulators, factors], shape)
  const name = node.node.outputs[0]!
  if (!node.has(product.bias)) {
    conversion.define(name, conversion.stored(shape, scaled))
    return
  }
  const bias = conversion.float(node, product.bias)
  requireColumns(node, bias.shape, shape, 'bias')
  conversion.define(name, conversion.stored(shape, binary('add', [scaled, bias.stored()], shape)))
}

function requireColumns(
  node: OnnxNode,
  actual: readonly number[],
  shape: readonly number[],
  what: string,
): void {
  if (actual.length === 0 || (actual.length === 1 && (actual[0] === 1 || actual[0] === shape.at(-1)))) return
  throw node.error(
    'unsupported-feature',
    `The ${what} has shape [${actual}]`,
    'Give one entry, or one per output column.',
  )
}
