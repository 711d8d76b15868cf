// SPDX-License-Identifier: Apache-2.0
// ONNX Slice with constant bounds, and Split.
import type { Conversion } from '../../passes/convert/conversion.js'
import { convertCopies, convertCopy } from '../../passes/convert/copies.js'
import { rearranged } from '../constant/arithmetic.js'
import { int64s, type OnnxNode, type OnnxOperator } from '../onnx.js'

interface Bounds {
  readonly starts: readonly number[]
  readonly steps: readonly number[]
  readonly shape: readonly number[]
}

/** Clamping of starts and ends: ONNX operator specification, Slice-13. */
function boundsOf(node: OnnxNode): Bounds {
  const input = node.shape(0)
  const starts = node.integers(1, 'starts')
  const ends = node.integers(2, 'ends')
  const axes = node.has(3)
    ? node.integers(3, 'axes').map((a) => node.axis(a, input.length))
    : starts.map((_, i) => node.axis(i, input.length))
  const steps = node.has(4) ? node.integers(4, 'steps') : starts.map(() => 1)
  if ([ends, axes, steps].some((list) => list.length !== starts.length) || steps.includes(0)) {
    throw node.error('malformed-model', 'starts, ends, axes and steps do not fit together', 'Correct them.')
  }
  const result = { starts: input.map(() => 0), steps: input.map(() => 1), shape: [...input] }
  axes.forEach((axis, i) => {
    const size = input[axis]!
    const step = steps[i]!
    const wrap = (v: number) => (v < 0 ? v + size : v)
    const clamp = (v: number, low: number, high: number) => Math.min(Math.max(v, low), high)
    const start = step > 0 ? clamp(wrap(starts[i]!), 0, size) : clamp(wrap(starts[i]!), 0, size - 1)
    const end = step > 0 ? clamp(wrap(ends[i]!), 0, size) : clamp(wrap(ends[i]!), -1, size - 1)
    result.starts[axis] = start
    result.steps[axis] = step
    result.shape[axis] = Math.max(0, Math.ceil((end - start) / step))
  })
  return result
}

export const slice: OnnxOperator = {
  name: 'Slice',
  inputs: [3, 5],
  attributes: {},
  earlier: [
    {
      until: 9,
      inputs: [1, 1],
      attributes: { starts: 'ints', ends: 'ints', axes: 'ints' },
      upgrade: (node) => {
        const lists = [node.ints('starts') ?? [], node.ints('ends') ?? []]
        const axes = node.ints('axes')
        return {
          inputs: [node.node.inputs[0]!, ...lists.map(int64s), ...(axes ? [int64s(axes)] : [])],
          attributes: {},
        }
      },
    },
  ],
  isCopy: true,
  propagatesQuantization: true,
  runsOnQuanta: true,
  infer: (node) => [{ type: node.type(0).type, shape: boundsOf(node).shape }],
  evaluate: (node, [x]) => {
    const { starts, steps, shape } = boundsOf(node)
    return [rearranged(x!, shape, (at) => at.map((c, i) => starts[i]! + c * steps[i]!))]
  },
  convert: (node, conversion) => {
    const { starts, steps } = boundsOf(node)
    convertCopy(node, conversion, 'slice', { starts, steps })
  },
}

/** Lengths of the parts: given (input or attribute), or as equal as num_outputs allows, the last one the shortest. */
function partsOf(node: OnnxNode): { axis: number; lengths: readonly number[] } {
  const input = node.shape(0)
  const axis = node.axis(node.int('axis', 0), input.length)
  const count = node.node.outputs.length
  const given = node.has(1) ? node.integers(1, 'the lengths') : undefined
  const size = input[axis]!
  const equal = Math.ceil(size / count)
  const lengths =
    given ?? Array.from({ length: count }, (_, i) => Math.max(0, Math.min(equal, size - i * equal)))
  const isWhole = lengths.length === count && lengths.reduce((a, b) => a + b, 0) === size
  const mayBeUneven = given !== undefined || node.node.attributes.num_outputs !== undefined
  const requested = node.int('num_outputs', count)
  if (isWhole && lengths.every((d) => d >= 0) && requested === count && (mayBeUneven || size % count === 0)) {
    return { axis, lengths }
  }
  throw node.error(
    'malformed-model',
    `Parts of [${lengths}] do not make ${size} in ${count} outputs`,
    'Correct the split: one length for each output, which together make the axis.',
  )
}

/** Where as many quantizations as there are parts read them, but not one each, the reference still pairs them up in order. */
function refuseMixedParts(node: OnnxNode, conversion: Conversion): void {
  const parts = node.node.outputs.filter((name) => name !== '')
  const { nodes } = conversion.graph
  const readersOf = (part: string) => nodes.filter((n) => n.inputs.includes(part))
  const all = parts.flatMap(readersOf)
  const isPaired = parts.every((part) => readersOf(part).length === 1)
  if (isPaired || all.length !== parts.length || all.some((n) => n.operator !== 'QuantizeLinear')) return
  if (!nodes.some((n) => n.operator === 'DequantizeLinear' && n.outputs.includes(node.node.inputs[0]!)))
    return
  throw node.error(
    'reference-refuses',
    'The reference mixes up its parts: one of them is quantized twice, and another is not read',
    'Quantize each part once, or slice (Slice) instead.',
  )
}

export const split: OnnxOperator = {
  name: 'Split',
  inputs: [1, 2],
  attributes: { axis: 'int', num_outputs: 'int' },
  earlier: [
    {
      until: 12,
      inputs: [1, 1],
      attributes: { axis: 'int', split: 'ints' },
      upgrade: (node) => {
        const { split: lengths, ...attributes } = node.node.attributes
        return {
          inputs: [node.node.inputs[0]!, ...(lengths ? [int64s(lengths as number[])] : [])],
          attributes,
        }
      },
    },
  ],
  isCopy: true,
  infer: (node) => {
    const { axis, lengths } = partsOf(node)
    const { type, shape } = node.type(0)
    return lengths.map((length) => ({ type, shape: shape.map((d, i) => (i === axis ? length : d)) }))
  },
  evaluate: (node, [x]) => {
    const { axis, lengths } = partsOf(node)
    let start = 0
    return lengths.map((length) => {
      const first = start
      start += length
      const shape = x!.shape.map((d, i) => (i === axis ? length : d))
      return rearranged(x!, shape, (at) => at.map((c, i) => (i === axis ? first + c : c)))
    })
  },
  convert: (node, conversion) => {
    refuseMixedParts(node, conversion)
    const { axis, lengths } = partsOf(node)
    const input = node.shape(0)
    let start = 0
    lengths.forEach((length, output) => {
      const attributes = {
        starts: input.map((_, i) => (i === axis ? start : 0)),
        steps: input.map(() => 1),
      }
      const shape = input.map((d, i) => (i === axis ? length : d))
      if (node.node.outputs[output])
        convertCopies(node, conversion, [{ operator: 'slice', shape, attributes }], output)
      start += length
    })
  },
}
