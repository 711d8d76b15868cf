// SPDX-License-Identifier: Apache-2.0
// ONNX Gather, GatherElements and GatherND with constant indices: slices where the indices are evenly spaced.
import { type Constant, sizeOf } from '../../ir/types.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { type CopyOf, convertCopies } from '../../passes/convert/copies.js'
import { rearranged } from '../constant/arithmetic.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

/** Indices as 0..size-1. */
function wrapped(node: OnnxNode, indices: Constant, size: number): number[] {
  return Array.from(indices.data as ArrayLike<number | bigint>, (v) => {
    const index = Number(v) < 0 ? Number(v) + size : Number(v)
    if (index >= 0 && index < size) return index
    throw node.error('malformed-model', `Index ${v} is outside ${size} entries`, 'Correct the indices.')
  })
}

const constantIndices = (node: OnnxNode, conversion: Conversion): Constant =>
  conversion.requiredConstant(node, 1, 'the indices')

const gatherAxis = (node: OnnxNode): number => node.axis(node.int('axis', 0), node.shape(0).length)

const gatherShape = (node: OnnxNode): number[] => {
  const [data, axis] = [node.shape(0), gatherAxis(node)]
  return [...data.slice(0, axis), ...node.shape(1), ...data.slice(axis + 1)]
}

/** The step between neighbours; 0 where they are not evenly spaced. */
function spacing(indices: readonly number[]): number {
  if (indices.length === 1) return 1
  const step = indices[1]! - indices[0]!
  return indices.every((index, i) => index === indices[0]! + i * step) ? step : 0
}

/** `indices` along one axis, with `shape` in its place. */
function gatherSteps(
  input: readonly number[],
  axis: number,
  indices: readonly number[],
  shape: readonly number[],
) {
  const step = spacing(indices)
  const attributes = { axis, span: 1, indices: Int32Array.from(indices) }
  if (step === 0) return [{ operator: 'gather', shape, attributes } satisfies CopyOf<'gather'>]
  const along = (value: number, other: number) => input.map((_, i) => (i === axis ? value : other))
  const box = input.map((d, i) => (i === axis ? indices.length : d))
  return [
    {
      operator: 'slice',
      shape: box,
      attributes: { starts: along(indices[0]!, 0), steps: along(step, 1) },
    } satisfies CopyOf<'slice'>,
    { operator: 'reshape', shape, attributes: {} } satisfies CopyOf<'reshape'>,
  ]
}

export const gather: OnnxOperator = {
  name: 'Gather',
  inputs: [2, 2],
  attributes: { axis: 'int' },
  isCopy: true,
  runsOnQuanta: true,
  infer: (node) => [{ type: node.type(0).type, shape: gatherShape(node) }],
  evaluate: (node, [data, indices]) => {
    const axis = gatherAxis(node)
    const rank = indices!.shape.length
    const at = wrapped(node, indices!, data!.shape[axis]!)
    return [
      rearranged(data!, gatherShape(node), (c) => {
        const position = indexOf(c.slice(axis, axis + rank), indices!.shape)
        return [...c.slice(0, axis), at[position]!, ...c.slice(axis + rank)]
      }),
    ]
  },
  convert: (node, conversion) => {
    const axis = gatherAxis(node)
    const indices = wrapped(node, constantIndices(node, conversion), node.shape(0)[axis]!)
    convertCopies(node, conversion, gatherSteps(node.shape(0), axis, indices, gatherShape(node)))
  },
}

/** Row-major indices into the whole input. */
const flatGather = (
  node: OnnxNode,
  conversion: Conversion,
  span: number,
  indices: readonly number[],
): void => {
  const { shape } = conversion.graph.tensors.get(node.node.outputs[0]!)!
  const attributes = { axis: 0, span, indices: Int32Array.from(indices) }
  convertCopies(node, conversion, [{ operator: 'gather', shape, attributes }])
}

export const gatherElements: OnnxOperator = {
  name: 'GatherElements',
  inputs: [2, 2],
  attributes: { axis: 'int' },
  isCopy: true,
  runsOnQuanta: true,
  infer: (node) => {
    const [data, indices, axis] = [node.shape(0), node.shape(1), gatherAxis(node)]
    const fits = indices.length === data.length && indices.every((d, i) => i === axis || d <= data[i]!)
    if (fits) return [{ type: node.type(0).type, shape: indices }]
    throw node.error('malformed-model', `Indices [${indices}] do not fit [${data}]`, 'Correct the indices.')
  },
  convert: (node, conversion) => {
    const [data, axis] = [node.shape(0), gatherAxis(node)]
    const constant = constantIndices(node, conversion)
    const indices = wrapped(node, constant, data[axis]!).map((index, position) => {
      const at = coordinatesOf(position, constant.shape)
      return indexOf(
        at.map((c, i) => (i === axis ? index : c)),
        data,
      )
    })
    flatGather(node, conversion, data.length, indices)
  },
}

export const gatherND: OnnxOperator = {
  name: 'GatherND',
  inputs: [2, 2],
  attributes: { batch_dims: 'int' },
  isCopy: true,
  infer: (node) => {
    const [data, indices, batch] = [node.shape(0), node.shape(1), node.int('batch_dims', 0)]
    const depth = indices.at(-1) ?? 0
    const fits = depth >= 1 && batch >= 0 && batch + depth <= data.length && batch < indices.length
    if (fits && data.slice(0, batch).every((d, i) => d === indices[i])) {
      return [{ type: node.type(0).type, shape: [...indices.slice(0, -1), ...data.slice(batch + depth)] }]
    }
    throw node.error('malformed-model', `Indices [${indices}] do not fit [${data}]`, 'Correct the indices.')
  },
  convert: (node, conversion) => {
    const [data, batch] = [node.shape(0), node.int('batch_dims', 0)]
    const constant = constantIndices(node, conversion)
    const depth = constant.shape.at(-1)!
    const lengths = data.slice(batch, batch + depth)
    const columns = lengths.map((size, k) =>
      wrapped(
        node,
        { ...constant, data: (constant.data as Int32Array).filter((_, i) => i % depth === k) },
        size,
      ),
    )
    const perBatch = sizeOf(constant.shape.slice(batch, -1))
    const indices = columns[0]!.map((_, i) => {
      const place = indexOf(
        columns.map((column) => column[i]!),
        lengths,
      )
      return Math.floor(i / perBatch) * sizeOf(lengths) + place
    })
    flatGather(node, conversion, batch + depth, indices)
  },
}
