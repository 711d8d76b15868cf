// SPDX-License-Identifier: Apache-2.0
// --float-islands: sums of every length and form against the oracle, bit for bit, with terms whose order shows; and what
// is refused, with and without the flag.
import { describe, expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import { type Attribute, type Initializer, writeModel } from '../../../runtime/oracle/write-model.js'
import { defaultOptions, lower } from '../../compile.js'
import { evaluateBytes } from '../../evaluate.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { Random } from '../../operators/random.js'
import { modelFromBytes } from '../../read-model.js'
import { normalizedGraph, problemsOf, typedGraph } from '../graph-text.fixture.js'
import { normalize } from '../normalize.js'

/** Magnitudes over eight octaves: any other order of additions shows in the last bits. */
const terms = (random: Random, count: number): Float32Array =>
  Float32Array.from({ length: count }, () => Math.fround(random.float(-1, 1) * 2 ** random.integer(-4, 4)))

/** Zeros of both signs and what becomes one: a sum from the first term has another sign than one from 0. */
const zeros = (random: Random, count: number): Float32Array =>
  Float32Array.from({ length: count }, () => random.pick([0, -0, -0, 2 ** -149, -(2 ** -149)]))

interface Sum {
  readonly operator: 'Conv' | 'Gemm' | 'MatMul'
  readonly input: readonly number[]
  readonly weight: readonly number[]
  readonly weightKind: 'float' | 'int8' | 'uint8'
  /** Behind the sum, which is an output of the model too. */
  readonly behind: 'nothing' | 'Q' | 'Relu' | 'Relu, Q'
  /** Its shape; null: no bias. */
  readonly bias: readonly number[] | null
  readonly attributes: Readonly<Record<string, Attribute>>
}

function modelOf(
  { operator, input, weight, weightKind, behind, bias, attributes }: Sum,
  random: Random,
): Uint8Array {
  const initializers: Initializer[] = [
    { name: 'ys', type: 'float32', shape: [], data: Float32Array.of(2 ** -3) },
    { name: 'yz', type: 'int8', shape: [], data: Int8Array.of(3) },
  ]
  const nodes = []
  if (weightKind === 'float') {
    initializers.push({ name: 'w', type: 'float32', shape: weight, data: terms(random, sizeOf(weight)) })
  } else {
    const data = allocate(weightKind, sizeOf(weight)) as Int8Array
    for (let i = 0; i < data.length; i++) data[i] = random.integer(-128, 255)
    const zero = allocate(weightKind, 1).fill(3 as never) as Int8Array
    initializers.push({ name: 'q', type: weightKind, shape: weight, data })
    initializers.push({ name: 's', type: 'float32', shape: [], data: Float32Array.of(0.0123) })
    initializers.push({ name: 'z', type: weightKind, shape: [], data: zero })
    nodes.push({ operator: 'DequantizeLinear', inputs: ['q', 's', 'z'], outputs: ['w'] })
  }
  if (bias) initializers.push({ name: 'b', type: 'float32', shape: bias, data: terms(random, sizeOf(bias)) })
  const last = behind.startsWith('Relu') ? 'r' : 'y'
  const inputs = ['x', 'w', ...(bias ? ['b'] : [])]
  return writeModel({
    nodes: [
      ...nodes,
      { operator, inputs, outputs: ['y'], attributes },
      ...(behind.startsWith('Relu') ? [{ operator: 'Relu', inputs: ['y'], outputs: ['r'] }] : []),
      ...(behind.endsWith('Q')
        ? [{ operator: 'QuantizeLinear', inputs: [last, 'ys', 'yz'], outputs: ['quantized'] }]
        : []),
    ],
    inputs: [{ name: 'x', type: 'float32', shape: input }],
    outputs: [
      { name: 'y', type: 'float32', shape: null },
      ...(behind === 'Relu' ? [{ name: 'r', type: 'float32', shape: null }] : []),
      ...(behind.endsWith('Q') ? [{ name: 'quantized', type: 'int8', shape: null }] : []),
    ],
    initializers,
  })
}

/** How many outputs differ, of how many. */
async function differences(
  sum: Sum,
  random: Random,
  inputs: typeof terms,
): Promise<readonly [number, number]> {
  const model = modelOf(sum, random)
  const options = { ...defaultOptions, floatIslands: true, io: 'float' } as const
  const { graph } = lower(modelFromBytes(model, 'sum.onnx'), options)
  const data = inputs(random, sizeOf(sum.input))
  const oracle = await openOracle(model)
  const expected = await oracle.run({ x: { type: 'float32', dims: sum.input, data } })
  await oracle.release()
  const [y] = evaluateBytes(graph, [new Uint8Array(data.buffer)], 'model')
  const actual = new Float32Array(y!.slice().buffer)
  const wanted = Array.from(expected.y!.data as Float32Array)
  expect(actual.length).toBe(wanted.length)
  return [wanted.filter((value, i) => !Object.is(value, actual[i])).length, wanted.length]
}

/** A model of floats alone is none of Caplet's: something in it is quantized. */
function randomForm(random: Random): Pick<Sum, 'weightKind' | 'behind'> {
  const weightKind = random.pick(['float', 'int8', 'uint8'] as const)
  const behind = weightKind === 'float' ? ['Q', 'Relu, Q'] : ['nothing', 'Q', 'Relu', 'Relu, Q']
  return { weightKind, behind: random.pick(behind) as Sum['behind'] }
}

/** Deep ones show the order, shallow ones the sign of a zero. */
function randomProduct(random: Random, isDeep: boolean): Sum {
  const operator = random.pick(['Gemm', 'MatMul'] as const)
  const [depth, units] = [
    random.integer(1, isDeep ? random.pick([30, 300, 2200]) : 3),
    random.integer(1, random.pick([9, 70, 140])),
  ]
  const transB = operator === 'Gemm' ? random.integer(0, 1) : 0
  const leading = operator === 'Gemm' ? [random.integer(1, 3)] : random.pick([[1], [3], [2, 2]])
  return {
    operator,
    input: [...leading, depth],
    weight: transB ? [units, depth] : [depth, units],
    ...randomForm(random),
    bias: operator === 'Gemm' ? random.pick([null, [units], [units], [1, units], [1], []]) : null,
    attributes:
      operator === 'Gemm'
        ? { transB, alpha: { float: random.pick([1, 0.3]) }, beta: { float: random.pick([1, 0.7]) } }
        : {},
  }
}

function randomConvolution(random: Random, isDeep: boolean): Sum {
  const group = random.pick([1, 1, 1, 2, 3])
  const inside = random.pick(isDeep ? [1, 2, 17, 60, 130] : [1, 2])
  const outside = random.pick([1, 1, 2, 3, 5, 8])
  const kernel = Array.from({ length: random.integer(1, 2) }, () => random.integer(1, 3))
  const spatial = kernel.map((k) => random.integer(k, kernel.length === 1 ? 150 / Math.sqrt(inside) + 3 : 9))
  const pads = [...kernel, ...kernel].map((k) => random.integer(0, k - 1))
  return {
    operator: 'Conv',
    input: [random.integer(1, 2), group * inside, ...spatial],
    weight: [group * outside, inside, ...kernel],
    ...randomForm(random),
    bias: random.boolean() ? [group * outside] : null,
    attributes: { group, pads, strides: kernel.map(() => random.integer(1, 2)) },
  }
}

describe.each([
  ['matrix products', randomProduct, 90],
  ['convolutions', randomConvolution, 90],
] as const)('%s left in float', (_, make, count) => {
  it.each([
    ['sums', terms],
    ['signs of zero', zeros],
  ])(
    'have the %s of the oracle',
    async (_, inputs) => {
      const random = new Random(11)
      const wrong: string[] = []
      let total = 0
      for (let i = 0; i < count; i++) {
        const sum = make(random, inputs === terms)
        const [differ, outputs] = await differences(sum, random, inputs)
        total += outputs
        if (differ > 0) wrong.push(`${differ} of ${outputs}: ${JSON.stringify(sum)}`)
      }
      expect(wrong).toEqual([])
      expect(total).toBeGreaterThan(2500)
    },
    60_000,
  )
})

const sum = (behind: string) => `
  input x: float32[1,4]
  w: float32[4,3] = DequantizeLinear(int8[4,3] {1 -20 35 7}, float32 0.25, int8 0)
  y: float32[1,3] = MatMul(x, w)
  ${behind}`
const quantized = (name: string) => `q: int8[1,3] = QuantizeLinear(${name}, float32 0.5, int8 3)\n  output q`

describe('a sum that the reference leaves in float', () => {
  it('is refused without the flag, which the remedy names', () => {
    const [problem] = problemsOf(() => normalizedGraph(sum(quantized('y'))))
    expect(problem).toMatchObject({ code: 'float-sum', operator: 'MatMul' })
    expect(problem!.remedy).toContain('--float-islands')
  })

  it('is compiled with it, and its cost is noted', () => {
    const graph = normalize(typedGraph(sum(quantized('y'))), 'quantized', { floatIslands: true })
    expect(graph.nodes.map(({ operator }) => operator)).toEqual(['weighted_sum', 'quantize'])
    expect(graph.notes.join()).toContain('12 float32 multiplications')
  })

  it('is refused where the reference merges it with what is behind', () => {
    const scaled = `s: float32[1,3] = Mul(y, float32 0.3)\n  ${quantized('s')}`
    const problems = problemsOf(() => normalize(typedGraph(sum(scaled)), 'quantized', { floatIslands: true }))
    expect(problems.map(({ message }) => message).join()).toContain('merges it with the Mul behind it')
  })
})
