// SPDX-License-Identifier: Apache-2.0
// Models that the reference breaks: refused, and the oracle shows why.
import { describe, expect, it } from 'vitest'
import { againstOracle, refusal } from './pass.fixture.js'
import { refuseLostOutputs } from './refuse-lost-outputs.js'
import { refuseSignlessTransposes } from './refuse-signless-transposes.js'

it('refuses a quantized output that only repeats another tensor', async () => {
  const text = `
    input x: float32[4]
    a: int8[4] = QuantizeLinear(x, float32 0.02, int8 3)
    d: float32[4] = DequantizeLinear(a, float32 0.02, int8 3)
    b: int8[4] = QuantizeLinear(d, float32 0.02, int8 3)
    output a
    output b`
  expect(refusal(refuseLostOutputs, text)).toBe('reference-refuses')
  expect(await againstOracle(text)).toBe('refused reference-refuses QuantizeLinear')
  expect(refusal(refuseLostOutputs, text.replace('output a', ''))).toBe('none')
})

it('refuses one behind a Relu that disappears between equal pairs', async () => {
  const text = `
    input x: float32[4]
    a: int8[4] = QuantizeLinear(x, float32 0.02, int8 -128)
    b: float32[4] = DequantizeLinear(a, float32 0.02, int8 -128)
    r: float32[4] = Relu(b)
    c: int8[4] = QuantizeLinear(r, float32 0.02, int8 -128)
    d: float32[4] = DequantizeLinear(c, float32 0.02, int8 -128)
    e: int8[4] = QuantizeLinear(d, float32 0.02, int8 -128)
    output a
    output e`
  expect(await againstOracle(text)).toBe('refused reference-refuses QuantizeLinear')
  expect(await againstOracle(text.replace('output a', ''))).toBe('exact')
})

it('refuses a float output that is transposed and quantized too', async () => {
  const text = `
    input q: int8[2,3]
    d: float32[2,3] = DequantizeLinear(q, float32 0.02, int8 3)
    y: float32[2,3] = Tanh(d)
    t: float32[3,2] = Transpose(y)
    z: int8[3,2] = QuantizeLinear(t, float32 0.05, int8 0)
    output y
    output z`
  expect(refusal(refuseLostOutputs, text)).toBe('unsupported-feature')
  expect(refusal(refuseLostOutputs, text.replace('output y', ''))).toBe('none')
  expect(await againstOracle(text.replace('output y', ''))).toBe('exact')
})

it('refuses int8 without a zero point in a model with transposes', async () => {
  const text = `
    input q: int8[2,3]
    d: float32[2,3] = DequantizeLinear(q, float32 0.02)
    t: float32[3,2] = Transpose(d)
    y: float32[3,2] = Tanh(t)
    output y`
  expect(refusal(refuseSignlessTransposes, text)).toBe('inconsistent-quantization')
  expect(refusal(refuseSignlessTransposes, text.replace('0.02)', '0.02, int8 0)'))).toBe('none')
  expect(await againstOracle(text.replace('0.02)', '0.02, int8 0)'))).toBe('exact')
})

it('refuses an extreme that the reference makes one of int8 before operator set 12', async () => {
  const text = (opset: number) => `
    opset ${opset}, IR 7
    input q: int8[1,3]
    d: float32[1,3] = DequantizeLinear(q, float32 0.02, int8 3)
    r: float32[1,1] = ReduceMax(d) {axes=[1]}
    y: int8[1,1] = QuantizeLinear(r, float32 0.02, int8 3)
    output y`
  expect(await againstOracle(text(11))).toBe('refused, by the oracle too')
  expect(await againstOracle(text(12))).toBe('exact')
})

it('refuses int8 without a zero point where its quantization is carried on, from operator set 21', async () => {
  const text = (opset: number) => `
    opset ${opset}, IR 8
    input q: int8[1,2,5]
    d: float32[1,2,5] = DequantizeLinear(q, float32 0.02)
    y: float32[1,2,3] = MaxPool(d) {kernel_shape=[3]}
    output y`
  expect(await againstOracle(text(21))).toBe('refused inconsistent-quantization DequantizeLinear')
  expect(await againstOracle(text(20))).toBe('exact')
})

it('refuses scales of shape [1] where the reference takes none, in a node that nothing reads, too', async () => {
  const text = (pair: string) => `
    input x: int8[1,2,2]
    p: int8[1,2,1] = com.microsoft.QLinearAveragePool(x, ${pair}, ${pair}) {kernel_shape=[2]}
    a: int8[1,2,2] = com.microsoft.QLinearAdd(x, ${pair}, x, ${pair}, ${pair})
    y: float32[1,2,2] = DequantizeLinear(x, float32 0.5, int8 3)
    output y`
  expect(await againstOracle(text('float32[1] {0.5}, int8[1] {3}'))).toBe('refused, by the oracle too')
  expect(await againstOracle(text('float32 0.5, int8 3'))).toBe('exact')
})

