// SPDX-License-Identifier: Apache-2.0
// float_binary: one float32 operation on two tensors that the reference computes in float, then Q where the output is 8-bit.
import type { ProgramTensor } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import type { FloatBinaryOperation } from '../../ir/operators.js'
import { bytesPerElement } from '../../ir/types.js'
import { broadcastLoops, inPlaceInputs } from '../broadcast-loops.js'
import { defineOperator, type TypedNode } from '../definition.js'
import { resultConstants } from '../output-quantum.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

/** As assembly/float-binary numbers them. */
const operations: Record<FloatBinaryOperation, number> = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  minimum: 4,
  maximum: 5,
  prelu: 6,
}

export const floatBinary = defineOperator({
  name: 'float_binary',
  summary: 'one float32 operation (+ - * / min max prelu) of two tensors, with broadcasting',
  layout: 'strided',
  reference,
  lower(node, context) {
    const inputs = node.inputs.map((name) => context.tensor(name)) as [ProgramTensor, ProgramTensor]
    const output = context.tensor(node.outputs[0]!)
    const { operation, tableA, tableB } = node.attributes
    rejectUnreadable(node, inputs[0], tableA)
    rejectUnreadable(node, inputs[1], tableB)
    const tables = [tableA, tableB].flatMap((table) => (table ? [bytesOf(table)] : []))
    const segment = joinBytes(tables)
    const placeB = tableA ? 1024 : 0
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'float-binary',
        constants: {
          A: { kind: 'address', tensor: inputs[0].name },
          B: { kind: 'address', tensor: inputs[1].name },
          OUTPUT: { kind: 'address', tensor: output.name },
          OPERATION: { kind: 'i32', value: operations[operation] },
          A_IS_FLOAT: { kind: 'bool', value: tableA === null },
          B_IS_FLOAT: { kind: 'bool', value: tableB === null },
          A_VALUES: { kind: 'segment', offset: 0 },
          B_VALUES: { kind: 'segment', offset: placeB },
          A_TABLE: { kind: 'scratch', offset: 0 },
          B_TABLE: { kind: 'scratch', offset: placeB },
          ...resultConstants(node.attributes.output, output.type),
          ...broadcastLoops(node, inputs[0], inputs[1], output),
        },
        inputs: [inputs[0].name, inputs[1].name],
        outputs: [output.name],
        inPlace: inPlaceInputs(inputs, output),
        scratchBytes: segment.length,
        segment,
      },
    ]
  },
})

function rejectUnreadable(
  node: TypedNode<'float_binary'>,
  input: ProgramTensor,
  table: Float32Array | null,
): void {
  if (table ? bytesPerElement(input.type) === 1 : input.type === 'float32') return
  throw new CapletError({
    code: 'unsupported-type',
    message: `Input ${input.name} of ${node.name} has type ${input.type}; float32 and 8-bit types are supported.`,
    remedy: 'Convert the tensor to float32 before the operator, or quantize it.',
    node: node.name,
    operator: node.operator,
  })
}
