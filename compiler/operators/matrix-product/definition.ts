// SPDX-License-Identifier: Apache-2.0
// matrix_product: the product of two 8-bit activations (attention, Gram matrices), or of an activation quantized at run time.
import { WIDE_LIMIT } from '../../arithmetic/wide-fixed-point.js'
import type { KernelConstant, ProgramTensor } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import { rowMajorOrder, stridesOf } from '../../ir/layout.js'
import type { MatrixProductAttributes } from '../../ir/sum-operators.js'
import { bytesPerElement, type QuantumType, rangeOf, sizeOf } from '../../ir/types.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { nativeType } from '../native-type.js'
import { joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { batchLoops } from './batch-loops.js'
import { type Accumulators, lowerColumns } from './columns.js'
import { reference } from './reference.js'
import { zeroPointInputs } from './zero-points.js'

export const matrixProduct = defineOperator({
  name: 'matrix_product',
  summary:
    'matrix product of two 8-bit or int16 activations, with batches; their type, float32 or int32 as result',
  layout: 'strided',
  chooseOrders: (_, __, output) => ({ input: null, output: rowMajorOrder(output.shape.length) }),
  reference,
  lower(node, context) {
    const [a, b] = [context.tensor(node.inputs[0]!), context.tensor(node.inputs[1]!)]
    const output = context.tensor(node.outputs[0]!)
    const depth = a.shape.at(-1)!
    const columns = lowerColumns(node, accumulators(node, a, b), context.preferFloat)
    const records = joinBytes(columns.records)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'matrix-product',
        constants: {
          A_ELEMENT: { kind: 'type', value: nativeType(node, a) },
          B_ELEMENT: { kind: 'type', value: nativeType(node, b) },
          OUTPUT_ELEMENT: { kind: 'type', value: nativeType(node, output) },
          SUM: { kind: 'type', value: a.type === 'int16' ? 'i64' : 'i32' },
          A: { kind: 'address', tensor: a.name },
          B: { kind: 'address', tensor: b.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          RECORDS: { kind: 'segment', offset: 0 },
          RECORDS_BYTES: { kind: 'usize', value: records.length },
          SCRATCH: { kind: 'scratch', offset: 0 },
          RECORD_STEP: { kind: 'usize', value: columns.records.length > 1 ? columns.records[0]!.length : 0 },
          ...columns.constants,
          ...zeroPointConstants(node),
          ...matrixConstants(a, b, output),
          ...batchLoops(node, a, b, output),
        },
        inputs: [...node.inputs],
        outputs: [output.name],
        scratchBytes: Math.ceil(records.length / 8) * 8,
        segment: records,
        macs: sizeOf(output.shape) * depth,
        requantizer: columns.requantizer,
        proof: columns.proof,
      },
    ]
  },
})

/** What sums can be: each factor takes any value of its type, at any zero point where that is computed at run time. */
function accumulators(node: TypedNode<'matrix_product'>, a: ProgramTensor, b: ProgramTensor): Accumulators {
  const { aZeroPoint, bZeroPoints, bias } = node.attributes
  const depth = a.shape.at(-1)!
  const columns = b.shape.at(-1)!
  const span = (tensor: ProgramTensor, zeroPoint: number | null) => {
    const { min, max } = rangeOf(tensor.type as QuantumType)
    return zeroPoint === null ? [min - max, max - min] : [min - zeroPoint, max - zeroPoint]
  }
  const left = span(a, aZeroPoint)
  const bounds = Array.from({ length: columns }, (_, n) => {
    const right = span(b, bZeroPoints ? bZeroPoints[n % bZeroPoints.length]! : null)
    const products = left.flatMap((x) => right.map((y) => x * y))
    const start = bias?.[n] ?? 0
    return { min: start + depth * Math.min(...products), max: start + depth * Math.max(...products) }
  })
  const isWide = a.type === 'int16'
  const limit = isWide ? WIDE_LIMIT : 2 ** 31
  for (const { min, max } of bounds) if (Math.max(-min - 1, max) >= limit) throw overflow(node, depth)
  return { bounds, bias, zeroPoints: bZeroPoints ?? [0], isWide }
}

const overflow = (node: TypedNode<'matrix_product'>, depth: number) =>
  new CapletError({
    code: 'accumulator-overflow',
    message: `Sums of ${depth} products may leave the accumulator.`,
    remedy: 'Split the product along its inner dimension.',
    node: node.name,
    operator: node.operator,
  })

function zeroPointConstants(node: TypedNode<'matrix_product'>): Record<string, KernelConstant> {
  const { aZeroPoint, bZeroPoints } = node.attributes
  const { aInput, bInput } = zeroPointInputs(node.attributes)
  const address = (isStored: boolean, input: number): KernelConstant =>
    isStored ? { kind: 'address', tensor: node.inputs[input]! } : { kind: 'usize', value: 0 }
  return {
    A_ZERO_IS_STORED: { kind: 'bool', value: aZeroPoint === null },
    A_ZERO_ADDRESS: address(aZeroPoint === null, aInput),
    A_ZERO_POINT: { kind: 'i32', value: aZeroPoint ?? 0 },
    B_ZERO_IS_STORED: { kind: 'bool', value: bZeroPoints === null },
    B_ZERO_ADDRESS: address(bZeroPoints === null, bInput),
    B_HAS_ZERO: { kind: 'bool', value: hasZeroPoint(node.attributes) },
  }
}

const hasZeroPoint = ({ bZeroPoints }: MatrixProductAttributes): boolean =>
  bZeroPoints === null || bZeroPoints.some((zeroPoint) => zeroPoint !== 0)

function matrixConstants(
  a: ProgramTensor,
  b: ProgramTensor,
  output: ProgramTensor,
): Record<string, KernelConstant> {
  const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
  const steps = ({ type, shape, layout }: ProgramTensor) =>
    stridesOf(shape, layout.order).map((stride) => stride * bytesPerElement(type))
  const [aStrides, bStrides] = [steps(a), steps(b)]
  return {
    ROWS: usize(output.shape.at(-2)!),
    DEPTH: usize(a.shape.at(-1)!),
    COLUMNS: usize(output.shape.at(-1)!),
    A_M_STEP: usize(aStrides.at(-2)!),
    A_K_STEP: usize(aStrides.at(-1)!),
    B_K_STEP: usize(bStrides.at(-2)!),
    B_N_STEP: usize(bStrides.at(-1)!),
  }
}
