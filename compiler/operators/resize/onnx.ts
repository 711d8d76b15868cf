// SPDX-License-Identifier: Apache-2.0
// ONNX Resize and Upsample: nearest neighbours are gathered, axis by axis; linear interpolation is float in the reference,
// or truncated where the tensor itself is of integers.
import { f32 } from '../../arithmetic/float32.js'
import { computedFloat } from '../../passes/convert/computed.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { type CopyOf, convertCopies } from '../../passes/convert/copies.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import {
  type CoordinateMode,
  interpolation,
  isCoordinateMode,
  isNearestMode,
  type NearestMode,
  nearestIndices,
  type ScaledAxis,
} from './coordinates.js'

/** Before opset 11 there is but one way of finding coordinates. */
const isOld = (node: OnnxNode): boolean => node.node.operator === 'Upsample' || node.opset < 11

/** In operator sets 11 and 12 only the sizes may be left out; the reference does not load a model with another gap. */
function refuseGap(node: OnnxNode): void {
  const gap = ['roi', 'scales'].find((_, i) => !node.has(i + 1))
  if (gap === undefined || node.opset < 11 || node.opset > 12) return
  throw node.error(
    'reference-refuses',
    `The reference does not load it: in operator set ${node.opset} its ${gap} cannot be left out`,
    `Give it a constant of no elements as its ${gap}, or export for operator set 13 or newer.`,
  )
}

function requested(node: OnnxNode): { scales: readonly number[] | null; sizes: readonly number[] | null } {
  const listed = node.node.attributes.scales as readonly number[] | undefined
  if (listed) return { scales: listed.map(f32), sizes: null }
  const list = (input: number, what: string) =>
    node.has(input) && node.required(input, what).data.length > 0
      ? Array.from(node.required(input, what).data as ArrayLike<number | bigint>, Number)
      : null
  if (isOld(node)) return { scales: list(1, 'the scales'), sizes: null }
  refuseGap(node)
  const scales = list(2, 'the scales')
  return { scales, sizes: scales ? null : list(3, 'the sizes') }
}

/** Every axis of the input with its new length and its scale. */
function scaledAxes(node: OnnxNode): ScaledAxis[] {
  const input = node.shape(0)
  const { scales, sizes } = requested(node)
  const axes = node.ints('axes')?.map((axis) => node.axis(axis, input.length)) ?? input.map((_, axis) => axis)
  const given = scales ?? sizes
  if (given?.length !== axes.length || given.some((v) => !(v > 0))) {
    throw node.error('malformed-model', 'Its scales or sizes do not fit its input', 'Give one for each axis.')
  }
  return input.map((length, axis) => {
    const at = axes.indexOf(axis)
    if (at < 0) return { input: length, output: length, scale: 1 }
    if (sizes) return { input: length, output: sizes[at]!, scale: f32(sizes[at]! / length) }
    return { input: length, output: Math.trunc(f32(length * scales![at]!)), scale: scales![at]! }
  })
}

function refuseUnknown(node: OnnxNode): void {
  const defaults = { antialias: 0, exclude_outside: 0, keep_aspect_ratio_policy: 'stretch' }
  for (const [name, value] of Object.entries(defaults)) {
    const given = node.node.attributes[name]
    if (given !== undefined && given !== value) {
      throw node.error('unsupported-attribute', `${name} ${given} is not supported`, `Use ${value}.`, name)
    }
  }
}

function coordinateMode(node: OnnxNode, axes: readonly ScaledAxis[]): CoordinateMode {
  const name = isOld(node) ? 'asymmetric' : node.string('coordinate_transformation_mode', 'half_pixel')
  if (isCoordinateMode(name)) return name
  // Symmetric about the middle: no shift where the length is the scaled length.
  if (name === 'half_pixel_symmetric' && axes.every((a) => a.scale * a.input === a.output))
    return 'half_pixel'
  throw node.error(
    'unsupported-attribute',
    `coordinate_transformation_mode "${name}" is not supported for these lengths`,
    'Use half_pixel, pytorch_half_pixel, asymmetric or align_corners.',
    'coordinate_transformation_mode',
  )
}

