// SPDX-License-Identifier: Apache-2.0
// v = f(S / count), S = f32 sum of the values of the window's cells inside the image, in the order `summation`;
// then v itself, or rne(f(f(v / s) + z)) clamped ('before'), or Q(v) ('after').
import { f32, quantize } from '../../arithmetic/float32.js'
import { quantizedAverage } from '../../arithmetic/rows.js'
import type { AveragePoolAttributes } from '../../ir/operators.js'
import { allocate, type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'
import { insideTaps, poolShape, tapsOf } from '../pool-window.js'

type FourIndices = [number, number, number, number]

export const reference: OperatorDefinition<'average_pool'>['reference'] = (node, [input], [output]) => {
  const { attributes } = node
  const shape = poolShape(attributes, input!, output!)
  const { rows, columns } = tapsOf(shape)
  const counts = countsOf(attributes, shape)
  const { batches, channels, output: out } = shape
  const image = [batches, channels, shape.input.height, shape.input.width]
  const valueAt = (index: number) => {
    const element = Number(input!.data[index])
    return attributes.inputValues ? attributes.inputValues[element & 255]! : element
  }
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [n, c, y, x] = coordinatesOf(index, [batches, channels, out.height, out.width]) as FourIndices
    const window = rows[y]!.map((row) =>
      columns[x]!.map((column) => valueAt(indexOf([n, c, row, column], image))),
    )
    data[index] = average(window, counts(y, x), attributes, output!.type as QuantizedType)
  }
  return [{ shape: output!.shape, data }]
}

/** count_include_pad: the kernel's size (QLinearAveragePool), or the taps within image and pads (float pools). */
function countsOf(
  attributes: AveragePoolAttributes,
  shape: ReturnType<typeof poolShape>,
): (y: number, x: number) => number {
  const { input, output, kernel, strides, pads, endPads, dilations } = shape
  if (attributes.countIncludePad && attributes.zeroPointAdded === 'before')
    return () => kernel.height * kernel.width
  const padding = attributes.countIncludePad ? { pads, endPads } : null
  const taps = (axis: 'height' | 'width') => {
    const [before, behind] = [padding?.pads[axis] ?? 0, padding?.endPads[axis] ?? 0]
    // Coordinates are shifted so that the first padded cell is 0.
    const size = before + input[axis] + behind
    return insideTaps(kernel[axis], strides[axis], pads[axis] - before, dilations[axis], size, output[axis])
  }
  const [rows, columns] = [taps('height'), taps('width')]
  return (y, x) => rows[y]!.length * columns[x]!.length
}

function average(
  window: readonly (readonly number[])[],
  count: number,
  { output, zeroPointAdded, summation, kernel }: AveragePoolAttributes,
  type: QuantizedType,
): number {
  if (output && zeroPointAdded === 'before')
    return quantizedAverage(window.flat(), count, output, rangeOf(type))
  const v = f32(sums[summation](window, kernel.at(-1)!) / count)
  return output ? quantize(v, output, rangeOf(type)) : v
}

const add = (values: readonly number[], start = 0): number =>
  values.reduce((sum, value) => f32(sum + value), start)

type Cells = readonly (readonly number[])[]

const sums: Record<AveragePoolAttributes['summation'], (window: Cells, kernelWidth: number) => number> = {
  rows: (window) => add(window.flat()),
  // From -0, which adds nothing to -0 either; a column of padding would add +0.
  columns: (window, kernelWidth) => {
    const columns = window[0]!.map((_, column) =>
      add(
        window.map((row) => row[column]!),
        -0,
      ),
    )
    return add(columns, columns.length < kernelWidth ? 0 : -0)
  },
  lanes: (window) => {
    const cells = window.flat()
    const whole = cells.length - (cells.length % 4)
    const lane = (k: number) => add(cells.slice(0, whole).filter((_, index) => index % 4 === k))
    return add(cells.slice(whole), f32(f32(lane(0) + lane(2)) + f32(lane(1) + lane(3))))
  },
}
