// SPDX-License-Identifier: Apache-2.0
// transpose: output axis i is input axis permutation[i]. Its output is stored like its input, so that it is a view;
// whoever needs another order asks for it. With the identity permutation and two orders it is a change of order.
import type { ProgramTensor } from '../../codegen/program.js'
import { longAxes, stridesOf } from '../../ir/layout.js'
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { copyStep, regionOf, viewStep } from '../strided-copy.js'
import { reference } from './reference.js'

export const transpose = defineOperator({
  name: 'transpose',
  summary: 'axes in another order; a view where no byte has to move',
  layout: 'strided',
  chooseOrders: ({ attributes: { permutation } }, [input]) => ({
    input: null,
    output: input!.order.map((axis) => permutation.indexOf(axis)),
  }),
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { permutation } = node.attributes
    if (isView(input, output, permutation)) return [viewStep(node, input.name, output.name)]
    const strides = stridesOf(input.shape, input.layout.order)
    return [
      copyStep(node, {
        counts: output.shape,
        from: { tensor: input.name, offset: 0, strides: permutation.map((axis) => strides[axis]!) },
        to: regionOf(output),
        elementBytes: bytesPerElement(input.type),
      }),
    ]
  },
})

function isView(input: ProgramTensor, output: ProgramTensor, permutation: readonly number[]): boolean {
  const stored = longAxes(output.shape, output.layout.order).map((axis) => permutation[axis])
  return longAxes(input.shape, input.layout.order).every((axis, position) => axis === stored[position])
}
