// SPDX-License-Identifier: Apache-2.0
// Functions written out in simpler operators, as exporters do: what the reference recognizes, it runs as one operator.
import type { Builder, FloatValue } from './builder.js'

const half = Math.SQRT1_2

type Step = readonly [operator: string, ...inputs: (string | number)[]]

/** Steps a, b, c, ... of a function of x. */
const functions: readonly (readonly Step[])[] = [
  [
    ['Div', 'x', Math.SQRT2],
    ['Erf', 'a'],
    ['Add', 'b', 1],
    ['Mul', 'x', 'c'],
    ['Mul', 'd', 0.5],
  ],
  [
    ['Div', 'x', Math.SQRT2],
    ['Erf', 'a'],
    ['Add', 1, 'b'],
    ['Mul', 'x', 0.5],
    ['Mul', 'd', 'c'],
  ],
  [
    ['Mul', 'x', half],
    ['Erf', 'a'],
    ['Add', 'b', 1],
    ['Mul', 'c', 'x'],
    ['Mul', 0.5, 'd'],
  ],
  [
    ['Mul', 'x', 0.044715],
    ['Mul', 'a', 'x'],
    ['Add', 'b', 1],
    ['Mul', 'x', 0.7978846],
    ['Mul', 'd', 'c'],
    ['Tanh', 'e'],
    ['Add', 'f', 1],
    ['Mul', 'x', 0.5],
    ['Mul', 'h', 'g'],
  ],
  [
    ['Pow', 'x', 3],
    ['Mul', 'a', 0.044715],
    ['Add', 'x', 'b'],
    ['Mul', 'c', 0.7978846],
    ['Tanh', 'd'],
    ['Add', 'e', 1],
    ['Mul', 'x', 'f'],
    ['Mul', 'g', 0.5],
  ],
  [
    ['Mul', 'x', 1.702],
    ['Sigmoid', 'a'],
    ['Mul', 'x', 'b'],
  ],
  [
    ['Softplus', 'x'],
    ['Tanh', 'a'],
    ['Mul', 'x', 'b'],
  ],
  [
    ['Add', 'x', 3],
    ['Clip', 'a', 0, 6],
    ['Mul', 'x', 'b'],
    ['Div', 'c', 6],
  ],
  [
    ['Neg', 'x'],
    ['Exp', 'a'],
    ['Add', 'b', 1],
    ['Div', 1, 'c'],
  ],
  [
    ['Neg', 'x'],
    ['Exp', 'a'],
    ['Add', 'b', 1],
    ['Reciprocal', 'c'],
    ['Mul', 'd', 'x'],
  ],
  [
    ['Abs', 'x'],
    ['Add', 'a', 1],
    ['Div', 1, 'b'],
    ['Mul', 'c', 'x'],
  ],
]

export function writtenOut(b: Builder, x: FloatValue): FloatValue {
  const names = new Map([['x', x.name]])
  const size = Math.max(-x.low, x.high, 1)
  let y = x
  for (const [index, [operator, ...inputs]] of b.random.pick(functions).entries()) {
    const known = inputs.map((input) =>
      typeof input === 'number' ? b.constant('float32', [], [Math.fround(input)]) : names.get(input)!,
    )
    y = b.float(operator, known, x.shape, [-size, size])
    names.set('abcdefghij'[index]!, y.name)
  }
  return y
}
