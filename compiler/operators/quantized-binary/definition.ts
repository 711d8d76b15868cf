// SPDX-License-Identifier: Apache-2.0
// quantized_binary: QLinearAdd and QLinearMul. In integers where that equals the rule on all 65,536 pairs; a tensor with
// itself is a function of one input, hence a table.
import { choosePairForm, type PairForm, type PairRule, pairRule } from '../../arithmetic/elementwise.js'
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { allocate, type QuantizedType, rangeOf } from '../../ir/types.js'
import { broadcastLoops, inPlaceInputs } from '../broadcast-loops.js'
import { defineOperator, type LoweringContext, type TypedNode } from '../definition.js'
import { noWork } from '../strided-copy.js'
import { tableStep } from '../table/step.js'
import { reference } from './reference.js'

export const quantizedBinary = defineOperator({
  name: 'quantized_binary',
  summary: 'QLinearAdd and QLinearMul of two 8-bit tensors, with broadcasting',
  layout: 'strided',
  reference,
  lower(node, context) {
    const inputs = node.inputs.map((name) => context.tensor(name)) as [ProgramTensor, ProgramTensor]
    const output = context.tensor(node.outputs[0]!)
    const rule: PairRule = { ...node.attributes, type: output.type as QuantizedType }
    if (node.inputs[0] === node.inputs[1]) return [squareStep(node, rule, inputs[0], output)]
    return [pairStep(node, rule, inputs, output, context)]
  },
})

function squareStep(
  node: TypedNode<'quantized_binary'>,
  rule: PairRule,
  input: ProgramTensor,
  output: ProgramTensor,
) {
  const { min, max } = rangeOf(rule.type)
  const table = allocate(rule.type, 256)
  for (let quantum = min; quantum <= max; quantum++) table[quantum & 255] = pairRule(quantum, quantum, rule)
  return tableStep(node, { table, axis: null }, input, output)
}

function pairStep(
  node: TypedNode<'quantized_binary'>,
  rule: PairRule,
  inputs: readonly [ProgramTensor, ProgramTensor],
  output: ProgramTensor,
  context: LoweringContext,
): Step {
  const [a, b] = inputs
  const form: PairForm = context.preferFloat ? { form: 'float' } : choosePairForm(rule)
  const { min, max } = rangeOf(rule.type)
  return {
    ...noWork,
    name: node.name,
    operator: node.operator,
    kernel: 'quantized-binary',
    constants: {
      A: { kind: 'address', tensor: a.name },
      B: { kind: 'address', tensor: b.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      ELEMENT: { kind: 'type', value: rule.type === 'int8' ? 'i8' : 'u8' },
      IS_ADDITION: { kind: 'bool', value: rule.operation === 'add' },
      A_ZERO_POINT: { kind: 'i32', value: rule.a.zeroPoint },
      A_SCALE: { kind: 'f32', value: rule.a.scale },
      B_ZERO_POINT: { kind: 'i32', value: rule.b.zeroPoint },
      B_SCALE: { kind: 'f32', value: rule.b.scale },
      OUTPUT_SCALE: { kind: 'f32', value: rule.output.scale },
      OUTPUT_ZERO_POINT: { kind: 'i32', value: rule.output.zeroPoint },
      OUTPUT_MIN: { kind: 'i32', value: min },
      OUTPUT_MAX: { kind: 'i32', value: max },
      ...formConstants(form),
      ...broadcastLoops(node, a, b, output),
    },
    inputs: [a.name, b.name],
    outputs: [output.name],
    inPlace: inPlaceInputs(inputs, output),
    requantizer: form.form,
    proof: form.form === 'float' ? 0 : form.checked,
  }
}

function formConstants(form: PairForm): Record<string, KernelConstant> {
  const isFloat = form.form === 'float'
  const symbol = form.form === 'window' ? 'roundPairWindow' : 'roundPairPlain'
  return {
    IS_FLOAT: { kind: 'bool', value: isFloat },
    roundPair: { kind: 'code', symbol, from: '../elementwise' },
    MULTIPLIER_A: { kind: 'i64', value: isFloat ? 0n : form.multiplierA },
    MULTIPLIER_B: { kind: 'i64', value: isFloat ? 0n : form.multiplierB },
    ADDEND: { kind: 'i64', value: isFloat ? 0n : form.rounding.addend },
    SHIFT: { kind: 'i64', value: isFloat ? 1n : BigInt(form.rounding.shift) },
    WINDOW: { kind: 'i64', value: isFloat ? 0n : (form.rounding.window ?? 0n) },
  }
}
