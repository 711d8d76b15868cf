// SPDX-License-Identifier: Apache-2.0
// STRIDED_SLICE, SLICE, SPLIT, SPLIT_V, UNPACK: boxes of the input.
import { sizeOf } from '../../ir/types.js'
import type { TfliteConversion } from '../../passes/tflite/conversion.js'
import type { TfliteNode, TfliteOperator } from '../tflite.js'
import { requireMove, wholeSlice } from '../tflite-copies.js'

/** A box of the input, under the output's own shape. */
function emitBox(
  node: TfliteNode,
  conversion: TfliteConversion,
  input: number,
  output: number,
  box: {
    readonly starts: readonly number[]
    readonly steps: readonly number[]
    readonly shape: readonly number[]
  },
): void {
  const [from, to] = [node.input(input), node.output(output)]
  requireMove(node, from, to)
  const fits = box.shape.every((length, axis) => {
    const last = box.starts[axis]! + (length - 1) * box.steps[axis]!
    const size = from.shape[axis]!
    return length >= 1 && box.starts[axis]! >= 0 && box.starts[axis]! < size && last >= 0 && last < size
  })
  if (!fits || sizeOf(box.shape) !== sizeOf(to.shape)) {
    throw node.malformed(`A box [${box.shape}] from [${box.starts}] of [${from.shape}] is not [${to.shape}]`)
  }
  const { starts, steps, shape } = box
  const x = conversion.stored(from.name)
  if (String(shape) === String(to.shape)) {
    conversion.emitOutput('slice', [x], to, { starts, steps })
    return
  }
  const y = conversion.emit('slice', [x], { type: to.type, shape }, { starts, steps })
  conversion.emitOutput('reshape', [y], to, {})
}

export const stridedSlice: TfliteOperator = {
  name: 'STRIDED_SLICE',
  inputs: [4, 4],
  convert(node, conversion) {
    const { shape } = node.input(0)
    const [begins, ends, steps] = ['begins', 'ends', 'steps'].map((what, i) =>
      node.integers(i + 1, `The list of ${what}`),
    ) as [number[], number[], number[]]
    if ([begins, ends, steps].some(({ length }) => length !== shape.length) || steps.includes(0)) {
      throw node.malformed(`Begins [${begins}], ends [${ends}] and steps [${steps}] do not fit [${shape}]`)
    }
    for (const option of ['ellipsisMask', 'newAxisMask']) {
      if (node.int(option) !== 0)
        throw node.error('unsupported-attribute', `${option} is not 0`, 'Write out every axis.', option)
    }
    if (node.flag('isEndOffset')) {
      throw node.error(
        'unsupported-attribute',
        'Ends are counted from begins',
        'Write ends as places.',
        'offset',
      )
    }
    const starts: number[] = []
    const lengths: number[] = []
    shape.forEach((size, axis) => {
      const bit = (option: string) => (node.int(option) & (1 << axis)) !== 0
      const { start, length } = bit('shrinkAxisMask')
        ? { start: begins[axis]! < 0 ? begins[axis]! + size : begins[axis]!, length: 1 }
        : rangeOf(
            size,
            steps[axis]!,
            bit('beginMask') ? null : begins[axis]!,
            bit('endMask') ? null : ends[axis]!,
          )
      starts.push(start)
      lengths.push(length)
    })
    emitBox(node, conversion, 0, 0, { starts, steps, shape: lengths })
  },
}

/** numpy's slice of one axis. */
function rangeOf(size: number, step: number, begin: number | null, end: number | null) {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const place = (value: number | null, fallback: number) =>
    value === null ? fallback : Math.min(high, Math.max(low, value < 0 ? value + size : value))
  const start = place(begin, step > 0 ? 0 : size - 1)
  const stop = place(end, step > 0 ? size : -1)
  return { start, length: Math.max(0, Math.ceil((stop - start) / step)) }
}

export const slice: TfliteOperator = {
  name: 'SLICE',
  inputs: [3, 3],
  convert(node, conversion) {
    const { shape } = node.input(0)
    const starts = node.integers(1, 'The list of begins')
    const sizes = node.integers(2, 'The list of sizes')
    if (starts.length !== shape.length || sizes.length !== shape.length) {
      throw node.malformed(`Begins [${starts}] and sizes [${sizes}] do not fit [${shape}]`)
    }
    const lengths = sizes.map((length, axis) => (length === -1 ? shape[axis]! - starts[axis]! : length))
    emitBox(node, conversion, 0, 0, { starts, steps: wholeSlice(shape).steps, shape: lengths })
  },
}

/** One box behind the other along an axis, one per output. */
function emitParts(
  node: TfliteNode,
  conversion: TfliteConversion,
  input: number,
  axis: number,
  sizes: readonly number[],
): void {
  const { shape } = node.input(input)
  if (
    sizes.length !== node.node.outputs.length ||
    sizes.reduce((sum, size) => sum + size, 0) !== shape[axis]
  ) {
    throw node.malformed(
      `Parts of [${sizes}] along axis ${axis} are not ${node.node.outputs.length} parts of [${shape}]`,
    )
  }
  let start = 0
  sizes.forEach((size, output) => {
    const { starts, steps } = wholeSlice(shape)
    starts[axis] = start
    start += size
    emitBox(node, conversion, input, output, {
      starts,
      steps,
      shape: shape.map((length, a) => (a === axis ? size : length)),
    })
  })
}

export const split: TfliteOperator = {
  name: 'SPLIT',
  inputs: [2, 2],
  convert(node, conversion) {
    const { shape } = node.input(1)
    const axis = node.axis(node.integers(0, 'The axis')[0] ?? 0, shape.length)
    const parts = node.node.outputs.length
    emitParts(node, conversion, 1, axis, new Array<number>(parts).fill(shape[axis]! / parts))
  },
}

export const splitSizes: TfliteOperator = {
  name: 'SPLIT_V',
  inputs: [3, 3],
  convert(node, conversion) {
    const { shape } = node.input(0)
    const axis = node.axis(node.integers(2, 'The axis')[0] ?? 0, shape.length)
    const sizes = node.integers(1, 'The list of sizes')
    const known = sizes.reduce((sum, size) => sum + Math.max(size, 0), 0)
    emitParts(
      node,
      conversion,
      0,
      axis,
      sizes.map((size) => (size === -1 ? shape[axis]! - known : size)),
    )
  },
}

export const unpack: TfliteOperator = {
  name: 'UNPACK',
  inputs: [1, 1],
  convert(node, conversion) {
    const { shape } = node.input(0)
    const axis = node.axis(node.int('axis'), shape.length)
    emitParts(node, conversion, 0, axis, new Array<number>(shape[axis]!).fill(1))
  },
}
