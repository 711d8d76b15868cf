// SPDX-License-Identifier: Apache-2.0
// The rules of pools against the oracle: quantized ones, and the order in which float ones are summed.
import { describe, expect, it } from 'vitest'
import type { AveragePoolAttributes, Window } from '../../ir/operators.js'
import type { QuantizedType } from '../../ir/types.js'
import { findAffine } from '../affine-values.js'
import { pooledSize, randomWindow } from '../max-pool/cases.js'
import { differencesFromOracle, type OnnxForm, scalarInput } from '../oracle-bench.js'
import { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'
import { randomCase } from './cases.js'
import { floatSummation, globalSummation } from './summation.js'

type PoolCase = OperatorCase<'average_pool'>

const poolAttributes = ({ kernel, strides, pads, countIncludePad }: AveragePoolAttributes) => ({
  kernel_shape: kernel,
  strides,
  pads,
  count_include_pad: Number(countIncludePad),
})

const isUndilated = ({ attributes }: PoolCase) => attributes.dilations.every((d) => d === 1)

/** The reference takes the global pool's rule for it. */
const isWholeImage = ({ attributes, inputs: [x] }: PoolCase) =>
  attributes.kernel.every((length, axis) => length === x!.shape[axis + 2])

const quantizedForm = ({ attributes, inputs: [x] }: PoolCase): OnnxForm => {
  const type = x!.type as QuantizedType
  const input = findAffine(attributes.inputValues!, type)!
  const output = attributes.output!
  return {
    operator: 'QLinearAveragePool',
    domain: 'com.microsoft',
    attributes: poolAttributes(attributes),
    inputs: [
      0,
      scalarInput('input_scale', 'float32', input.scale),
      scalarInput('input_zero_point', type, input.zeroPoint),
      scalarInput('output_scale', 'float32', output.scale),
      scalarInput('output_zero_point', type, output.zeroPoint),
    ],
  }
}

describe('average_pool', () => {
  it('is QLinearAveragePool where the zero point is added before rounding', async () => {
    const random = new Random(5)
    const cases = Array.from({ length: 300 }, () => randomCase(random))
      .filter(({ attributes }) => attributes.zeroPointAdded === 'before')
      .filter((c) => isUndilated(c) && !isWholeImage(c))
    expect(cases.length).toBeGreaterThan(80)
    expect(await differencesFromOracle(cases, quantizedForm)).toEqual([])
  })

  it.each([13, 17, 18, 19, 22])('sums floats in the order of opset %i', async (opset) => {
    const random = new Random(opset)
    const cases = Array.from({ length: 150 }, () => floatCase(random, opset)).filter(
      (c) => opset >= 19 || isUndilated(c),
    )
    const form = ({ attributes }: PoolCase): OnnxForm => ({
      operator: 'AveragePool',
      opset,
      attributes: {
        ...poolAttributes(attributes),
        ceil_mode: Number('ceilMode' in attributes && attributes.ceilMode === true),
        ...(opset >= 19 ? { dilations: attributes.dilations } : {}),
      },
      inputs: [0],
    })
    expect(await differencesFromOracle(cases, form)).toEqual([])
  })

  it('keeps the sign of zero as the oracle does', async () => {
    const random = new Random(4)
    const zeros = (opset: number): PoolCase => {
      const made = floatCase(random, opset)
      const [x] = made.inputs
      const data = Float32Array.from(x!.data as Float32Array, () => (random.integer(0, 3) === 0 ? 0 : -0))
      return { ...made, inputs: [{ ...x!, data }] }
    }
    const cases = Array.from({ length: 150 }, () => zeros(17)).filter(isUndilated)
    expect(await differencesFromOracle(cases, plainForm)).toEqual([])
  })

  it('sums long rows and large kernels cell by cell', async () => {
    const random = new Random(9)
    const wide = (width: number, kernel: number[], pads: number[]) =>
      caseOf(
        random,
        [1, 1, 35, width],
        { kernel, strides: [1, 1], pads, dilations: [1, 1] },
        17,
        false,
        false,
      )
    const cases = [
      wide(2045, [3, 3], [0, 0, 0, 0]),
      wide(2046, [3, 3], [0, 0, 0, 0]),
      wide(2042, [3, 3], [0, 2, 0, 1]),
      wide(2043, [3, 3], [0, 2, 0, 1]),
      wide(40, [32, 32], [0, 0, 0, 0]),
      wide(40, [33, 2], [0, 0, 0, 0]),
    ]
    expect(cases.map((c) => c.attributes.summation)).toEqual([
      'columns',
      'rows',
      'columns',
      'rows',
      'columns',
      'rows',
    ])
    expect(await differencesFromOracle(cases, plainForm)).toEqual([])
  })

  it.each([
    [1, 3, 5, 7],
    [1, 2, 3, 2],
    [1, 4, 9],
    [2, 3, 64, 1],
  ])('sums GlobalAveragePool in four lanes: %i %i %i', async (...shape) => {
    const kernel = shape.slice(2)
    const window = {
      kernel,
      strides: kernel.map(() => 1),
      pads: kernel.flatMap(() => [0, 0]),
      dilations: kernel.map(() => 1),
    }
    const made = caseOf(new Random(3), shape, window, 17, false, false)
    const cases = [{ ...made, attributes: { ...made.attributes, summation: globalSummation } }]
    expect(
      await differencesFromOracle(cases, () => ({ operator: 'GlobalAveragePool', inputs: [0] })),
    ).toEqual([])
  })
})

const plainForm = ({ attributes }: PoolCase): OnnxForm => ({
  operator: 'AveragePool',
  attributes: {
    ...poolAttributes(attributes),
    ceil_mode: Number('ceilMode' in attributes && attributes.ceilMode === true),
  },
  inputs: [0],
})

function floatCase(random: Random, opset: number): PoolCase {
  const { spatial, window } = randomWindow(random)
  const shape = [1, 2, ...spatial]
  const isWhole = random.integer(0, 5) === 0
  const pads = window.pads.map(() => 0)
  const strides = window.strides.map(() => 1)
  const chosen = isWhole ? { ...window, kernel: spatial, dilations: strides, strides, pads } : window
  return caseOf(random, shape, chosen, opset, random.boolean(), random.boolean())
}

/** With ceil mode, where the last window would begin behind image and front pads it is left out. */
function caseOf(
  random: Random,
  shape: readonly number[],
  window: Window,
  opset: number,
  ceilMode: boolean,
  countIncludePad: boolean,
): PoolCase {
  const spatial = shape.slice(2)
  const size = ceilMode ? ceiledSize(spatial, window) : pooledSize(spatial, window)
  const summation = floatSummation({ ...window, opset, ceilMode, countIncludePad, spatial })
  const attributes = {
    ...window,
    ceilMode,
    countIncludePad,
    inputValues: null,
    output: null,
    zeroPointAdded: 'after',
    summation,
  } as const
  return {
    name: `${JSON.stringify({ shape, ...window, opset, ceilMode, countIncludePad, summation })}`,
    operator: 'average_pool',
    attributes,
    inputs: [
      {
        type: 'float32',
        shape,
        data: Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.float(-5, 5)),
      },
    ],
    outputs: [{ type: 'float32', shape: [...shape.slice(0, 2), ...size] }],
  }
}

const ceiledSize = (spatial: readonly number[], { kernel, strides, pads, dilations }: Window): number[] =>
  spatial.map((size, axis) => {
    const [begin, end, stride] = [pads[axis]!, pads[axis + spatial.length]!, strides[axis]!]
    const count = Math.ceil((size + begin + end - (kernel[axis]! - 1) * dilations[axis]! - 1) / stride) + 1
    return (count - 1) * stride >= size + begin ? count - 1 : count
  })
