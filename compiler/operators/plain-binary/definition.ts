// SPDX-License-Identifier: Apache-2.0
// plain_binary: arithmetic, logic and comparisons of two tensors in the model's own integer types.
import type { ProgramTensor } from '../../codegen/program.js'
import { plainBinaryOperations } from '../../ir/plain-operators.js'
import { bytesPerElement } from '../../ir/types.js'
import { broadcastLoops, inPlaceInputs } from '../broadcast-loops.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const plainBinary = defineOperator({
  name: 'plain_binary',
  summary: 'arithmetic, logic and comparisons of two integer or bool tensors, with broadcasting',
  layout: 'strided',
  reference,
  lower(node, context) {
    const inputs = node.inputs.map((name) => context.tensor(name)) as [ProgramTensor, ProgramTensor]
    const output = context.tensor(node.outputs[0]!)
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'plain-binary',
        constants: {
          A: { kind: 'address', tensor: inputs[0].name },
          B: { kind: 'address', tensor: inputs[1].name },
          OUTPUT: { kind: 'address', tensor: output.name },
          OPERATION: { kind: 'i32', value: plainBinaryOperations.indexOf(node.attributes.operation) },
          ELEMENT: { kind: 'type', value: nativeType(node, inputs[0]) },
          OUTPUT_BYTES: { kind: 'usize', value: bytesPerElement(output.type) },
          ...broadcastLoops(node, inputs[0], inputs[1], output),
        },
        inputs: [inputs[0].name, inputs[1].name],
        outputs: [output.name],
        inPlace: inPlaceInputs(inputs, output),
      },
    ]
  },
})
