// SPDX-License-Identifier: Apache-2.0
// where: each element from one tensor or another, as a third says.
import type { NativeType } from '../../codegen/program.js'
import { bytesPerElement } from '../../ir/types.js'
import { inPlaceInputs, loopsOver } from '../broadcast-loops.js'
import { defineOperator } from '../definition.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

const bits: Readonly<Record<number, NativeType>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' }

export const where = defineOperator({
  name: 'where',
  summary: 'elements of one tensor where a bool tensor is true, of another elsewhere',
  layout: 'strided',
  reference,
  lower(node, context) {
    const inputs = node.inputs.map((name) => context.tensor(name))
    const output = context.tensor(node.outputs[0]!)
    const [condition, a, b] = [inputs[0]!, inputs[1]!, inputs[2]!]
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'where',
        constants: {
          CONDITION: { kind: 'address', tensor: condition.name },
          A: { kind: 'address', tensor: a.name },
          B: { kind: 'address', tensor: b.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: bits[bytesPerElement(output.type)]! },
          ...loopsOver(node, { CONDITION: condition, A: a, B: b }, output),
        },
        inputs: inputs.map(({ name }) => name),
        outputs: [output.name],
        inPlace: inPlaceInputs(inputs, output),
      },
    ]
  },
})