describe('transposes that cancel each other', () => {
  const transposed = (of: string) => `Transpose(${of}) {perm=[1,0]}`

  it('are refused around a pair that is read elsewhere: the reference loses it', async () => {
    const text = `
      input x: float32[2,3]
      a: float32[3,2] = ${transposed('x')}
      b: uint8[3,2] = QuantizeLinear(a, float32 0.02, uint8 0)
      c: float32[3,2] = DequantizeLinear(b, float32 0.02, uint8 0)
      d: uint8[3,2] = QuantizeLinear(c, float32 0.02, uint8 0)
      e: uint8[2,3] = ${transposed('d')}
      output e
      output c`
    expect(await againstOracle(text)).toBe('refused, by the oracle too')
    expect(await againstOracle(text.replace('output c', ''))).toBe('exact')
  })

  it('are refused where a float output is one of the two: the reference quantizes it', async () => {
    const text = `
      input x: float32[2,3]
      a: float32[2,3] = Relu(x)
      b: float32[3,2] = ${transposed('a')}
      y: float32[2,3] = ${transposed('b')}
      q: uint8[3,2] = QuantizeLinear(b, float32 0.02, uint8 0)
      output y
      output q`
    expect(await againstOracle(text)).toBe('refused unsupported-feature Transpose')
    expect(await againstOracle(text.replace('output y', ''))).toBe('exact')
    const behind = `
      input x: float32[2,3]
      a: float32[3,2] = ${transposed('x')}
      b: float32[3,2] = Relu(a)
      y: float32[2,3] = ${transposed('b')}
      c: float32[3,2] = Clip(b, float32 0, float32 1)
      q: uint8[3,2] = QuantizeLinear(c, float32 0.02, uint8 0)
      output y
      output q`
    expect(await againstOracle(behind)).toBe('refused unsupported-feature Relu')
    expect(await againstOracle(behind.replace('output y', ''))).toBe('exact')
  })
})

it('refuses the quantized form that a sum with such scales gets, in a branch that nothing reads, too', async () => {
  const text = (pair: string) => `
    input x: int8[1,2,2]
    d: float32[1,2,2] = DequantizeLinear(x, ${pair})
    s: float32[1,2,2] = Add(d, d)
    r: float32[1,2,2] = Relu(s)
    q: int8[1,2,2] = QuantizeLinear(r, ${pair})
    y: float32[1,2,2] = DequantizeLinear(x, float32 0.25, int8 3)
    output y`
  expect(await againstOracle(text('float32[1] {0.5}, int8[1] {-128}'))).toBe('refused, by the oracle too')
  expect(await againstOracle(text('float32 0.5, int8 -128'))).toBe('exact')
})

it('refuses negative pads of a pool, which the reference does not run, where no output needs it, too', async () => {
  const text = (strides: string) => `
    input x: float32[1,1,4,3]
    p: float32[1,1,2,1] = AveragePool(x) {kernel_shape=[3,2], strides=${strides}, auto_pad="SAME_UPPER"}
    r: float32[1,1,2,1] = Relu(p)
    y: int8[1,1,4,3] = QuantizeLinear(x, float32 0.5, int8 3)
    output y`
  expect(await againstOracle(text('[2,3]'))).toBe('refused reference-refuses AveragePool')
  const fitting = text('[2,2]').replaceAll('[1,1,2,1]', '[1,1,2,2]')
  expect(await againstOracle(fitting)).toBe('exact')
})

it('refuses a bias of a Gemm that has one entry per row of the result, however many columns there are', async () => {
  const text = (shape: string) => `
    input x: int8[2,3]
    d: float32[2,3] = DequantizeLinear(x, float32 0.01, int8 16)
    w: float32[3,2] = DequantizeLinear(int8[3,2] {108 -16 36 -76 -4 119}, float32 0.001, int8 8)
    b: float32[${shape}] = DequantizeLinear(int32[${shape}] {1666 -1788}, float32 0.00001)
    r: float32[2,2] = Gemm(d, w, b)
    y: int8[2,2] = QuantizeLinear(r, float32 0.0013, int8 -112)
    output y`
  expect(await againstOracle(text('2,1'))).toBe('refused unsupported-feature com.microsoft.QGemm')
  expect(await againstOracle(text('2'))).toBe('exact')
  expect(await againstOracle(text('1,2'))).toBe('exact')
})
