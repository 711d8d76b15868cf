// SPDX-License-Identifier: Apache-2.0
// Storage orders for operators of whole rows along an axis, or of all axes from one on (`rowIsTail`).
import { longAxes, rowMajorOrder } from '../ir/layout.js'
import type { ChosenOrders, StoredTensor } from './definition.js'

interface Rows {
  readonly axis: number
  readonly rowIsTail: boolean
}

/** The input's own order where a row runs along one long axis, hence in even steps; rows of several axes are made contiguous. */
export function rowOrders({ axis, rowIsTail }: Rows, { shape, order }: StoredTensor): ChosenOrders {
  const isOneAxis = !rowIsTail || (axis === shape.length - 1 && longAxes(shape, order).length <= 1)
  if (isOneAxis) return { input: null, output: order }
  const rowMajor = rowMajorOrder(shape.length)
  return { input: rowMajor, output: rowMajor }
}
