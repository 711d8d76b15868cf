// SPDX-License-Identifier: Apache-2.0
// Rows of the table of operators: recurrent layers between quanta, their weights dequantized or float, and quantized at run time.
import type { ModelBuilder } from './forms.js'
import type { Row } from './row.js'

const [steps, batch, inputs, hidden] = [5, 1, 6, 4]

const numbers = (b: ModelBuilder, count: number) =>
  Array.from({ length: count }, () => b.random.float(-0.7, 0.7))

const bytes = (b: ModelBuilder, count: number) =>
  Array.from({ length: count }, () => b.random.integer(-128, 127))

const weightOf = (b: ModelBuilder, shape: readonly [number, number, number]) => {
  const quanta = b.quanta(bytes(b, shape[0] * shape[1] * shape[2]), shape, 'int8')
  return b.node('DequantizeLinear', [quanta, b.floats([0.006], []), b.quanta([0], [], 'int8')])
}

/** A node with three results, the sequence quantized. */
function sequence(b: ModelBuilder, operator: string, names: readonly string[], domain = ''): void {
  const outputs = ['sequence', 'hidden', 'cell'].map((name) => b.fresh(name))
  b.nodes.push({ operator, domain, inputs: names, outputs, attributes: { hidden_size: hidden } })
  b.output(b.quantize(outputs[0]!, b.quantum([-1, 1])))
}

const lstm: Row = {
  name: 'LSTM',
  build: (b) => {
    const x = b.dequantize(b.input([steps, batch, inputs]))
    const weights = [weightOf(b, [1, 4 * hidden, inputs]), weightOf(b, [1, 4 * hidden, hidden])]
    sequence(b, 'LSTM', [x, ...weights, b.floats(numbers(b, 8 * hidden), [1, 8 * hidden])])
  },
}

const dynamic: Row = {
  name: 'DynamicQuantizeLSTM',
  build: (b) => {
    const x = b.dequantize(b.input([steps, batch, inputs]))
    const weight = (depth: number) => b.quanta(bytes(b, depth * 4 * hidden), [1, depth, 4 * hidden], 'int8')
    const parameters = [b.floats([0.006], [1]), b.quanta([0], [1], 'int8')]
    const bias = b.floats(numbers(b, 8 * hidden), [1, 8 * hidden])
    const names = [x, weight(inputs), weight(hidden), bias, '', '', '', '', ...parameters, ...parameters]
    sequence(b, 'DynamicQuantizeLSTM', names, 'com.microsoft')
  },
}

export const recurrentRows: readonly Row[] = [lstm, dynamic]
