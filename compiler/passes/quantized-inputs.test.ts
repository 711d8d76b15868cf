// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest'
import { typedGraph } from './graph-text.fixture.js'
import { quantizedInputs } from './quantized-inputs.js'

const found = (text: string) => Object.fromEntries(quantizedInputs(typedGraph(text)))
const q = (of: string, parameters: string) => `QuantizeLinear(${of}, ${parameters})`

it('finds the Q of an input, also behind copies', () => {
  const text = `
    input x: float32[2,3]
    t: float32[3,2] = Transpose(x)
    r: float32[6] = Reshape(t, int64[1] {6})
    a: uint8[6] = ${q('r', 'float32[1] {0.5}, uint8[1] {7}')}
    output a`
  expect(found(text)).toEqual({ x: { type: 'uint8', scale: 0.5, zeroPoint: 7 } })
})

it('takes a Q without zero point for uint8 at 0', () => {
  const text = `
    input x: float32[2]
    a: uint8[2] = ${q('x', 'float32 0.5')}
    output a`
  expect(found(text)).toEqual({ x: { type: 'uint8', scale: 0.5, zeroPoint: 0 } })
})

it('finds two Qs with the same parameters to be one quantization', () => {
  const text = (second: string) => `
    input x: float32[2]
    a: int8[2] = ${q('x', 'float32 0.5, int8 3')}
    t: float32[2,1] = Unsqueeze(x, int64[1] {1})
    b: int8[2,1] = ${second}
    output a
    output b`
  expect(found(text(q('t', 'float32[1] {0.5}, int8 3')))).toEqual({
    x: { type: 'int8', scale: 0.5, zeroPoint: 3 },
  })
  expect(found(text(q('t', 'float32 0.5, int8 4')))).toEqual({ x: 'several' })
  expect(found(text(q('t', 'float32 0.25, int8 3')))).toEqual({ x: 'several' })
})

it.each([
  ['a scale per channel', `a: int8[2] = ${q('x', 'float32[2] {0.5 0.25}, int8[2] {3 3}')} {axis=0}`],
  ['a scale that is no number', `a: int8[2] = ${q('x', 'float32 NaN, int8 3')}`],
  ['a scale of 0', `a: int8[2] = ${q('x', 'float32 0, int8 3')}`],
])('cannot use %s', (_, node) => {
  expect(found(`input x: float32[2]\n${node}\noutput a`)).toEqual({ x: 'several' })
})

it('does not look behind functions', () => {
  const text = `
    input x: float32[2]
    t: float32[2] = Relu(x)
    a: int8[2] = ${q('t', 'float32 0.5, int8 3')}
    output a`
  expect(found(text)).toEqual({})
})
