// SPDX-License-Identifier: Apache-2.0
// Two-input operators: the rule against the oracle, the integer forms against the rule, the kernels' primitives against both.
import { describe, expect, it } from 'vitest'
import { type OracleTensor, openOracle } from '../../runtime/oracle/onnxruntime.js'
import { writeModel } from '../../runtime/oracle/write-model.js'
import { type QuantizedType, rangeOf } from '../ir/types.js'
import { compileSnippet } from './compile-snippet.fixture.js'
import { choosePairForm, type IntegerPairForm, type PairRule, pairInteger, pairRule } from './elementwise.js'
import { f32 } from './float32.js'

let state = 11
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

const integer = (below: number): number => Math.floor(random() * below)

/** Scales as trained models have them, as power-of-two observers emit them, and small multiples of one scale: those meet ties. */
const scaleKinds: Record<string, () => number> = {
  'log-uniform': () => f32(2 ** (-8 + 6 * random())),
  'power of two': () => 2 ** -(1 + integer(6)),
  'short mantissa': () => (1 + integer(31)) * 2 ** -10,
  'multiple of one scale': () => f32(0.0137 * (1 + integer(6))),
}

function randomRule(operation: PairRule['operation'], type: QuantizedType, scale: () => number): PairRule {
  const { min } = rangeOf(type)
  const quantization = () => ({ scale: scale(), zeroPoint: min + integer(256) })
  const output = {
    scale: operation === 'add' ? scale() : f32(scale() * scale() * 64),
    zeroPoint: min + integer(256),
  }
  return { operation, a: quantization(), b: quantization(), output, type }
}

function everyPair(type: QuantizedType): { a: number[]; b: number[] } {
  const { min } = rangeOf(type)
  const indices = Array.from({ length: 65536 }, (_, index) => index)
  return { a: indices.map((index) => min + (index >> 8)), b: indices.map((index) => min + (index & 255)) }
}

async function askOracle({ operation, a, b, output, type }: PairRule): Promise<number[]> {
  const tensor = (values: number[]): OracleTensor => ({
    type,
    dims: [65536],
    data: type === 'int8' ? Int8Array.from(values) : Uint8Array.from(values),
  })
  const parameters = { a, b, c: output }
  const initializers = Object.entries(parameters).flatMap(([name, { scale, zeroPoint }]) => [
    { name: `s${name}`, type: 'float32', shape: [], data: Float32Array.of(scale) },
    { name: `z${name}`, type, shape: [], data: tensor([zeroPoint]).data },
  ])
  const oracle = await openOracle(
    writeModel({
      nodes: [
        {
          operator: operation === 'add' ? 'QLinearAdd' : 'QLinearMul',
          domain: 'com.microsoft',
          inputs: ['a', 'sa', 'za', 'b', 'sb', 'zb', 'sc', 'zc'],
          outputs: ['c'],
        },
      ],
      inputs: ['a', 'b'].map((name) => ({ name, type, shape: [65536] })),
      outputs: [{ name: 'c', type, shape: [65536] }],
      initializers,
    }),
  )
  const pairs = everyPair(type)
  const { c } = await oracle.run({ a: tensor(pairs.a), b: tensor(pairs.b) })
  await oracle.release()
  return Array.from(c!.data, Number)
}

