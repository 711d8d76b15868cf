// SPDX-License-Identifier: Apache-2.0
// Rows of the table of operators: layers whose activations are quantized at run time, and integer sums alone.
import type { ModelBuilder, Plain } from './forms.js'
import { image, type Row } from './row.js'

function quantizedAtRunTime(b: ModelBuilder, float: string) {
  const outputs = ['quanta', 'scale', 'zero'].map((name) => b.fresh(name)) as [string, string, string]
  b.nodes.push({ operator: 'DynamicQuantizeLinear', inputs: [float], outputs, attributes: {} })
  return outputs
}

const weightOf = (b: ModelBuilder, shape: readonly number[]) =>
  b.quanta(
    Array.from({ length: shape.reduce((product, d) => product * d, 1) }, () => b.random.integer(-128, 127)),
    shape,
    'int8',
  )

/** What quantize_dynamic writes: integers, Cast, Mul with both scales, Add. */
function scaled(b: ModelBuilder, integers: string, scale: string, bias: string): Plain {
  const factor = b.node('Mul', [scale, b.floats([0.0123], [])])
  const product = b.node('Mul', [b.node('Cast', [integers], { to: 1 }), factor])
  return { plain: b.node('Add', [product, bias]), type: 'float32' }
}

const convolution: Row = {
  name: 'DynamicQuantizeLinear, ConvInteger, Cast, Mul, Add',
  build: (b) => {
    const [quanta, scale, zero] = quantizedAtRunTime(b, b.dequantize(b.input(image)))
    const weight = weightOf(b, [5, 4, 3, 3])
    const attributes = { pads: [1, 1, 1, 1], strides: [2, 1] }
    const zeroPoints = [zero, b.quanta([0], [], 'int8')]
    const integers = b.node('ConvInteger', [quanta, weight, ...zeroPoints], attributes)
    b.output(scaled(b, integers, scale, b.floats([0.3, -0.2, 0.1, 0.4, -0.5], [1, 5, 1, 1])))
  },
}

const product: Row = {
  name: 'DynamicQuantizeLinear, MatMulInteger, Cast, Mul, Add',
  build: (b) => {
    const [quanta, scale, zero] = quantizedAtRunTime(b, b.dequantize(b.input([1, 5, 12])))
    const inputs = [quanta, weightOf(b, [12, 7]), zero, b.quanta([3], [], 'int8')]
    const bias = b.floats([0.3, -0.2, 0.1, 0.4, -0.5, 0.6, 0])
    b.output(scaled(b, b.node('MatMulInteger', inputs), scale, bias))
  },
}

const fused: Row = {
  name: 'DynamicQuantizeMatMul',
  build: (b) => {
    const scales = b.floats([0.01, 0.02, 0.03, 0.004, 0.05])
    const zeros = b.quanta([0, 1, -2, 3, -128], [5], 'int8')
    const bias = b.floats([0.1, 0.2, -0.3, 0.4, 0.5])
    const inputs = [b.dequantize(b.input([3, 12])), weightOf(b, [12, 5]), scales, zeros, bias]
    b.output({ plain: b.node('DynamicQuantizeMatMul', inputs, {}, 'com.microsoft'), type: 'float32' })
  },
}

const toFloat: Row = {
  name: 'MatMulIntegerToFloat',
  build: (b) => {
    const x = b.input([3, 12])
    const weight = [weightOf(b, [12, 5]), b.floats([0.02], []), b.quanta([-7], [], 'int8')] as const
    const inputs = [x.tensor, weight[0], x.scaleName, weight[1], x.zeroPointName, weight[2]]
    b.output({ plain: b.node('MatMulIntegerToFloat', inputs, {}, 'com.microsoft'), type: 'float32' })
  },
}

const both: Row = {
  name: 'MatMulInteger of two activations quantized at run time',
  build: (b) => {
    const left = quantizedAtRunTime(b, b.dequantize(b.input([2, 4, 6])))
    const right = quantizedAtRunTime(b, b.dequantize(b.input([2, 6, 5])))
    const integers = b.node('MatMulInteger', [left[0], right[0], left[2], right[2]])
    const factor = b.node('Mul', [left[1], right[1]])
    b.output({
      plain: b.node('Mul', [b.node('Cast', [integers], { to: 1 }), factor]),
      type: 'float32',
    })
  },
}

export const dynamicRows: readonly Row[] = [convolution, product, fused, toFloat, both]
