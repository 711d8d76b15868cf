// SPDX-License-Identifier: Apache-2.0
// Every operator that the compiler promises, in QDQ and in QOperator form, with int8 and uint8 activations: compiled,
// run in V8, and compared with the contract's reference in every bit. All rows of a form are one model and one capsule.
import { beforeAll, describe, expect, it } from 'vitest'
import { compileModel } from '../../compiler/compile.js'
import { Random } from '../../compiler/operators/random.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { openNode } from '../../runtime/node.js'
import { openOracle } from '../../runtime/oracle/onnxruntime.js'
import type { EdgeInfo } from '../../runtime/runtime.js'
import { type Form, ModelBuilder, type QuantizedType } from './forms.js'
import { rows } from './operator-rows.js'

const named = {
  qdq: `Conv Gemm MatMul Relu Clip LeakyRelu Sigmoid Tanh HardSigmoid HardSwish Add Mul MaxPool AveragePool
    GlobalAveragePool Concat Reshape Flatten Squeeze Unsqueeze Transpose Slice DepthToSpace Pad Softmax ArgMax
    QuantizeLinear DequantizeLinear Constant ConstantOfShape Identity Dropout Cast Shape Gather BatchNormalization`,
  qoperator: `QLinearConv QLinearMatMul QLinearAdd QLinearMul QLinearGlobalAveragePool QLinearAveragePool
    QLinearConcat QLinearSigmoid QLinearLeakyRelu QLinearSoftmax QGemm Relu Clip Tanh HardSigmoid HardSwish MaxPool
    Reshape Flatten Squeeze Unsqueeze Transpose Slice DepthToSpace Pad ArgMax QuantizeLinear DequantizeLinear
    Constant ConstantOfShape Identity Dropout Cast Shape Gather Concat BatchNormalization`,
} as const

const sampleCount = 60

/** Quanta of one sample: the corners first, then noise. */
function sampleQuanta(
  { shape, zero_point: zeroPoint, type }: EdgeInfo,
  sample: number,
  random: Random,
): number[] {
  const lowest = type === 'int8' ? -128 : 0
  const length = shape.reduce((product, size) => product * size, 1)
  return Array.from({ length }, (_, index) => {
    const corners = [lowest, lowest + 255, zeroPoint!, lowest + 255 * (index & 1)]
    return corners[sample] ?? lowest + random.integer(0, 255)
  })
}

const bytesOf = (quanta: readonly number[]) => Uint8Array.from(quanta, (quantum) => quantum & 255)

/** The contract's meaning of quanta: an exact difference, then one float32 product. */
const real = (quantum: number, { scale, zero_point: zeroPoint }: EdgeInfo) =>
  Math.fround((quantum - zeroPoint!) * scale!)

function elements(bytes: Uint8Array, edge: EdgeInfo): (number | bigint)[] {
  const { buffer } = bytes.slice()
  if (edge.type === 'float32') return [...new Float32Array(buffer)]
  if (edge.type === 'int64') return [...new BigInt64Array(buffer)]
  const quanta = edge.type === 'int8' ? new Int8Array(buffer) : new Uint8Array(buffer)
  return Array.from(quanta, (quantum) => real(quantum, edge))
}

/** Expected and actual values of every output, all samples in a row. */
async function runBoth(builder: ModelBuilder) {
  const bytes = builder.model()
  const capsule = await compileModel(modelFromBytes(bytes, 'rows.onnx'))
  const running = await openNode(capsule.wasm)
  const oracle = await openOracle(bytes)
  const random = new Random(7)
  const expected = builder.outputs.map((): (number | bigint)[] => [])
  const actual = builder.outputs.map((): (number | bigint)[] => [])
  for (let sample = 0; sample < sampleCount; sample++) {
    const quanta = running.inputs.map((edge) => sampleQuanta(edge, sample, random))
    const feeds = running.inputs.map((edge, i) => {
      const data = Float32Array.from(quanta[i]!, (quantum) => real(quantum, edge))
      return [edge.name, { type: 'float32', dims: edge.shape, data }] as const
    })
    const results = running.invoke(quanta.map(bytesOf))
    const wanted = await oracle.run(Object.fromEntries(feeds))
    builder.outputs.forEach((output, i) => {
      actual[i]!.push(...elements(results[i]!, running.outputs[i]!))
      expected[i]!.push(...wanted[output.name]!.data)
    })
  }
  await oracle.release()
  return { expected, actual, edges: running.outputs }
}

const variants = (['qdq', 'qoperator'] as const).flatMap((form) =>
  (['int8', 'uint8'] as const).map((type) => [form, type] as const),
)

describe.each(variants)('%s form, %s activations', (form: Form, type: QuantizedType) => {
  const builder = new ModelBuilder(form, type, new Random(form.length * 100 + type.length))
  for (const { build } of rows) build(builder)
  let run: Awaited<ReturnType<typeof runBoth>>
  beforeAll(async () => {
    run = await runBoth(builder)
  })

  it('holds every operator that is promised', () => {
    const present = new Set(builder.nodes.map(({ operator }) => operator))
    expect(named[form].split(/\s+/).filter((name) => !present.has(name))).toEqual([])
    expect(builder.outputs).toHaveLength(rows.length)
  })

  it.each(rows.map((row, index) => [row.name, row, index] as const))('%s', (_, row, index) => {
    const { quantum } = builder.outputs[index]!
    const edge = run.edges[index]!
    if (quantum) expect(edge.type).toBe(type)
    if (quantum && !row.isMerged) {
      expect(edge).toMatchObject({ scale: quantum.scale, zero_point: quantum.zeroPoint })
    }
    const [expected, actual] = [run.expected[index]!, run.actual[index]!]
    expect(new Set(expected).size).toBeGreaterThanOrEqual(row.variety ?? 12)
    expect(actual.length).toBe(expected.length)
    const wrong = expected.findIndex((value, i) => !Object.is(value, actual[i]))
    expect(wrong, `element ${wrong} is ${actual[wrong]} instead of ${expected[wrong]}`).toBe(-1)
  })
})
