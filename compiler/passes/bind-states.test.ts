// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { evaluateGraph, initialStates, nextStates } from '../evaluate.js'
import { bindStates } from './bind-states.js'
import { normalizedGraph, problemsOf } from './graph-text.fixture.js'

/** A running sum: h_out = h_in + x, in quanta of which 4 is zero. */
const model = `
  input x: float32[3]
  input h_in: float32[3]
  input other: float32[4]
  qx: int8[3] = QuantizeLinear(x, float32 0.5, int8 0)
  dx: float32[3] = DequantizeLinear(qx, float32 0.5, int8 0)
  qh: int8[3] = QuantizeLinear(h_in, float32 0.5, int8 4)
  dh: float32[3] = DequantizeLinear(qh, float32 0.5, int8 4)
  s: float32[3] = Add(dx, dh)
  qs: int8[3] = QuantizeLinear(s, float32 0.5, int8 4)
  h_out: float32[3] = DequantizeLinear(qs, float32 0.5, int8 4)
  r: float32[3] = Abs(dh)
  qr: int8[3] = QuantizeLinear(r, float32 0.5, int8 0)
  y: float32[3] = DequantizeLinear(qr, float32 0.5, int8 0)
  qo: int8[4] = QuantizeLinear(other, float32 0.5, int8 4)
  z: float32[4] = DequantizeLinear(qo, float32 0.5, int8 4)
  output y
  output h_out
  output z`

const graph = normalizedGraph(model)
const values = (...data: number[]) => ({ shape: [data.length], data: Int8Array.from(data) })

it('a bound pair is an edge no longer, and starts at the zero point', () => {
  const bound = bindStates(graph, new Map([['h_in', 'h_out']]))
  expect([bound.inputs, bound.outputs]).toEqual([
    ['x', 'other'],
    ['y', 'z'],
  ])
  expect(bound.states).toEqual([
    { before: 'h_in', after: 'h_out', initial: { type: 'int8', shape: [3], data: Int8Array.of(4, 4, 4) } },
  ])
  let states = initialStates(bound)
  const sums = [1, 2, 3].map(() => {
    const all = evaluateGraph(bound, [values(1, -2, 3), values(0, 0, 0, 0)], states)
    states = nextStates(bound, all)
    return [...(states[0]!.data as Int8Array)]
  })
  expect(sums).toEqual([
    [5, 2, 7],
    [6, 0, 10],
    [7, -2, 13],
  ])
})

describe('refused:', () => {
  it.each([
    ['an input that is not there', [['h', 'h_out']], 'there is no input "h"'],
    ['an output that is not there', [['h_in', 'h']], 'there is no output "h": "y", "h_out", "z"'],
    [
      'another shape',
      [['other', 'h_out']],
      'the input is int8 [4] of scale 0.5 and zero point 4, the output int8 [3]',
    ],
    [
      'another zero point',
      [['h_in', 'y']],
      'zero point 4, the output int8 [3] of scale 0.5 and zero point 0',
    ],
    [
      'one output twice',
      [
        ['h_in', 'h_out'],
        ['x', 'h_out'],
      ],
      'that output is bound already',
    ],
  ] as const)('%s', (_, pairs, words) => {
    const problems = problemsOf(() => bindStates(graph, new Map(pairs)))
    expect(problems.map(({ code }) => code)).toEqual(['state-mismatch'])
    expect(problems[0]!.message).toContain(words)
  })
})