function nearestMode(node: OnnxNode): NearestMode {
  if (isOld(node)) return 'simple'
  const name = node.string('nearest_mode', 'round_prefer_floor')
  if (isNearestMode(name)) return name
  throw node.error('unsupported-attribute', `nearest_mode "${name}" is unknown`, 'Use floor.', 'nearest_mode')
}

/** One gather for each axis whose elements move. */
function nearestSteps(node: OnnxNode, axes: readonly ScaledAxis[]): CopyOf[] {
  const mode = coordinateMode(node, axes)
  const nearest = nearestMode(node)
  const shape = [...node.shape(0)]
  return axes.flatMap((scaled, axis): CopyOf[] => {
    const indices = nearestIndices(mode, nearest, scaled)
    if (scaled.output === scaled.input && indices.every((index, i) => index === i)) return []
    shape[axis] = scaled.output
    return [
      {
        operator: 'gather',
        shape: [...shape],
        attributes: { axis, span: 1, indices: Int32Array.from(indices) },
      } satisfies CopyOf<'gather'>,
    ]
  })
}

function convertLinear(node: OnnxNode, conversion: Conversion, axes: readonly ScaledAxis[]): void {
  const output = node.node.outputs[0]!
  const { shape } = conversion.graph.tensors.get(output)!
  const rank = shape.length
  const count = rank === 3 ? 3 : 2
  if (rank < 2 || rank > 4 || axes.slice(0, rank - count).some((a) => a.scale !== 1)) {
    throw node.error(
      'unsupported-feature',
      `Linear interpolation of [${node.shape(0)}] to [${shape}]`,
      'Interpolate over the spatial dimensions of [N, C, W] or [N, C, H, W] only.',
    )
  }
  const mode = coordinateMode(node, axes)
  if (mode === 'tf_half_pixel_for_nn') {
    throw node.error('unsupported-attribute', `${mode} is for nearest neighbours`, 'Use half_pixel.')
  }
  const interpolations = axes.slice(rank - count).map((axis) => interpolation(mode, axis))
  const value = conversion.value(node.node.inputs[0]!)
  if (value.kind === 'integer') {
    const { type, tensor: input } = conversion.quantizedInput(node, 0)
    const attributes = { axes: interpolations, truncates: true, inputValues: null, output: null }
    const tensor = conversion.emit('resize', [input], { type, shape }, attributes)
    conversion.define(output, { kind: 'integer', type, shape, tensor })
    return
  }
  const attributes = { axes: interpolations, truncates: false }
  const float = conversion.float(node, 0)
  conversion.define(output, computedFloat(conversion, 'resize', float, shape, attributes, true))
}

function convert(node: OnnxNode, conversion: Conversion): void {
  refuseUnknown(node)
  const axes = scaledAxes(node)
  const mode = node.string('mode', 'nearest')
  // The reference copies a tensor whose shape stays, whatever its scales.
  if (axes.every((axis) => axis.input === axis.output)) {
    convertCopies(node, conversion, [{ operator: 'reshape', shape: node.shape(0), attributes: {} }])
  } else if (mode === 'nearest') convertCopies(node, conversion, nearestSteps(node, axes))
  else if (mode === 'linear') convertLinear(node, conversion, axes)
  else {
    throw node.error(
      'unsupported-attribute',
      `mode "${mode}" is not supported`,
      'Use nearest or linear.',
      'mode',
    )
  }
}

const infer: OnnxOperator['infer'] = (node) => [
  { type: node.type(0).type, shape: scaledAxes(node).map((axis) => axis.output) },
]

export const resize: OnnxOperator = {
  name: 'Resize',
  inputs: [2, 4],
  attributes: {
    antialias: 'int',
    axes: 'ints',
    coordinate_transformation_mode: 'string',
    cubic_coeff_a: 'float',
    exclude_outside: 'int',
    extrapolation_value: 'float',
    keep_aspect_ratio_policy: 'string',
    mode: 'string',
    nearest_mode: 'string',
  },
  infer,
  convert,
}

export const upsample: OnnxOperator = {
  name: 'Upsample',
  inputs: [1, 2],
  attributes: { mode: 'string', scales: 'floats' },
  infer,
  convert,
}
