// SPDX-License-Identifier: Apache-2.0
// pair_table: any function of two 8-bit tensors, looked up: output = table[a * 256 + b]. A tensor with itself is a
// function of one input, hence a table of 256 entries.
import type { ProgramTensor } from '../../codegen/program.js'
import { allocate } from '../../ir/types.js'
import { broadcastLoops, inPlaceInputs } from '../broadcast-loops.js'
import { defineOperator } from '../definition.js'
import { bytesOf } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { tableStep } from '../table/step.js'
import { reference } from './reference.js'

export const pairTable = defineOperator({
  name: 'pair_table',
  summary: 'any function of two 8-bit tensors, as 65,536 entries, with broadcasting',
  layout: 'strided',
  reference,
  lower(node, context) {
    const inputs = node.inputs.map((name) => context.tensor(name)) as [ProgramTensor, ProgramTensor]
    const output = context.tensor(node.outputs[0]!)
    const { table } = node.attributes
    if (node.inputs[0] === node.inputs[1]) {
      return [tableStep(node, { table: diagonal(table), axis: null }, inputs[0], output)]
    }
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'pair-table',
        constants: {
          A: { kind: 'address', tensor: inputs[0].name },
          B: { kind: 'address', tensor: inputs[1].name },
          OUTPUT: { kind: 'address', tensor: output.name },
          TABLE: { kind: 'segment', offset: 0 },
          ...broadcastLoops(node, inputs[0], inputs[1], output),
        },
        inputs: [inputs[0].name, inputs[1].name],
        outputs: [output.name],
        inPlace: inPlaceInputs(inputs, output),
        segment: bytesOf(table),
      },
    ]
  },
})

/** The entries for equal bytes. */
function diagonal(table: Int8Array | Uint8Array): Int8Array | Uint8Array {
  const entries = allocate(table instanceof Int8Array ? 'int8' : 'uint8', 256) as Int8Array | Uint8Array
  for (let byte = 0; byte < 256; byte++) entries[byte] = table[byte * 256 + byte]!
  return entries
}
