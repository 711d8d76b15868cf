// SPDX-License-Identifier: Apache-2.0
// Geometry of sliding windows (convolution, pools): attributes of an ONNX node -> kernel, strides, pads, dilations
// and the output's spatial size. Formulas: the ONNX operator specification (Conv, MaxPool); ceil mode drops a last
// window that would start in the padding, as ONNX Runtime does.
import type { Window } from '../ir/operators.js'
import type { OnnxNode } from './onnx.js'

export const windowAttributes = {
  auto_pad: 'string',
  dilations: 'ints',
  kernel_shape: 'ints',
  pads: 'ints',
  strides: 'ints',
} as const

export interface PlacedWindow extends Window {
  readonly output: readonly number[]
}

/** Pre: spatial = the input's spatial dimensions (1 or 2). Rejects windows larger than the padded input. */
export function placeWindow(
  node: OnnxNode,
  spatial: readonly number[],
  kernel: readonly number[],
): PlacedWindow {
  const rank = spatial.length
  if (rank < 1 || rank > 2) {
    throw node.error(
      'unsupported-feature',
      `It slides over ${rank} spatial dimensions; 1 and 2 are supported`,
      'Use 1-D or 2-D windows.',
    )
  }
  const list = (name: string, fallback: number, count: number) => {
    const values = node.ints(name) ?? new Array<number>(count).fill(fallback)
    if (values.length !== count) {
      throw node.error(
        'malformed-model',
        `${name} has ${values.length} entries, not ${count}`,
        `It takes ${count}: export the model again.`,
        name,
      )
    }
    return values
  }
  const strides = list('strides', 1, rank)
  const dilations = list('dilations', 1, rank)
  if (kernel.length !== rank) {
    throw node.error(
      'malformed-model',
      `kernel_shape [${kernel}] does not fit ${rank} dimensions`,
      'It takes one entry for each spatial dimension: export the model again.',
    )
  }
  for (const [name, values] of Object.entries({ strides, dilations, kernel_shape: kernel })) {
    if (values.some((v) => !Number.isInteger(v) || v < 1)) {
      throw node.error(
        'malformed-model',
        `${name} [${values}] has entries below 1`,
        'Every entry must be at least 1: export the model again.',
        name,
      )
    }
  }
  const extent = kernel.map((k, i) => (k - 1) * dilations[i]! + 1)
  if (node.string('auto_pad', 'NOTSET').startsWith('SAME') && dilations.some((d) => d !== 1)) {
    throw node.error(
      'reference-refuses',
      `auto_pad ${node.string('auto_pad', '')} with dilations [${dilations}]: the reference refuses that in a convolution, and places the windows of a pool elsewhere than the ONNX specification does`,
      'Give explicit pads.',
      'auto_pad',
    )
  }
  const pads = resolvePads(node, spatial, extent, strides, list('pads', 0, 2 * rank))
  const ceil = node.int('ceil_mode', 0) !== 0
  const output = spatial.map((size, i) => {
    const span = size + pads[i]! + pads[i + rank]! - extent[i]!
    if (span < 0) {
      throw node.error(
        'malformed-model',
        `The window (${extent[i]}) is larger than the padded input (${span + extent[i]!})`,
        'Make the kernel smaller or the input larger.',
      )
    }
    if (!ceil) return Math.floor(span / strides[i]!) + 1
    const count = Math.ceil(span / strides[i]!) + 1
    return (count - 1) * strides[i]! >= size + pads[i]! ? count - 1 : count
  })
  return { kernel, strides, pads, dilations, output }
}

/** The window of a pool. The reference takes no pad of its kernel's size or more. */
export function placePool(node: OnnxNode): PlacedWindow {
  const kernel = node.ints('kernel_shape')
  if (!kernel) throw node.error('malformed-model', 'kernel_shape is missing', 'Give it.', 'kernel_shape')
  const placed = placeWindow(node, node.shape(0).slice(2), kernel)
  const isInside = (pad: number, i: number) => pad < kernel[i % kernel.length]!
  if (node.string('auto_pad', 'NOTSET') !== 'NOTSET' || placed.pads.every(isInside)) return placed
  throw node.error(
    'reference-refuses',
    `pads [${placed.pads}] are not smaller than the kernel [${kernel}]: the reference does not load such a pool`,
    'Use smaller pads.',
    'pads',
  )
}

/**
 * SAME padding is negative where the stride skips over cells at the end. The reference then fails in a float pool, and
 * in an integer one cuts half of them off at the start, if it is SAME_UPPER and there are two or more.
 */
export function refuseNegativePads(node: OnnxNode, placed: PlacedWindow): void {
  const { kernel, strides, dilations, output } = placed
  const mode = node.string('auto_pad', 'NOTSET')
  if (!mode.startsWith('SAME')) return
  const totals = node
    .shape(0)
    .slice(2)
    .map((size, i) => (output[i]! - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 - size)
  const isFloat = node.type(0).type === 'float32'
  const least = isFloat ? 0 : mode === 'SAME_UPPER' ? -1 : Number.NEGATIVE_INFINITY
  if (totals.every((total) => total >= least)) return
  throw node.error(
    'reference-refuses',
    `auto_pad ${mode} with kernel [${kernel}] and strides [${strides}] makes negative pads: the reference ${isFloat ? 'does not run that in float' : 'starts such windows inside the image'}`,
    isFloat ? 'Give pads of 0, or quantize the result with the parameters of the input.' : 'Give pads of 0.',
    'auto_pad',
  )
}

function resolvePads(
  node: OnnxNode,
  spatial: readonly number[],
  extent: readonly number[],
  strides: readonly number[],
  explicit: readonly number[],
): readonly number[] {
  const mode = node.string('auto_pad', 'NOTSET')
  switch (mode) {
    case 'NOTSET':
      if (explicit.some((p) => !Number.isInteger(p) || p < 0)) {
        throw node.error(
          'unsupported-attribute',
          `pads [${explicit}] has negative entries`,
          'Slice instead.',
          'pads',
        )
      }
      return explicit
    case 'VALID':
      return new Array<number>(2 * spatial.length).fill(0)
    case 'SAME_UPPER':
    case 'SAME_LOWER': {
      const begin: number[] = []
      const end: number[] = []
      spatial.forEach((size, i) => {
        const count = Math.ceil(size / strides[i]!)
        const total = Math.max((count - 1) * strides[i]! + extent[i]! - size, 0)
        const small = Math.floor(total / 2)
        begin.push(mode === 'SAME_UPPER' ? small : total - small)
        end.push(mode === 'SAME_UPPER' ? total - small : small)
      })
      return [...begin, ...end]
    }
    default:
      throw node.error('unsupported-attribute', `auto_pad "${mode}" is unknown`, 'Use pads.', 'auto_pad')
  }
}
