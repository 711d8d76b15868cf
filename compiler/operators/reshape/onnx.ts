// SPDX-License-Identifier: Apache-2.0
// ONNX operators that keep elements and their order: Reshape, Flatten, Squeeze, Unsqueeze, Identity, Dropout.

import { sizeOf } from '../../ir/types.js'
import { convertCopy } from '../../passes/convert/copies.js'
import { type AttributeKind, type EarlierForm, int64s, type OnnxNode, type OnnxOperator } from '../onnx.js'

function view(
  name: string,
  inputs: readonly [number, number],
  attributes: Readonly<Record<string, AttributeKind>>,
  shapeOf: (node: OnnxNode) => readonly number[],
  propagatesQuantization: boolean,
  runsOnQuanta = propagatesQuantization,
): OnnxOperator {
  return {
    name,
    inputs,
    attributes,
    isCopy: true,
    propagatesQuantization,
    runsOnQuanta,
    infer: (node) => [{ type: node.type(0).type, shape: shapeOf(node) }],
    evaluate: (node, inputs) => [{ ...inputs[0]!, shape: shapeOf(node) }],
    convert: (node, conversion) => convertCopy(node, conversion, 'reshape', {}),
  }
}

function reshapeShape(node: OnnxNode): number[] {
  const input = node.shape(0)
  const requested = node.integers(1, 'the shape')
  const keepsZero = node.int('allowzero', 0) !== 0
  const shape = requested.map((d, i) => (d === 0 && !keepsZero ? (input[i] ?? 0) : d))
  const free = shape.indexOf(-1)
  const known = shape.reduce((product, d) => (d === -1 ? product : product * d), 1)
  if (free >= 0) shape[free] = known > 0 ? sizeOf(input) / known : 0
  const isValid = shape.every((d) => Number.isInteger(d) && d >= 0) && sizeOf(shape) === sizeOf(input)
  if (isValid) return shape
  throw node.error(
    'malformed-model',
    `[${input}] cannot be reshaped to [${requested}]`,
    'Correct the shape; a batch size baked into it may differ from the one bound by --shape.',
  )
}

function squeezeShape(node: OnnxNode): number[] {
  const input = node.shape(0)
  const axes = node.has(1)
    ? node.integers(1, 'the axes').map((a) => node.axis(a, input.length))
    : input.flatMap((d, i) => (d === 1 ? [i] : []))
  if (axes.some((axis) => input[axis] !== 1)) {
    throw node.error('malformed-model', `Axes [${axes}] of [${input}] are not all 1`, 'Correct the axes.')
  }
  return input.filter((_, i) => !axes.includes(i))
}

function unsqueezeShape(node: OnnxNode): number[] {
  const input = node.shape(0)
  const requested = node.integers(1, 'the axes')
  const rank = input.length + requested.length
  const axes = requested.map((a) => node.axis(a, rank))
  if (node.opset < 11 && requested.some((a) => a < 0)) {
    throw node.error(
      'reference-refuses',
      `The reference does not take the axes [${requested}]: before operator set 11 none was negative`,
      'Count the axes from the front, or export for a newer operator set.',
    )
  }
  if (new Set(axes).size !== axes.length) {
    throw node.error('malformed-model', `Axes [${requested}] repeat`, 'Correct the axes.')
  }
  const rest = [...input]
  return Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : rest.shift()!))
}

function flattenShape(node: OnnxNode): number[] {
  const input = node.shape(0)
  const requested = node.int('axis', 1)
  const axis = requested === input.length ? input.length : node.axis(requested, input.length)
  return [sizeOf(input.slice(0, axis)), sizeOf(input.slice(axis))]
}

export const reshape = view('Reshape', [2, 2], { allowzero: 'int' }, reshapeShape, true)
/** Axes were an attribute. */
const withAxes: EarlierForm = {
  until: 12,
  inputs: [1, 1],
  attributes: { axes: 'ints' },
  upgrade: (node) => {
    const axes = node.ints('axes')
    return { inputs: [node.node.inputs[0]!, ...(axes ? [int64s(axes)] : [])], attributes: {} }
  },
}

export const squeeze = { ...view('Squeeze', [1, 2], {}, squeezeShape, true), earlier: [withAxes] }
export const unsqueeze = { ...view('Unsqueeze', [2, 2], {}, unsqueezeShape, true), earlier: [withAxes] }
export const flatten = view('Flatten', [1, 1], { axis: 'int' }, flattenShape, false, true)
export const identity = view('Identity', [1, 1], {}, (node) => node.shape(0), false)

export const dropout: OnnxOperator = {
  ...view('Dropout', [1, 3], { seed: 'int' }, (node) => node.shape(0), false),
  earlier: [
    {
      until: 11,
      inputs: [1, 1],
      attributes: { ratio: 'float' },
      upgrade: (node) => ({ inputs: node.node.inputs, attributes: {} }),
    },
  ],
  infer: (node) => {
    const training = node.has(2) ? node.required(2, 'training_mode') : undefined
    if (training && Number(training.data[0]) !== 0) {
      throw node.error(
        'unsupported-attribute',
        'training_mode is set',
        'Export for inference.',
        'training_mode',
      )
    }
    return [node.type(0)]
  },
}
