// SPDX-License-Identifier: Apache-2.0
// The layer step by step, every float32 operation rounded once (ir/recurrent-operators.ts has the cells in words).
import { f32 } from '../../arithmetic/float32.js'
import type { RecurrentAttributes, RecurrentOutput } from '../../ir/recurrent-operators.js'
import { sizeOf } from '../../ir/types.js'
import type { OperatorDefinition, Value } from '../definition.js'
import { gateFunction, greater, lesser, type Method, methodsOf } from './activations.js'
import { dynamicProduct, floatProduct, type Product, quantizeVector } from './products.js'

type Row = number[]

/** One direction of the layer: what its cell needs of the attributes. */
interface Cell {
  readonly attributes: RecurrentAttributes
  readonly direction: number
  readonly gates: number
  readonly product: Product
  gate(activation: number, x: number, method?: Method): number
  /** Wb + Rb of a gate's unit; null without bias. */
  bias(gate: number, unit: number): number | null
}

/** One batch row: products of X per gate and unit in, hidden and cell state replaced. */
type Step = (cell: Cell, products: Row, hidden: Row, state: Row, previous: Row) => void

const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const

export const reference: OperatorDefinition<'recurrent'>['reference'] = (node, inputs, outputs) => {
  const { attributes } = node
  const { hidden, reversed, inputValues } = attributes
  const [steps, batch, depth] = inputs[0]!.shape as [number, number, number]
  const x = Array.from(inputs[0]!.data as Float32Array, (v) => (inputValues ? inputValues[v & 255]! : v))
  const data = outputs.map(({ shape }) => new Float32Array(sizeOf(shape)))
  const yielded = (output: RecurrentOutput) => data[attributes.yields.indexOf(output)]
  const initial = initialStates(attributes, inputs)
  const all = attributes.arithmetic === 'dynamic' ? quantizeVector(x) : null
  const product = all ? dynamicProduct(attributes.inputWeight, all) : floatProduct(attributes.inputWeight)
  reversed.forEach((isReversed, direction) => {
    const rows = Array.from({ length: batch }, (_, b) => direction * batch + b)
    const states = rows.map((at) => ({ h: initial.hidden(at), c: initial.cell(at) }))
    for (let step = 0; step < steps; step++) {
      const time = isReversed ? steps - 1 - step : step
      const previous = states.map(({ h }) => h.slice())
      const { cell, vectors } = cellOf(attributes, direction, previous)
      rows.forEach((_, b) => {
        const from = (time * batch + b) * depth
        const vector = (all?.quanta ?? x).slice(from, from + depth)
        const gates = cell.gates * hidden
        const start = (n: number) => (attributes.cell === 'rnn' ? (cell.bias(0, n) ?? 0) : null)
        const products = Array.from({ length: gates }, (_, n) =>
          product(direction * gates + n, vector, start(n)),
        )
        const { h, c } = states[b]!
        stepOf[attributes.cell](cell, products, h, c, vectors[b]!)
        yielded('sequence')?.set(h, ((time * reversed.length + direction) * batch + b) * hidden)
      })
    }
    rows.forEach((at, b) => {
      yielded('hidden')?.set(states[b]!.h, at * hidden)
      yielded('cell')?.set(states[b]!.c, at * hidden)
    })
  })
  return data.map((values, index) => ({ shape: outputs[index]!.shape, data: values }))
}

function initialStates(
  { hidden, hasInitialHidden, hasInitialCell }: RecurrentAttributes,
  inputs: readonly Value[],
) {
  const rowOf = (value: Value | null) => (at: number) =>
    value
      ? Array.from((value.data as Float32Array).slice(at * hidden, (at + 1) * hidden))
      : new Array<number>(hidden).fill(0)
  return {
    hidden: rowOf(hasInitialHidden ? inputs[1]! : null),
    cell: rowOf(hasInitialCell ? inputs[hasInitialHidden ? 2 : 1]! : null),
  }
}