describe.each(['add', 'multiply'] as const)('%s', (operation) => {
  describe.each(['int8', 'uint8'] as const)('%s', (type) => {
    const pairs = everyPair(type)

    it.each(Object.keys(scaleKinds))(
      'the rule is the reference, the integer form is the rule: %s scales',
      async (kind) => {
        for (let round = 0; round < 2; round++) {
          const rule = randomRule(operation, type, scaleKinds[kind]!)
          const expected = await askOracle(rule)
          expect(pairs.a.map((a, index) => pairRule(a, pairs.b[index]!, rule))).toEqual(expected)
          const form = choosePairForm(rule)
          if (form.form === 'float') continue
          expect(form.checked).toBe(65536)
          const step = 13 // coprime to 256: all values of both inputs
          for (let index = 0; index < 65536; index += step) {
            const actual = pairInteger(pairs.a[index]!, pairs.b[index]!, rule, form)
            if (actual !== expected[index])
              throw new Error(`${JSON.stringify(rule)} at pair ${index}: ${actual}`)
          }
        }
      },
    )
  })

  it('finds an integer form for nearly all scales of trained models', () => {
    const forms = Array.from({ length: 60 }, () => {
      return choosePairForm(randomRule(operation, 'int8', scaleKinds['log-uniform']!)).form
    })
    expect(forms.filter((form) => form === 'float').length).toBeLessThanOrEqual(2)
  })

  it('needs the window where scales are powers of two', () => {
    const half = { scale: 2 ** -4, zeroPoint: -3 }
    const output = { scale: 2 ** (operation === 'add' ? -3 : -7), zeroPoint: 5 }
    expect(choosePairForm({ operation, a: half, b: half, output, type: 'int8' }).form).toBe('window')
  })
})

it('leaves to float what fixed point cannot tell from a tie', () => {
  const a = { scale: 1e6, zeroPoint: 0 }
  const output = { scale: f32(1e-3), zeroPoint: 0 }
  expect(choosePairForm({ operation: 'add', a, b: a, output, type: 'int8' })).toEqual({ form: 'float' })
})

function randomWithForm(operation: PairRule['operation'], scale: () => number, wanted: string) {
  for (;;) {
    const rule = randomRule(operation, 'int8', scale)
    const form = choosePairForm(rule)
    if (form.form !== 'float' && form.form === wanted) return { rule, form }
  }
}

/** A kernel over all pairs of int8, with the form's constants in its text as the compiler emits them. */
function kernelSource(rule: PairRule, form: IntegerPairForm): string {
  const { shift, addend, window } = form.rounding
  const combined =
    rule.operation === 'add'
      ? `<i64>a * ${form.multiplierA} + <i64>b * ${form.multiplierB}`
      : `<i64>((a - ${rule.a.zeroPoint}) * (b - ${rule.b.zeroPoint})) * ${form.multiplierA}`
  const round = window === null ? 'roundPairPlain' : 'roundPairWindow'
  const { scale, zeroPoint } = rule.output
  const real = (name: string, q: { scale: number; zeroPoint: number }) =>
    `<f32>(${name} - ${q.zeroPoint}) * <f32>${q.scale}`
  const operator = rule.operation === 'add' ? '+' : '*'
  return `
import { ${round}, roundPairFloat } from "./elementwise"
export function integer(): void {
  for (let a = -128; a < 128; a++) for (let b = -128; b < 128; b++)
    store<i8>(0x1000 + ((a + 128) << 8) + b + 128, <i8>${round}(${combined}, ${addend}, ${shift}, ${window ?? 0n}, -128, 127))
}
export function float(): void {
  for (let a = -128; a < 128; a++) for (let b = -128; b < 128; b++)
    store<i8>(0x1000 + ((a + 128) << 8) + b + 128, <i8>roundPairFloat(${real('a', rule.a)} ${operator} ${real('b', rule.b)}, <f32>${scale}, ${zeroPoint}, -128, 127))
}`
}

describe.each(['add', 'multiply'] as const)('assembly/elementwise.ts, %s', (operation) => {
  it.each(['plain', 'window'])('%s and float equal the rule on all pairs', async (wanted) => {
    const pairs = everyPair('int8')
    const kind = scaleKinds[wanted === 'plain' ? 'log-uniform' : 'power of two']!
    const { rule, form } = randomWithForm(operation, kind, wanted)
    const expected = pairs.a.map((a, index) => pairRule(a, pairs.b[index]!, rule))
    const { exports } = await compileSnippet(kernelSource(rule, form), ['elementwise'], 2)
    const outputs = new Int8Array((exports.memory as WebAssembly.Memory).buffer, 0x1000, 65536)
    for (const kernel of ['integer', 'float']) {
      outputs.fill(99)
      ;(exports[kernel] as () => void)()
      expect(Array.from(outputs)).toEqual(expected)
    }
  })
})
