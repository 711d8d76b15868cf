// SPDX-License-Identifier: Apache-2.0
// How far is the native ONNX Runtime on this machine from the contract's reference, operator by operator?
// Prints the table of docs/why-not-my-onnxruntime.md.
//     npm run build && CAPLET_PYTHON=.venv/bin/python node dist/scripts/native-distance.js

import { openNativeOracle } from '../runtime/oracle/native.js'
import type { OracleTensor } from '../runtime/oracle/onnxruntime.js'
import { openOracle } from '../runtime/oracle/onnxruntime.js'
import {
  type Attribute,
  type Edge,
  type Initializer,
  type ModelNode,
  writeModel,
} from '../runtime/oracle/write-model.js'

let state = 1
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}
const integer = (below: number): number => Math.floor(random() * below)

type Scale = () => number
const ordinary: Scale = () => Math.fround(2 ** (-7 + 5 * random()))
const powersOfTwo: Scale = () => 2 ** -(2 + integer(5))
/** Ratios of 1, 2, 4 and 8 between scales that are no powers of two: what two observers of related tensors emit. */
const simpleRatios: Scale = () => Math.fround(0.0137 * 2 ** integer(4))

/** One model: the same operator many times, each time with scales and zero points of its own. */
class Variants {
  readonly nodes: ModelNode[] = []
  readonly initializers: Initializer[] = []
  readonly outputs: Edge[] = []

  /** Adds a constant and gives its name. */
  constant(type: string, shape: readonly number[], data: Initializer['data']): string {
    const name = `c${this.initializers.length}`
    this.initializers.push({ name, type, shape, data })
    return name
  }

  /** Names of a scale and a zero point. */
  quantization(scale: number): [string, string] {
    const zeroPoint = Int8Array.of(integer(256) - 128)
    return [this.constant('float32', [], Float32Array.of(scale)), this.constant('int8', [], zeroPoint)]
  }

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string {
    const name = `t${this.nodes.length}`
    this.nodes.push({ operator, inputs, outputs: [name], attributes, domain })
    return name
  }

  output(name: string, type: string): void {
    this.outputs.push({ name, type, shape: null })
  }
}

interface Subject {
  readonly operator: string
  readonly inputs: Record<string, OracleTensor>
  readonly variants: number
  build(model: Variants, scale: Scale): void
}

const bytes = (
  dims: readonly number[],
  at: (index: number) => number = () => integer(256) - 128,
): OracleTensor => ({
  type: 'int8',
  dims,
  data: Int8Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, index) => at(index)),
})
const floats = (dims: readonly number[]): OracleTensor => ({
  type: 'float32',
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => (random() - 0.5) * 12),
})

const pairs = { x: bytes([65536], (i) => (i >> 8) - 128), b: bytes([65536], (i) => (i & 255) - 128) }
const everyByte = { x: bytes([256], (i) => i - 128) }
const image = { x: bytes([1, 16, 24, 24]) }
const rows = { x: bytes([400, 40]) }

/** DequantizeLinear, the node, QuantizeLinear: what a QDQ model has. */
const unary = (operator: string, attributes: Record<string, Attribute> = {}, domain = '') => ({
  operator,
  inputs: everyByte,
  variants: 200,
  build(model: Variants, scale: Scale) {
    const real = model.node('DequantizeLinear', ['x', ...model.quantization(scale())])
    const result = model.node(operator, [real], attributes, domain)
    model.output(model.node('QuantizeLinear', [result, ...model.quantization(scale() / 8)]), 'int8')
  },
})

const quantized = (
  operator: string,
  inputs: Record<string, OracleTensor>,
  variants: number,
  attributes: Record<string, Attribute>,
): Subject => ({
  operator,
  inputs,
  variants,
  build(model, scale) {
    const operands = Object.keys(inputs).flatMap((name) => [name, ...model.quantization(scale())])
    const output = model.quantization(operator === 'QLinearMul' ? scale() * scale() * 64 : scale())
    model.output(model.node(operator, [...operands, ...output], attributes, 'com.microsoft'), 'int8')
  },
})

const raw = (
  operator: string,
  inputs: Record<string, OracleTensor>,
  attributes: Record<string, Attribute> = {},
): Subject => ({
  operator: `${operator} (float32)`,
  inputs,
  variants: 1,
  build: (model) => model.output(model.node(operator, ['x'], attributes), 'float32'),
})

