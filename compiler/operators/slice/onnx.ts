// SPDX-License-Identifier: Apache-2.0
// ONNX Slice with constant bounds.
import { convertCopy } from '../../passes/convert/copies.js'
import { rearranged } from '../constant/arithmetic.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'

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
