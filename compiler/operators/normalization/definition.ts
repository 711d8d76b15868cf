// SPDX-License-Identifier: Apache-2.0
// normalization: each row to mean 0 and deviation 1, then scaled and shifted (LayerNormalization, InstanceNormalization).
import { splitTail } from '../axis-split.js'
import { defineOperator } from '../definition.js'
import { elementType } from '../element-type.js'
import { inputValues } from '../input-values.js'
import { resultConstants } from '../output-quantum.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const normalization = defineOperator({
  name: 'normalization',
  summary: 'rows brought to mean 0 and deviation 1, then scaled and shifted',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { method, axis, epsilon, gain, bias, output: quantization } = node.attributes
    const { outer, length } = splitTail(input, axis)
    const values = inputValues(node.attributes.inputValues, input.type)
    const segment = joinBytes([values.segment, bytesOf(gain), bytesOf(bias ?? new Float32Array(0))])
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'normalization',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          INPUT_ELEMENT: { kind: 'type', value: elementType(node, input) },
          ...values.constants,
          SEGMENT: { kind: 'segment', offset: 0 },
          SEGMENT_BYTES: { kind: 'usize', value: segment.length },
          SCRATCH: { kind: 'scratch', offset: 0 },
          GAIN: { kind: 'scratch', offset: values.segment.length },
          BIAS: { kind: 'scratch', offset: values.segment.length + gain.length * 4 },
          HAS_BIAS: { kind: 'bool', value: bias !== null },
          IS_RUNNING: { kind: 'bool', value: method === 'running' },
          ROWS: { kind: 'usize', value: outer },
          LENGTH: { kind: 'usize', value: length },
          GAINS: { kind: 'usize', value: gain.length },
          EPSILON: { kind: 'f32', value: epsilon },
          ...resultConstants(quantization, output.type),
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length,
        segment,
        requantizer: quantization ? 'float' : null,
      },
    ]
  },
})