const convolution: Subject = {
  operator: 'QLinearConv',
  inputs: image,
  variants: 8,
  build(model, scale) {
    const weight = bytes([8, 16, 3, 3])
    const w = model.constant('int8', weight.dims, weight.data)
    const scales = model.constant(
      'float32',
      [8],
      Float32Array.from({ length: 8 }, () => scale() / 16),
    )
    const zeros = model.constant('int8', [8], new Int8Array(8))
    const bias = model.constant(
      'int32',
      [8],
      Int32Array.from({ length: 8 }, () => integer(4000) - 2000),
    )
    const operands = [
      'x',
      ...model.quantization(scale()),
      w,
      scales,
      zeros,
      ...model.quantization(scale() * 8),
      bias,
    ]
    model.output(model.node('QLinearConv', operands), 'int8')
  },
}

const matrixProduct: Subject = {
  operator: 'QLinearMatMul',
  inputs: rows,
  variants: 8,
  build(model, scale) {
    const weight = bytes([40, 32])
    const w = model.constant('int8', weight.dims, weight.data)
    const operands = ['x', ...model.quantization(scale()), w, ...model.quantization(scale() / 16)]
    model.output(model.node('QLinearMatMul', [...operands, ...model.quantization(scale() * 4)]), 'int8')
  },
}

const subjects: readonly Subject[] = [
  convolution,
  matrixProduct,
  quantized('QLinearAdd', pairs, 10, {}),
  quantized('QLinearMul', pairs, 10, {}),
  quantized('QLinearGlobalAveragePool', image, 100, { channels_last: 0 }),
  quantized('QLinearAveragePool', image, 20, { kernel_shape: [3, 3], strides: [2, 2] }),
  quantized('QLinearSoftmax', rows, 20, { axis: -1, opset: 17 }),
  unary('Sigmoid'),
  unary('LeakyRelu', { alpha: { float: 0.1 } }),
  unary('Tanh'),
  unary('HardSigmoid'),
  unary('HardSwish'),
  unary('Exp'),
  unary('Erf'),
  unary('Gelu', {}, 'com.microsoft'),
  raw('Tanh', { x: floats([40000]) }),
  raw('Sigmoid', { x: floats([40000]) }),
  raw('HardSwish', { x: floats([40000]) }),
  raw('Softmax', { x: floats([1000, 40]) }, { axis: -1 }),
  raw('AveragePool', { x: floats([1, 16, 40, 40]) }, { kernel_shape: [3, 3] }),
  raw('ReduceMean', { x: floats([1000, 40]) }, { axes: [1], keepdims: 0 }),
]

async function distance({ inputs, variants, build }: Subject, scale: Scale): Promise<string> {
  const model = new Variants()
  for (let variant = 0; variant < variants; variant++) build(model, scale)
  const bytesOfModel = writeModel({
    nodes: model.nodes,
    initializers: model.initializers,
    inputs: Object.entries(inputs).map(([name, { type, dims }]) => ({ name, type, shape: dims })),
    outputs: model.outputs,
  })
  const [reference, native] = [await openOracle(bytesOfModel), await openNativeOracle(bytesOfModel)]
  if (!native) throw new Error('no native ONNX Runtime; name a Python that has onnxruntime in CAPLET_PYTHON')
  nativeName = native.reference
  const [expected, actual] = [await reference.run(inputs), await native.run(inputs)]
  await reference.release()
  await native.release()
  let [compared, different] = [0, 0]
  for (const name of reference.outputNames) {
    const theirs = actual[name]!.data
    expected[name]!.data.forEach((value, index) => {
      compared++
      if (!Object.is(value, theirs[index])) different++
    })
  }
  return `${different.toLocaleString('en')} / ${compared.toLocaleString('en')}`
}

let nativeName = ''
const table: string[] = []
for (const subject of subjects) {
  const scales = subject.variants === 1 ? [ordinary] : [ordinary, powersOfTwo, simpleRatios]
  const cells: string[] = []
  for (const scale of scales) cells.push(await distance(subject, scale))
  table.push(`| ${[subject.operator, ...cells].join(' | ')} |`)
}
console.log(
  `${nativeName}\n\n| Operator | ordinary scales | powers of two | simple ratios |\n|---|---:|---:|---:|`,
)
console.log(table.join('\n'))