/** The cell in one step, and each batch row's hidden state as its products take it. */
function cellOf(attributes: RecurrentAttributes, direction: number, previous: readonly Row[]) {
  const { arithmetic, bias, hidden, activations, stateWeight } = attributes
  const gates = gatesOf[attributes.cell]
  const methods = methodsOf(attributes.cell)
  const quantized = arithmetic === 'dynamic' ? quantizeVector(previous.flat()) : null
  const product = quantized ? dynamicProduct(stateWeight, quantized) : floatProduct(stateWeight)
  const cell: Cell = {
    attributes,
    direction,
    gates,
    product: (row, vector, start) => product(direction * gates * hidden + row, vector, start),
    gate: (index, x, method = methods[index]!) =>
      gateFunction(activations[direction * methods.length + index]!, method)(x),
    bias: (gate, unit) => {
      if (!bias) return null
      const at = (direction * 2 * gates + gate) * hidden + unit
      return f32(bias[at]! + bias[at + gates * hidden]!)
    },
  }
  const vectors = previous.map((row, b) =>
    quantized ? quantized.quanta.slice(b * hidden, (b + 1) * hidden) : row,
  )
  return { cell, vectors }
}

/** The bias is added, then the limits are taken as the reference takes them: with a bias, NaN becomes the upper one. */
function limited({ attributes: { clip } }: Cell, value: number, bias: number | null): number {
  const x = bias === null ? value : f32(value + bias)
  if (clip === null) return x
  if (bias !== null) return greater(lesser(x, clip), -clip)
  return Number.isNaN(x) ? x : greater(lesser(x, clip), -clip)
}

const lstm: Step = (cell, products, h, c, previous) => {
  const { hidden, peepholes, couplesForget } = cell.attributes
  const sums = products.map((start, n) => cell.product(n, previous, start))
  const limit = (gate: number, unit: number, peephole: number | null) => {
    const sum = sums[gate * hidden + unit]!
    const weight = peepholes?.[(cell.direction * 3 + peephole!) * hidden + unit]
    const seen = weight === undefined || peephole === null ? sum : f32(sum + f32(c[unit]! * weight))
    return limited(cell, seen, cell.bias(gate, unit))
  }
  for (let unit = 0; unit < hidden; unit++) {
    const i = cell.gate(0, limit(0, unit, 0))
    const f = couplesForget ? f32(1 - i) : cell.gate(0, limit(2, unit, 2))
    const candidate = cell.gate(1, limit(3, unit, null))
    c[unit] = f32(f32(c[unit]! * f) + f32(i * candidate))
    const o = cell.gate(0, limit(1, unit, 1))
    h[unit] = f32(cell.gate(2, c[unit]!) * o)
  }
}

const gru: Step = (cell, products, h, _, previous) => {
  const { hidden, bias, linearBeforeReset } = cell.attributes
  const units = h.map((_, unit) => unit)
  const sum = (gate: number, unit: number) =>
    cell.product(gate * hidden + unit, previous, products[gate * hidden + unit]!)
  const resets = units.map((u) => cell.gate(0, limited(cell, sum(1, u), cell.bias(1, u))))
  const updates = units.map((u) => cell.gate(0, limited(cell, sum(0, u), cell.bias(0, u)), 'vector'))
  const halfBias = (half: number, unit: number) =>
    bias ? bias[((cell.direction * 2 + half) * 3 + 2) * hidden + unit]! : null
  const kept = resets.map((r, u) => f32(r * previous[u]!))
  const candidates = units.map((u) => {
    const start = products[2 * hidden + u]!
    if (!linearBeforeReset) {
      return cell.gate(1, limited(cell, cell.product(2 * hidden + u, kept, start), cell.bias(2, u)))
    }
    const linear = cell.product(2 * hidden + u, previous, halfBias(1, u))
    return cell.gate(1, limited(cell, f32(start + f32(resets[u]! * linear)), halfBias(0, u)))
  })
  for (const u of units) {
    const z = updates[u]!
    h[u] = f32(f32(f32(1 - z) * candidates[u]!) + f32(z * previous[u]!))
  }
}

const rnn: Step = (cell, products, h, _, previous) => {
  products.forEach((start, unit) => {
    h[unit] = cell.gate(0, limited(cell, f32(cell.product(unit, previous, null) + start), null))
  })
}

const stepOf: Record<RecurrentAttributes['cell'], Step> = { lstm, gru, rnn }
