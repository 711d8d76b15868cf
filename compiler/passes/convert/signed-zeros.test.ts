// SPDX-License-Identifier: Apache-2.0
// The sign of a zero, through every function that may give or meet one, against the oracle: seen as it is and through 1 / x.
import { describe, expect, it } from 'vitest'
import { againstOracle } from '../reference/pass.fixture.js'

const row = 'float32[1,1,5] {0 -0 1 -1 0}'
const functions = [
  ...[
    'Relu',
    'LeakyRelu',
    'Elu',
    'Selu',
    'Softsign',
    'Erf',
    'Sqrt',
    'Abs',
    'Neg',
    'Sign',
    'Floor',
    'Ceil',
    'Round',
  ],
  ...[
    'Sin',
    'Tan',
    'Asin',
    'Atan',
    'Sinh',
    'Asinh',
    'Atanh',
    'Tanh',
    'HardSwish',
    'ThresholdedRelu',
    'Shrink',
  ],
  ...[
    'Clip(x, float32 0, float32 6)',
    'Clip(x, float32 -1, float32 0)',
    'Clip(x, float32 0)',
    'Clip(x, , float32 0)',
  ],
  ...['Max', 'Min'].flatMap((name) =>
    [
      'x, float32 0',
      'float32 0, x',
      'x, float32 -0',
      'float32 -0, x',
      `x, ${row}`,
      `${row}, x`,
      'x, e',
      'e, x',
    ].map((inputs) => `${name}(${inputs})`),
  ),
  ...[
    'Add(x, float32 0)',
    'Add(x, float32 -0)',
    'Sub(float32 0, x)',
    'Sub(float32 -0, x)',
    'Mul(x, float32 0)',
  ],
  ...[
    'Mul(x, e)',
    'Sub(x, e)',
    'Div(x, float32 -2)',
    'Pow(x, float32 3)',
    'Pow(x, float32 0.5)',
    'PRelu(x, float32 -0.1)',
  ],
]

const zeros = {
  'Ceil(d)': 'of negative numbers',
  'Neg(d)': 'of zero',
  'Mul(d, float32 1e-44)': 'of an underflow',
}

describe.each(Object.entries(zeros))('%s, %s', (zero) => {
  it.each(functions)('%s', async (name) => {
    const apply = name.includes('(') ? name : `${name}(x)`
    const other = `
      input j: int8[1,3,5]
      k: float32[1,3,5] = DequantizeLinear(j, float32 0.25, int8 3)
      e: float32[1,3,5] = Ceil(k)`
    const text = `
      input i: int8[1,3,5]
      ${/\be\b/.test(apply) ? other : ''}
      d: float32[1,3,5] = DequantizeLinear(i, float32 0.25, int8 3)
      x: float32[1,3,5] = ${zero}
      t: float32[1,3,5] = ${apply}
      output t`
    expect(await againstOracle(text)).toBe('exact')
  })
})
