// SPDX-License-Identifier: Apache-2.0
// Between a capsule's bytes and the tensors of the unmodified model. Exact means: the reference runs the model on DQ(q),
// and DQ(capsule output) equals its result in every bit.
import { dequantize } from '../../compiler/arithmetic/float32.js'
import { fromEdge } from '../../compiler/evaluate.js'
import type { Data } from '../../compiler/ir/types.js'
import type { EdgeLayout } from '../../compiler/passes/assign-layouts.js'
import { dequantizeAll, type EdgeForm, elementsOf, quantizationOf } from '../edge-values.js'
import type { OracleTensor } from '../oracle/oracle.js'
import type { EdgeBytes } from '../runtime.js'

/** An edge with its shape in the model's own order of dimensions. */
export interface ModelEdge extends EdgeForm {
  readonly modelShape: readonly number[]
}

/** What the reference is fed for the capsule's inputs. */
export function feedsOf(
  edges: readonly ModelEdge[],
  inputs: EdgeBytes,
  layout: EdgeLayout,
  inputTypes?: ReadonlyMap<string, string>,
): Record<string, OracleTensor> {
  return Object.fromEntries(
    edges.map((edge, i) => {
      const data = fromEdge(elementsOf(inputs[i]!, edge), edge.modelShape, layout)
      const quantization = quantizationOf(edge)
      const takesQuanta = inputTypes?.get(edge.name) === edge.type
      const tensor: OracleTensor =
        quantization && !takesQuanta
          ? { type: 'float32', dims: edge.modelShape, data: dequantizeAll(data, quantization) }
          : { type: edge.type, dims: edge.modelShape, data }
      return [edge.name, tensor]
    }),
  )
}

export interface Difference {
  /** How many elements differ. */
  readonly count: number
  /** The first one: its row-major index in the model's order of dimensions, and both values. */
  readonly index: number
  readonly expected: number | bigint
  readonly actual: number | bigint
}

/** Compares an output's bytes with the reference's tensor; null where every element has the same bits (or both are NaN). */
export function compareOutput(
  edge: ModelEdge,
  bytes: Uint8Array,
  expected: OracleTensor,
  layout: EdgeLayout,
): Difference | null {
  const stored = fromEdge(elementsOf(bytes, edge), edge.modelShape, layout)
  const quantization = quantizationOf(edge)
  const read =
    quantization && expected.type === 'float32'
      ? (index: number) => dequantize(Number(stored[index]), quantization)
      : (index: number) => stored[index]!
  return compareData(stored.length, read, expected.data)
}

export function compareData(
  length: number,
  read: (index: number) => number | bigint,
  expected: Data,
): Difference | null {
  if (expected.length !== length)
    throw new Error(`${length} elements, but the reference has ${expected.length}`)
  let first: Omit<Difference, 'count'> | null = null
  let count = 0
  for (let index = 0; index < length; index++) {
    const actual = read(index)
    if (Object.is(actual, expected[index])) continue
    count++
    first ??= { index, expected: expected[index]!, actual }
  }
  return first && { count, ...first }
}
