// SPDX-License-Identifier: Apache-2.0
// The contract `integer` on random sums of products that the reference leaves in float, against its definition
// (docs/arithmetic.md) written out here in plain loops; and near the reference itself.
import { expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import { type Initializer, type ModelNode, writeModel } from '../../../runtime/oracle/write-model.js'
import { defaultOptions, lower } from '../../compile.js'
import type { ContractName } from '../../contracts.js'
import { CapletError } from '../../errors.js'
import { evaluateBytes } from '../../evaluate.js'
import {
  allocate,
  isNibbleType,
  type NibbleType,
  nibbleRange,
  type QuantumType,
  rangeOf,
} from '../../ir/types.js'
import { Random } from '../../operators/random.js'
import { modelFromBytes } from '../../read-model.js'

const f = Math.fround

/** One sum: [rows][K] times [K][columns], which a convolution of one pixel, a Gemm or a MatMul computes. */
interface Sum {
  readonly operator: 'Conv' | 'Gemm' | 'MatMul'
  readonly rows: number
  readonly depth: number
  readonly columns: number
  readonly inputType: QuantumType
  readonly weightType: QuantumType | NibbleType
  readonly x: { readonly scale: number; readonly zeroPoint: number }
  readonly weightScales: readonly number[]
  readonly weightZeroPoints: readonly number[]
  readonly weights: readonly number[]
  readonly bias: {
    readonly kind: 'none' | 'int32' | 'other scale' | 'float'
    readonly values: readonly number[]
  }
  readonly clamp: readonly [number, number] | null
  readonly alpha: number
  readonly beta: number
  readonly output: { readonly type: QuantumType; readonly scale: number; readonly zeroPoint: number } | null
}

function randomSum(random: Random): Sum {
  const operator = random.pick(['Conv', 'Gemm', 'MatMul'] as const)
  const [rows, depth, columns] = [
    operator === 'Conv' ? 1 : random.integer(1, 3),
    random.integer(1, 9),
    random.integer(1, 5),
  ]
  const inputType = random.pick(['int8', 'uint8', 'int16', 'uint16'] as const)
  const weightType = random.pick(['int8', 'uint8', 'int8', 'int16', 'int4', 'uint4'] as const)
  const channels = random.boolean() ? columns : 1
  const limits = (type: QuantumType | NibbleType) => (isNibbleType(type) ? nibbleRange(type) : rangeOf(type))
  const zero = (type: QuantumType | NibbleType) => random.integer(limits(type).min, limits(type).max)
  const { min, max } = limits(weightType)
  const kind =
    operator === 'MatMul' ? 'none' : random.pick(['none', 'int32', 'other scale', 'float'] as const)
  const isFloat = random.integer(0, 3) === 0
  const outputType = random.pick(['int8', 'uint8', 'int16', 'uint16'] as const)
  const isGemm = operator === 'Gemm'
  return {
    ...{ operator, rows, depth, columns, inputType, weightType },
    x: { scale: random.scale(), zeroPoint: zero(inputType) },
    weightScales: Array.from({ length: channels }, () => f(random.float(0.001, 0.1))),
    weightZeroPoints: Array.from({ length: channels }, () =>
      weightType.startsWith('u') ? zero(weightType) : 0,
    ),
    weights: Array.from({ length: depth * columns }, () => random.integer(min, max)),
    bias: {
      kind,
      values: Array.from({ length: columns }, () =>
        kind === 'float' ? f(random.float(-5, 5)) : random.integer(-2000, 2000),
      ),
    },
    clamp: random.pick([null, [0, Number.POSITIVE_INFINITY], [f(-1.3), 6]] as const),
    alpha: isGemm ? f(random.pick([1, 0.5, 0.3])) : 1,
    beta: isGemm ? f(random.pick([1, 2, 0.7])) : 1,
    output: isFloat
      ? null
      : {
          type: outputType,
          scale: f(random.pick([0.0004, 0.02, 1]) * random.float(0.5, 2)),
          zeroPoint: zero(outputType),
        },
  }
}

const typed = (type: QuantumType | NibbleType | 'int32', values: readonly number[]) => {
  const data = allocate(type, values.length) as Int8Array
  data.set(values)
  return data
}

const biasScales = ({ x, alpha, weightScales, bias }: Sum): number[] =>
  weightScales.map((scale) => f(f(f(alpha * x.scale) * scale) * (bias.kind === 'other scale' ? 1.7 : 1)))

function modelOf(sum: Sum): Uint8Array {
  const { operator, rows, depth, columns, weightScales, weightZeroPoints, weights, bias, clamp, output } = sum
  const isConv = operator === 'Conv'
  const vector = weightScales.length === 1 ? [] : [weightScales.length]
  const initializers: Initializer[] = []
  const nodes: ModelNode[] = []
  const constant = (name: string, type: string, shape: readonly number[], data: Initializer['data']) => {
    initializers.push({ name, type, shape, data })
    return name
  }
  const float = (name: string, shape: readonly number[], values: readonly number[]) =>
    constant(name, 'float32', shape, Float32Array.from(values))
  const dequantize = (inputs: string[], to: string, axis?: number) =>
    nodes.push({
      operator: 'DequantizeLinear',
      inputs,
      outputs: [to],
      ...(axis === undefined ? {} : { attributes: { axis } }),
    })
  const arranged = isConv
    ? Array.from(
        { length: columns * depth },
        (_, i) => weights[(i % depth) * columns + Math.floor(i / depth)]!,
      )
    : weights
  const weightShape = isConv ? [columns, depth, 1, 1] : [depth, columns]
  constant('w', sum.weightType, weightShape, typed(sum.weightType, arranged))
  float('ws', vector, weightScales)
  constant('wz', sum.weightType, vector, typed(sum.weightType, weightZeroPoints))
  dequantize(['w', 'ws', 'wz'], 'weight', isConv ? 0 : 1)
  float('xs', [], [sum.x.scale])
  constant('xz', sum.inputType, [], typed(sum.inputType, [sum.x.zeroPoint]))
  dequantize(['q', 'xs', 'xz'], 'x')
  const inputs = ['x', 'weight']
  if (bias.kind === 'float') inputs.push(float('b', [columns], bias.values))
  else if (bias.kind !== 'none') {
    constant('bq', 'int32', [columns], Int32Array.from(bias.values))
    float('bs', vector, biasScales(sum))
    dequantize(['bq', 'bs'], 'b', 0)
    inputs.push('b')
  }
  const attributes = operator === 'Gemm' ? { alpha: { float: sum.alpha }, beta: { float: sum.beta } } : {}
  nodes.push({ operator, inputs, outputs: ['sum'], attributes })
  if (clamp?.[1] === Number.POSITIVE_INFINITY)
    nodes.push({ operator: 'Relu', inputs: ['sum'], outputs: ['y'] })
  else if (clamp) {
    const bounds = [float('low', [], [clamp[0]]), float('high', [], [clamp[1]])]
    nodes.push({ operator: 'Clip', inputs: ['sum', ...bounds], outputs: ['y'] })
  }
  const last = clamp ? 'y' : 'sum'
  const shape = isConv ? [1, columns, 1, 1] : [rows, columns]
  if (output) {
    const parameters = [
      float('ys', [], [output.scale]),
      constant('yz', output.type, [], typed(output.type, [output.zeroPoint])),
    ]
    nodes.push({ operator: 'QuantizeLinear', inputs: [last, ...parameters], outputs: ['out'] })
  }
  return writeModel({
    ...{ opset: 21, irVersion: 10 },
    nodes,
    initializers,
    inputs: [{ name: 'q', type: sum.inputType, shape: isConv ? [1, depth, 1, 1] : [rows, depth] }],
    outputs: [{ name: output ? 'out' : last, type: output?.type ?? 'float32', shape }],
  })
}

/** Ties to even, by the definition. */
const rne = (value: number): number => {
  const [floor, rest] = [Math.floor(value), value - Math.floor(value)]
  return rest === 0.5 ? floor + (Math.abs(floor) % 2) : floor + (rest > 0.5 ? 1 : 0)
}
const within = (value: number, low: number, high: number) => Math.min(Math.max(value, low), high)

/** The contract's definition. */
function meaning(sum: Sum, q: ArrayLike<number>): number[] {
  const { rows, depth, columns, bias, output } = sum
  const low = sum.clamp?.[0] ?? Number.NEGATIVE_INFINITY
  const high = sum.clamp?.[1] ?? Number.POSITIVE_INFINITY
  return Array.from({ length: rows * columns }, (_, at) => {
    const [row, c] = [Math.floor(at / columns), at % columns]
    const channel = c % sum.weightScales.length
    const scale = f(f(sum.alpha * sum.x.scale) * sum.weightScales[channel]!)
    let accumulator = 0n
    for (let k = 0; k < depth; k++) {
      const w = sum.weights[k * columns + c]! - sum.weightZeroPoints[channel]!
      accumulator += BigInt((q[row * depth + k]! - sum.x.zeroPoint) * w)
    }
    const value = bias.values[c]!
    if (bias.kind === 'int32' && sum.beta === 1) accumulator += BigInt(value)
    else if (bias.kind !== 'none') {
      const real = bias.kind === 'float' ? value : f(value * biasScales(sum)[channel]!)
      accumulator += BigInt(rne(f(f(sum.beta * real) / scale)))
    }
    const converted = f(Number(accumulator))
    if (!output) return within(f(converted * scale), low, high) + 0
    const { min, max } = rangeOf(output.type)
    const quantum = (v: number) => within(rne(within(v, -1e6, 1e6)) + output.zeroPoint, min, max)
    const result = quantum(f(converted * f(scale / output.scale)))
    return within(result, quantum(f(low / output.scale)), quantum(f(high / output.scale)))
  })
}

function compiled(bytes: Uint8Array, contract: ContractName) {
  const { graph } = lower(modelFromBytes(bytes, 'sum.onnx'), { ...defaultOptions, contract })
  return graph
}

const codesUnder = (bytes: Uint8Array, contract: ContractName): string[] => {
  try {
    compiled(bytes, contract)
    return []
  } catch (error) {
    if (error instanceof CapletError) return error.problems.map(({ code }) => code)
    throw error
  }
}

function valuesOf(bytes: Uint8Array, output: Sum['output']): number[] {
  const buffer = bytes.slice().buffer
  if (!output) return [...new Float32Array(buffer)].map((value) => value + 0)
  const data = allocate(output.type, buffer.byteLength / allocate(output.type, 1).BYTES_PER_ELEMENT)
  new Uint8Array(data.buffer).set(bytes)
  return Array.from(data, Number)
}

it('is its definition, and near ONNX Runtime', async () => {
  const random = new Random(7)
  let left = 0
  let wide = 0
  for (let trial = 0; trial < 150; trial++) {
    const sum = randomSum(random)
    const bytes = modelOf(sum)
    const codes = codesUnder(bytes, 'onnxruntime')
    // What the reference fuses has its own rules.
    if (!codes.includes('float-sum') && !codes.includes('not-eight-bit')) continue
    left++
    if ([sum.inputType, sum.weightType, sum.output?.type].some((type) => type?.endsWith('16'))) wide++
    const graph = compiled(bytes, 'integer')
    const { min, max } = rangeOf(sum.inputType)
    const q = typed(
      sum.inputType,
      Array.from({ length: sum.rows * sum.depth }, () => random.integer(min, max)),
    )
    const [result] = evaluateBytes(graph, [new Uint8Array(q.buffer, 0, q.byteLength)], 'model')
    const values = valuesOf(result!, sum.output)
    expect(values, JSON.stringify(sum)).toEqual(meaning(sum, q))
    await expectNear(sum, bytes, q, values)
  }
  expect(left).toBeGreaterThan(80)
  expect(wide).toBeGreaterThan(60)
})

/** A quantum, or a rounding of the bias, apart at most: what the contract says it is. */
async function expectNear(
  sum: Sum,
  bytes: Uint8Array,
  q: Int8Array,
  values: readonly number[],
): Promise<void> {
  const oracle = await openOracle(bytes)
  const dims = sum.operator === 'Conv' ? [1, sum.depth, 1, 1] : [sum.rows, sum.depth]
  const outputs = await oracle.run({ q: { type: sum.inputType, dims, data: q } })
  await oracle.release()
  const [found] = Object.values(outputs)
  values.forEach((value, index) => {
    const channel = (index % sum.columns) % sum.weightScales.length
    const unit = f(sum.alpha * sum.x.scale) * sum.weightScales[channel]!
    const slack = sum.output ? 1 + unit / sum.output.scale : unit + Math.abs(value) * 1e-5
    expect(Math.abs(value - Number(found!.data[index])), JSON.stringify(sum)).toBeLessThanOrEqual(slack)
  })
}

function remediesOf(bytes: Uint8Array): string[] {
  try {
    compiled(bytes, 'onnxruntime')
    return []
  } catch (error) {
    return (error as CapletError).problems.map(({ remedy }) => remedy)
  }
}

it('says in its notes what it keeps, and names the way in its refusal', () => {
  const random = new Random(3)
  let sum = randomSum(random)
  while (!codesUnder(modelOf(sum), 'onnxruntime').includes('float-sum')) sum = randomSum(random)
  const { notes } = compiled(modelOf(sum), 'integer')
  expect(notes.join()).toContain('stays in integers (--contract integer)')
  expect(remediesOf(modelOf(sum)).join()).toMatch(/--float-islands.*--contract integer/)
})
