// SPDX-License-Identifier: Apache-2.0
// On which integer types the pinned reference runs ONNX's plain operators, by the opset from which it does (measured on
// it, operator by operator; plain-binary.test.ts asks again). What it refuses is refused.
import type { ElementType } from '../ir/types.js'
import type { OnnxNode } from './onnx.js'

const wide: readonly ElementType[] = ['int32', 'int64', 'uint32', 'uint64']
const all: readonly ElementType[] = ['int8', 'uint8', 'int16', 'uint16', ...wide]
const arithmetic = [
  [7, wide],
  [14, all],
] as const
const extremum = [[12, ['int8', 'uint8', ...wide]]] as const
const order = [[9, all]] as const
const logic = [[7, ['bool']]] as const
const bitwise = [[18, all]] as const
const chosen: readonly ElementType[] = ['int32', 'int64']

/** Of each operator: from which opset on it takes which types besides float32. */
export const referenceTypes: Readonly<
  Record<string, readonly (readonly [number, readonly ElementType[]])[]>
> = {
  ...{ Add: arithmetic, Sub: arithmetic, Mul: arithmetic, Div: arithmetic, Mod: [[10, all]] },
  ...{ Min: extremum, Max: extremum },
  ...{ And: logic, Or: logic, Xor: logic, Not: logic },
  Equal: [
    [7, ['bool', 'int32', 'int64']],
    [11, ['bool', ...all]],
  ],
  ...{ Greater: order, Less: order, GreaterOrEqual: [[12, all]], LessOrEqual: [[12, all]] },
  BitShift: [[11, ['uint8', 'uint32', 'uint64']]],
  ...{ BitwiseAnd: bitwise, BitwiseOr: bitwise, BitwiseXor: bitwise, BitwiseNot: bitwise },
  ...{ Neg: [[7, ['int8', 'int16', 'int32', 'int64']]], Abs: [[7, all]], Sign: [[9, all]] },
  Trilu: [[14, ['bool', ...chosen]]],
  CumSum: [[11, chosen]],
  Where: [[9, ['uint8', ...chosen]]],
}

/** The integer type of the inputs from `first` to before `end`. Throws CapletError where they differ or the reference has no kernel. */
export function plainType(node: OnnxNode, first = 0, end = node.node.inputs.length): ElementType {
  const { type } = node.type(first)
  for (let input = first + 1; input < end; input++) {
    const other = node.type(input).type
    if (other === type) continue
    throw node.error('malformed-model', `Inputs have types ${type} and ${other}`, 'Give them the same type.')
  }
  const versions = referenceTypes[node.node.operator] ?? []
  const types = versions.filter(([since]) => node.opset >= since).at(-1)?.[1] ?? []
  if (types.includes(type)) return type
  throw node.error(
    'unsupported-type',
    `The reference has no ${node.node.operator} of ${type} in operator set ${node.opset}`,
    types.length > 0 ? `Cast its inputs to one of: ${types.join(', ')}.` : 'Give it float32.',
  )
}
