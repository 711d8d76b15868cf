// SPDX-License-Identifier: Apache-2.0
// global_average_pool: the mean of every image, by one integer sum and the requantizer.
import { encodeDoubleRecord } from '../../arithmetic/fixed-point.js'
import type { Range } from '../../arithmetic/float32.js'
import { chooseRequantizer } from '../../arithmetic/requantizer.js'
import { encodeRecord, requantizerForms } from '../../arithmetic/requantizer-forms.js'
import { CapletError } from '../../errors.js'
import type { FixedRequantization } from '../../ir/fixed-operators.js'
import type { Requantization } from '../../ir/operators.js'
import { type QuantizedType, rangeOf, sizeOf } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const globalAveragePool = defineOperator({
  name: 'global_average_pool',
  summary: 'mean over all spatial dimensions',
  layout: 'channels_last',
  reference,
  lower(node, context) {
    const input = context.tensor(node.inputs[0]!)
    const output = context.tensor(node.outputs[0]!)
    const { inputZeroPoint, requantization } = node.attributes
    const pixels = sizeOf(input.shape.slice(2))
    const { min, max } =
      input.type === 'int16' ? { min: -32768, max: 32767 } : rangeOf(input.type as QuantizedType)
    if (pixels * (max - min) >= 2 ** 31) throw tooManyPixels(node.name, node.operator, pixels)
    const accumulators = { min: pixels * (min - inputZeroPoint), max: pixels * (max - inputZeroPoint) }
    const { form, facts, segment, checked } = finishOf(
      requantization,
      accumulators,
      -pixels * inputZeroPoint,
      context.preferFloat,
    )
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'global-average-pool',
        constants: {
          INPUT: { kind: 'address', tensor: input.name },
          OUTPUT: { kind: 'address', tensor: output.name },
          ELEMENT: { kind: 'type', value: nativeType(node, input) },
          BATCHES: { kind: 'usize', value: input.shape[0]! },
          PIXELS: { kind: 'usize', value: pixels },
          CHANNELS: { kind: 'usize', value: input.shape[1]! },
          RECORD: { kind: 'segment', offset: 0 },
          SCRATCH: { kind: 'scratch', offset: 0 },
          requantize: { kind: 'code', symbol: facts.primitive, from: '../requantize' },
          RECORD_BYTES: { kind: 'code', symbol: facts.recordBytesSymbol, from: '../requantize' },
          OUTPUT_ZERO_POINT: { kind: 'i32', value: requantization.zeroPoint },
          OUTPUT_MIN: { kind: 'i32', value: requantization.min },
          OUTPUT_MAX: { kind: 'i32', value: requantization.max },
        },
        inputs: [input.name],
        outputs: [output.name],
        scratchBytes: segment.length,
        segment,
        requantizer: form,
        proof: checked,
      },
    ]
  },
})

function finishOf(
  rule: Requantization | FixedRequantization,
  accumulators: Range,
  bias: number,
  floatAllowed: boolean,
) {
  if ('fixed' in rule) {
    const facts = { primitive: 'requantizeDouble', recordBytesSymbol: 'DOUBLE_RECORD_BYTES' }
    return { form: 'double', facts, segment: encodeDoubleRecord(bias, rule.fixed[0]!), checked: 0 }
  }
  const channel = { m: rule.multipliers[0]!, ...accumulators }
  const { form, records, proof } = chooseRequantizer([channel], rule, { floatAllowed })
  const segment = encodeRecord(form, bias, records[0]!)
  return { form, facts: requantizerForms[form], segment, checked: proof.checked }
}

const tooManyPixels = (node: string, operator: string, pixels: number) =>
  new CapletError({
    code: 'accumulator-overflow',
    message: `The sum over ${pixels} elements may exceed 32 bits.`,
    remedy: 'Pool in two stages.',
    node,
    operator,
  })
