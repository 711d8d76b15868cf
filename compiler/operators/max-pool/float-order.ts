// SPDX-License-Identifier: Apache-2.0
// How the contract's reference takes the maximum of a window of float32: by kernels that differ about NaN, -Infinity and the sign
// of a zero. Measured on ONNX Runtime 1.30 for WebAssembly (max-pool.test.ts asks again); its builds for x86-64 lose a NaN where
// max keeps it. max is that of IEEE 754-2019: NaN stays, +0 > -0; keep(m, x) = x > m ? x : m.
//     first    m = the first cell inside, then keep(m, x) of all of them                   with dilations
//     whole    max of -FLT_MAX and the cells of whole groups of four, then keep(m, x)      windows of the whole image
//     columns  max within a column, keep(m, x) in the last width % 4 columns of the image;
//              those outside count as -FLT_MAX; then max of the columns                    2-D, strides up to 2, kernels up to 32
//     lowest   m = -FLT_MAX, then keep(m, x) of the cells inside                           else
import { f32 } from '../../arithmetic/float32.js'
import { type PoolShape, tapsOf } from '../pool-window.js'

export const floatOrders = ['first', 'lowest', 'columns', 'whole'] as const
export type FloatOrder = (typeof floatOrders)[number]

const lowest = -f32(3.4028234663852886e38)

/** Elements of the row that the reference pools by columns in, pads included. */
const columnBuffer = 2048 - 3

export function floatOrder(
  rank: number,
  { kernel, strides, pads, endPads, dilations, input }: PoolShape,
): FloatOrder {
  if (dilations.height !== 1 || dilations.width !== 1) return 'first'
  const isWhole = kernel.height === input.height && kernel.width === input.width
  const hasPads = [pads, endPads].some(({ height, width }) => height !== 0 || width !== 0)
  if (isWhole && !hasPads && strides.height === 1 && strides.width === 1) return 'whole'
  const isSmall = kernel.height <= 32 && kernel.width <= 32
  const fits = pads.width + input.width + endPads.width <= columnBuffer
  return rank === 2 && strides.width <= 2 && isSmall && fits ? 'columns' : 'lowest'
}

// Not Math.max: a comparison decides about NaN and zeros.
function keep(kept: number, x: number): number {
  if (x > kept) return x
  return kept
}

/** The maximum of the window of output y, x. `cell`: the image's element at a row and a column. */
export function floatMaximum(
  order: FloatOrder,
  shape: PoolShape,
  [y, x]: readonly [number, number],
  cell: (row: number, column: number) => number,
): number {
  const { width } = shape.input
  const taps = tapsOf(shape)
  const rows = taps.rows[y]!
  const cells = rows.flatMap((row) => taps.columns[x]!.map((column) => cell(row, column)))
  if (order === 'first') return cells.reduce(keep)
  if (order === 'lowest') return cells.reduce(keep, lowest)
  if (order === 'whole') {
    const left = cells.length % 4
    const ofFours = Math.max(lowest, ...cells.slice(0, cells.length - left))
    return cells.slice(cells.length - left).reduce(keep, ofFours)
  }
  const start = x * shape.strides.width - shape.pads.width
  const columns = Array.from({ length: shape.kernel.width }, (_, tap) => {
    const column = start + tap
    if (column < 0 || column >= width) return lowest
    const inside = rows.map((row) => cell(row, column))
    return column < width - (width % 4) ? Math.max(...inside) : inside.reduce(keep)
  })
  return Math.max(...columns)
}
