// SPDX-License-Identifier: Apache-2.0
// y = clamp(sum of the window's cells inside the image / their number), halves away from zero; no zero point takes part.
import { roundHalfAway } from '../../arithmetic/fixed-point.js'
import { clamp } from '../../arithmetic/float32.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'
import { poolShape, tapsOf } from '../pool-window.js'

export const reference: OperatorDefinition<'integer_average_pool'>['reference'] = (
  node,
  [input],
  [output],
) => {
  const shape = poolShape(node.attributes, input!, output!)
  const { rows, columns } = tapsOf(shape)
  const image = [shape.batches, shape.channels, shape.input.height, shape.input.width]
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const pixels = [shape.batches, shape.channels, shape.output.height, shape.output.width]
    const [n, c, y, x] = coordinatesOf(index, pixels) as [number, number, number, number]
    const cells = rows[y]!.flatMap((row) =>
      columns[x]!.map((column) => Number(input!.data[indexOf([n, c, row, column], image)])),
    )
    const sum = cells.reduce((total, cell) => total + cell, 0)
    data[index] = clamp(roundHalfAway(sum / cells.length), node.attributes)
  }
  return [{ shape: output!.shape, data }]
}
