// SPDX-License-Identifier: Apache-2.0
// Random recurrent layers: float weights, weights behind a DequantizeLinear, or quantized at run time; some with first
// states, biases, both directions and other functions than the usual ones.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Attribute } from '../../runtime/oracle/write-model.js'
import type { Builder, FloatValue } from './builder.js'

interface Cell {
  readonly operator: 'LSTM' | 'GRU' | 'RNN'
  readonly gates: number
  /** Functions per direction. */
  readonly functions: number
}

const cells: readonly Cell[] = [
  { operator: 'LSTM', gates: 4, functions: 3 },
  { operator: 'GRU', gates: 3, functions: 2 },
  { operator: 'RNN', gates: 1, functions: 1 },
]

const list = (b: Builder, shape: readonly number[]) =>
  b.constant(
    'float32',
    shape,
    Array.from({ length: sizeOf(shape) }, () => b.random.float(-0.7, 0.7)),
  )

/** Float, or dequantized with one scale or one per row. */
function weight(b: Builder, shape: readonly number[]): string {
  if (b.random.boolean()) return list(b, shape)
  const type = b.style.weight
  const quanta = Array.from({ length: sizeOf(shape) }, () =>
    b.random.integer(type === 'int8' ? -128 : 0, 127),
  )
  const isPerRow = b.style.perChannel
  const count = isPerRow ? shape[1]! : 1
  const parameters = isPerRow ? [count] : []
  const scales = Array.from({ length: count }, () => b.random.float(0.003, 0.01))
  const zeros = Array.from({ length: count }, () => b.random.integer(0, 60))
  const inputs = [
    b.constant(type, shape, quanta),
    b.constant('float32', parameters, scales),
    b.constant(type, parameters, zeros),
  ]
  return b.node('DequantizeLinear', inputs, 'float32', shape, isPerRow ? { axis: 1 } : {})
}

/** Weight, scale and zero point of DynamicQuantizeLSTM. */
function dynamicWeight(b: Builder, [directions, depth, rows]: readonly [number, number, number]): string[] {
  const type = b.style.weight
  const quanta = Array.from({ length: directions * depth * rows }, () =>
    b.random.integer(type === 'int8' ? -128 : 0, 127),
  )
  const shape = b.random.boolean() ? [directions] : [directions, rows]
  const scales = Array.from({ length: sizeOf(shape) }, () => b.random.float(0.003, 0.01))
  const zero = type === 'int8' ? 0 : b.random.integer(0, 99)
  return [
    b.constant(type, [directions, depth, rows], quanta),
    b.constant('float32', shape, scales),
    b.constant(type, shape, new Array<number>(sizeOf(shape)).fill(zero)),
  ]
}

function attributesOf(b: Builder, { operator, functions }: Cell, hidden: number, directions: number) {
  const { random } = b
  const names = Array.from({ length: functions * directions }, () =>
    random.pick(['Sigmoid', 'Tanh', 'Relu', 'HardSigmoid', 'Softsign']),
  )
  const attributes: Record<string, Attribute> = { hidden_size: hidden }
  if (directions === 2) attributes.direction = 'bidirectional'
  else if (random.boolean()) attributes.direction = random.pick(['forward', 'reverse'])
  if (b.odd()) attributes.activations = { strings: names }
  if (b.odd()) attributes.clip = { float: random.float(0.3, 3) }
  if (operator === 'LSTM' && b.odd()) attributes.input_forget = 1
  if (operator === 'GRU' && random.boolean()) attributes.linear_before_reset = 1
  return attributes
}

/** [steps, batch, inputs], its first two axes swapped now and then, to [steps, batch, directions * hidden]. */
export function recurrentLayer(b: Builder, x: FloatValue): FloatValue | null {
  const { random } = b
  if (x.shape.length !== 3) return null
  const [first, second, inputs] = x.shape as [number, number, number]
  const isTurned = random.boolean()
  const [steps, batch] = isTurned ? [second, first] : [first, second]
  const input = isTurned
    ? b.node('Transpose', [x.name], 'float32', [steps, batch, inputs], { perm: [1, 0, 2] })
    : x.name
  const cell = random.pick(cells)
  const hidden = random.integer(1, 6)
  const directions = random.pick([1, 1, 2])
  const rows = cell.gates * hidden
  const state = [directions, batch, hidden]
  const isDynamic = cell.operator === 'LSTM' && random.boolean()
  const bias = random.boolean() ? list(b, [directions, 2 * rows]) : ''
  const states = random.boolean() ? [list(b, state)] : ['']
  if (cell.operator === 'LSTM') states.push(random.boolean() ? list(b, state) : '')
  const attributes = attributesOf(b, cell, hidden, directions)
  const shapes = [[steps, directions, batch, hidden], state, ...(cell.operator === 'LSTM' ? [state] : [])]
  const outputs = isDynamic
    ? dynamicNode(b, [input, bias, ...states], [directions, inputs, rows, hidden], shapes, attributes)
    : b.splitNode(
        cell.operator,
        [
          input,
          weight(b, [directions, rows, inputs]),
          weight(b, [directions, rows, hidden]),
          bias,
          '',
          ...states,
        ],
        'float32',
        shapes,
        attributes,
      )
  if (b.odd()) b.outputs.push(...outputs.slice(1))
  const range = [-1.5, 1.5] as const
  const turned = b.node('Transpose', [outputs[0]!], 'float32', [steps, batch, directions, hidden], {
    perm: [0, 2, 1, 3],
  })
  const shape = [steps, batch, directions * hidden]
  return b.float('Reshape', [turned, b.constant('int64', [3], shape)], shape, range)
}

function dynamicNode(
  b: Builder,
  [input, bias, ...states]: readonly string[],
  [directions, inputs, rows, hidden]: readonly [number, number, number, number],
  shapes: readonly (readonly number[])[],
  attributes: Readonly<Record<string, Attribute>>,
): string[] {
  const [w, wScale, wZero] = dynamicWeight(b, [directions, inputs, rows])
  const [r, rScale, rZero] = dynamicWeight(b, [directions, hidden, rows])
  const names = [input!, w!, r!, bias!, '', ...states, '', wScale!, wZero!, rScale!, rZero!]
  return b.splitNode('DynamicQuantizeLSTM', names, 'float32', shapes, attributes, 'com.microsoft')
}
