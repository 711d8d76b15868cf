// SPDX-License-Identifier: Apache-2.0
// output[n, c, y, x] = max of input[n, c, row, column] over the window's cells inside the image; of float32 in an order of its own.
import { allocate, sizeOf } from '../../ir/types.js'
import { coordinatesOf, indexOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'
import { poolShape, tapsOf } from '../pool-window.js'
import { floatMaximum, floatOrder } from './float-order.js'

export const reference: OperatorDefinition<'max_pool'>['reference'] = (node, [input], [output]) => {
  const shape = poolShape(node.attributes, input!, output!)
  const { rows, columns } = tapsOf(shape)
  const { batches, channels, output: out } = shape
  const image = [batches, channels, shape.input.height, shape.input.width]
  const order = output!.type === 'float32' ? floatOrder(node.attributes.kernel.length, shape) : null
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const [n, c, y, x] = coordinatesOf(index, [batches, channels, out.height, out.width]) as [
      number,
      number,
      number,
      number,
    ]
    const cell = (row: number, column: number) => input!.data[indexOf([n, c, row, column], image)] as number
    data[index] = order
      ? floatMaximum(order, shape, [y, x], cell)
      : Math.max(...rows[y]!.flatMap((row) => columns[x]!.map((column) => cell(row, column))))
  }
  return [{ shape: output!.shape, data }]
}
