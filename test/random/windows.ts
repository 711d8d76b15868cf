// SPDX-License-Identifier: Apache-2.0
// Random windows of convolutions and pools: odd pads, strides, dilations, auto_pad, ceil_mode.
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder } from './builder.js'

export interface RandomWindow {
  readonly kernel: readonly number[]
  readonly output: readonly number[]
  readonly attributes: Readonly<Record<string, Attribute>>
}

/** Output sizes are the ONNX specification's. Null where nothing fits. */
export function randomWindow(
  b: Builder,
  spatial: readonly number[],
  kind: 'convolution' | 'maximum' | 'average',
): RandomWindow | null {
  const { random } = b
  if (spatial.length < 1 || spatial.length > 2) return null
  const isWhole = kind === 'average' && random.integer(0, 5) === 0
  const kernel = spatial.map((d) => (isWhole ? d : random.integer(1, Math.min(4, d + 1))))
  const strides = spatial.map(() => (random.boolean() ? 1 : random.integer(1, 3)))
  const mayDilate = kind !== 'average' || b.style.opset >= 19
  const dilations = spatial.map(() => (mayDilate && random.integer(0, 3) === 0 ? 2 : 1))
  const extent = kernel.map((k, i) => (k - 1) * dilations[i]! + 1)
  const attributes: Record<string, Attribute> = {}
  if (kind !== 'convolution' || random.boolean()) attributes.kernel_shape = kernel
  if (strides.some((s) => s !== 1) || random.boolean()) attributes.strides = strides
  if (dilations.some((d) => d !== 1)) attributes.dilations = dilations
  // The reference refuses dilations with SAME padding.
  const isDilated = dilations.some((d) => d !== 1) && !b.odd()
  const same = isDilated ? [] : ['SAME_UPPER', 'SAME_LOWER']
  const auto = random.pick(['', '', '', 'VALID', ...same])
  const isCeil = kind !== 'convolution' && auto === '' && random.integer(0, 2) === 0
  if (isCeil) attributes.ceil_mode = 1
  if (kind === 'average' && random.boolean()) attributes.count_include_pad = random.integer(0, 1)
  const pads = choosePads(b, auto, spatial, extent, kernel, strides)
  if (auto !== '') attributes.auto_pad = auto
  else if (pads.some((p) => p > 0) || random.boolean()) attributes.pads = pads
  const rank = spatial.length
  const output = spatial.map((size, i) => {
    const span = size + pads[i]! + pads[i + rank]! - extent[i]!
    if (span < 0) return 0
    if (!isCeil) return Math.floor(span / strides[i]!) + 1
    // A last window that starts in the padding is dropped by the reference, but not by ONNX's own shape inference.
    const count = Math.ceil(span / strides[i]!) + 1
    return (count - 1) * strides[i]! >= size + pads[i]! ? 0 : count
  })
  return output.some((d) => d < 1) ? null : { kernel, output, attributes }
}

function choosePads(
  b: Builder,
  auto: string,
  spatial: readonly number[],
  extent: readonly number[],
  kernel: readonly number[],
  strides: readonly number[],
): number[] {
  if (auto.startsWith('SAME')) {
    const totals = spatial.map((size, i) => {
      const count = Math.ceil(size / strides[i]!)
      return Math.max((count - 1) * strides[i]! + extent[i]! - size, 0)
    })
    const begin = totals.map((t) => (auto === 'SAME_UPPER' ? Math.floor(t / 2) : Math.ceil(t / 2)))
    return [...begin, ...totals.map((t, i) => t - begin[i]!)]
  }
  if (auto === 'VALID' || b.random.boolean()) return [...spatial, ...spatial].map(() => 0)
  // The reference wants pads smaller than the kernel.
  return [...kernel, ...kernel].map((k) => b.random.integer(0, Math.max(0, Math.min(2, k - 1))))
}
