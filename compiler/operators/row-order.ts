// SPDX-License-Identifier: Apache-2.0
// Storage order for operators of whole rows along an axis, or of all axes from one on (`rowIsTail`).
import { longAxes, type Order } from '../ir/layout.js'
import type { StoredTensor } from './definition.js'

interface Rows {
  readonly axis: number
  readonly rowIsTail: boolean
}

/** The input's own order where a row has one long axis, hence one step; else null: rows of several axes must be contiguous. */
export function rowOrder({ axis, rowIsTail }: Rows, { shape, order }: StoredTensor): Order | null {
  const isOneStep = !rowIsTail || (axis === shape.length - 1 && longAxes(shape, order).length <= 1)
  return isOneStep ? order : null
}
