// SPDX-License-Identifier: Apache-2.0
// Convolution beyond its cases: the reference against the oracle, dirty memory, padding, bounds, scratch.
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { openOracle } from '../../../runtime/oracle/onnxruntime.js'
import type { Edge, Initializer, ModelNode } from '../../../runtime/oracle/write-model.js'
import { writeModel } from '../../../runtime/oracle/write-model.js'
import type { Step } from '../../codegen/program.js'
import { CapletError } from '../../errors.js'
import { channelsLastOrder } from '../../ir/layout.js'
import { type Data, rangeOf, sizeOf } from '../../ir/types.js'
import { Random } from '../random.js'
import { assembleCases, compareWithReference, type OperatorCase, referenceOf } from '../test-bench.js'
import { cases, layer, randomCase } from './cases.js'
import { convolution } from './definition.js'
import { randomArithmetic } from './sample-arithmetic.js'
import type { Shape } from './sample-shapes.js'

type Case = OperatorCase<'convolution'>

/** Combinations for which the contract's reference has a kernel; a scale of 1 makes the multiplier the weight's scale. */
const hasOracle = ({ attributes, inputs, outputs }: Case): boolean => {
  const [input, output] = [inputs[0]!.type, outputs[0]!.type]
  if ('fixed' in attributes.requantization) return false
  const { min, max } = attributes.requantization
  const range = rangeOf(output as 'int8' | 'uint8')
  const isFullRange = min === range.min && max === range.max
  return isFullRange && input === output && !(input === 'int8' && attributes.weight.type === 'uint8')
}

/** One model with a QLinearConv per case. */
function modelOf(list: readonly Case[]): Uint8Array {
  const nodes: ModelNode[] = []
  const initializers: Initializer[] = []
  const inputs: Edge[] = []
  const outputs: Edge[] = []
  for (const [
    index,
    {
      attributes,
      inputs: [input],
      outputs: [output],
    },
  ] of list.entries()) {
    const { weight, bias, weightZeroPoints, inputZeroPoint, requantization } = attributes
    const { kernel, strides, pads, dilations, group } = attributes
    const constant = (name: string, type: string, shape: readonly number[], values: ArrayLike<number>) => {
      const make = { float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int32: Int32Array }[type]!
      initializers.push({ name: `${name}${index}`, type, shape, data: make.from(values) })
      return `${name}${index}`
    }
    if ('fixed' in requantization) throw new Error('rule M has another oracle')
    const { multipliers } = requantization
    const scalarOrList = (values: ArrayLike<number>) => (values.length === 1 ? [] : [values.length])
    nodes.push({
      operator: 'QLinearConv',
      inputs: [
        ...[
          `x${index}`,
          constant('xs', 'float32', [], [1]),
          constant('xz', input!.type, [], [inputZeroPoint]),
        ],
        constant('w', weight.type, weight.shape, weight.data as Int8Array),
        constant('ws', 'float32', scalarOrList(multipliers), multipliers),
        constant('wz', weight.type, scalarOrList(weightZeroPoints), weightZeroPoints),
        constant('ys', 'float32', [], [1]),
        constant('yz', output!.type, [], [requantization.zeroPoint]),
        ...(bias ? [constant('b', 'int32', [bias.length], bias)] : []),
      ],
      outputs: [`y${index}`],
      attributes: { kernel_shape: kernel, strides, pads, dilations, group },
    })
    inputs.push({ name: `x${index}`, type: input!.type, shape: input!.shape })
    outputs.push({ name: `y${index}`, type: output!.type, shape: output!.shape })
  }
  return writeModel({ nodes, inputs, outputs, initializers })
}

it('has a reference that equals the oracle', async () => {
  const random = new Random(3)
  const list = [...cases(random), ...Array.from({ length: 200 }, () => randomCase(random))].filter(hasOracle)
  expect(list.length).toBeGreaterThan(100)
  const oracle = await openOracle(modelOf(list))
  const feeds = list.map(({ inputs: [input] }, index) => [
    `x${index}`,
    { type: input!.type, dims: input!.shape, data: input!.data },
  ])
  const results = await oracle.run(Object.fromEntries(feeds))
  await oracle.release()
  for (const [index, operatorCase] of list.entries()) {
    const [expected] = referenceOf(operatorCase)
    const actual = results[`y${index}`]!.data
    expect(Array.from(actual as Int8Array), operatorCase.name).toEqual(
      Array.from(expected!.data as Int8Array),
    )
  }
})

it('does not depend on what memory held before', async () => {
  const random = new Random(4)
  const list = [...cases(random), ...Array.from({ length: 20 }, () => randomCase(random))]
  const capsule = await assembleCases(list, 'model')
  const { instance } = await WebAssembly.instantiate(capsule.wasm as BufferSource)
  const { memory, invoke } = instance.exports as { memory: WebAssembly.Memory; invoke: () => void }
  const bytes = new Uint8Array(memory.buffer)
  const bytesAt = ({ offset, bytes: length }: { offset: number; bytes: number }) =>
    bytes.subarray(offset, offset + length)
  for (const dirt of [0xa5, 0x80, 0xff]) {
    bytes.fill(dirt)
    list.forEach(({ inputs: [input] }, index) => {
      bytesAt(capsule.inputs[index]!).set(Uint8Array.from(input!.data as Int8Array))
    })
    invoke()
    for (const [index, operatorCase] of list.entries()) {
      const [expected] = referenceOf(operatorCase)
      const actual = Array.from(bytesAt(capsule.outputs[index]!))
      expect(actual, operatorCase.name).toEqual(Array.from(Uint8Array.from(expected!.data as Int8Array)))
    }
  }
})

const shapes = fc
  .record({
    groups: fc.integer({ min: 1, max: 4 }),
    groupIn: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 90 })),
    groupOut: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 9 })),
    kernel: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilations: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
    pads: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 4, maxLength: 4 }),
  })
  .map(
    ({ groups, groupIn, groupOut, extra, ...window }): Shape => ({
      ...window,
      inChannels: groups * groupIn,
      outChannels: groups * groupOut,
      plane: window.kernel.map((k, axis) => (k - 1) * window.dilations[axis]! + 1 + extra[axis]!),
      group: groups,
    }),
  )

/** The same layer on an input whose padding is written out. */
function padInput(padded: Case): Case {
  const {
    attributes,
    inputs: [input],
  } = padded
  const { pads, inputZeroPoint } = attributes
  const [batch, channels, height, width] = input!.shape as [number, number, number, number]
  const shape = [batch, channels, height + pads[0]! + pads[2]!, width + pads[1]! + pads[3]!]
  const data = new (input!.data.constructor as Int8ArrayConstructor)(sizeOf(shape)).fill(inputZeroPoint)
  for (let row = 0; row < batch * channels * height; row++) {
    const plane = Math.floor(row / height)
    const start = ((plane * shape[2]! + (row % height) + pads[0]!) * shape[3]! + pads[1]!) | 0
    data.set((input!.data as Int8Array).subarray(row * width, (row + 1) * width), start)
  }
  return {
    ...padded,
    attributes: { ...attributes, pads: [0, 0, 0, 0] },
    inputs: [{ ...input!, shape, data }],
  }
}

describe('padding', () => {
  let explicit: Case[]
  let padded: Case[]
  beforeAll(() => {
    const random = new Random(5)
    padded = fc
      .sample(shapes, { numRuns: 40, seed: 6 })
      .map((shape, index) =>
        layer(`layer ${index}`, shape, randomArithmetic(random, shape.outChannels), random),
      )
    explicit = padded.map(padInput)
  })

  it('is the same as an input with its zero point around it, with the float requantizer too', async () => {
    expect(padded.map(outputOf)).toEqual(explicit.map(outputOf))
    expect(await compareWithReference([...padded, ...explicit], { preferFloat: true })).toEqual([])
  })
})

const outputOf = (operatorCase: Case): Data => referenceOf(operatorCase)[0]!.data

/** The step of a layer, without building it. */
function lower({ attributes, inputs: [input], outputs: [output] }: Case): Step {
  const node = { name: 'conv', operator: 'convolution', inputs: ['x'], outputs: ['y'], attributes } as const
  const layout = { order: channelsLastOrder(input!.shape.length) }
  const tensors = { x: { ...input!, name: 'x', layout }, y: { ...output!, name: 'y', layout } }
  const [step] = convolution.lower(node as never, {
    preferFloat: false,
    tensor: (name) => tensors[name as 'x' | 'y'],
  })
  return step!
}

it('needs less than 3 KB of scratch, whatever the layer', () => {
  const random = new Random(7)
  const large = fc.record({
    groups: fc.constantFrom(1, 1, 2, 40),
    groupIn: fc.integer({ min: 1, max: 300 }),
    groupOut: fc.integer({ min: 1, max: 40 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 })),
    dilation: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(large, ({ groups, groupIn, groupOut, kernel, dilation }) => {
      fc.pre(groups * groupIn * groupOut * sizeOf(kernel) < 60_000)
      const shape: Shape = {
        inChannels: groups * groupIn,
        outChannels: groups * groupOut,
        ...{ group: groups, kernel, dilations: [dilation, dilation], plane: [30, 31], pads: [2, 2, 2, 2] },
      }
      const step = lower(layer('large', shape, randomArithmetic(random, shape.outChannels), random))
      expect(step.scratchBytes).toBeLessThan(3072)
    }),
    { numRuns: 60, seed: 8 },
  )
})

describe('accumulators', () => {
  const wide: Shape = { inChannels: 70_000, outChannels: 1, plane: [1], kernel: [1] }
  const numbers = (bias: number) => ({
    ...({ inputType: 'uint8', weightType: 'int8', outputType: 'uint8', inputZeroPoint: 0 } as const),
    weightZeroPoints: [0],
    bias: Int32Array.of(bias),
    requantization: { multipliers: Float32Array.of(2 ** -25), zeroPoint: 0, min: 0, max: 255 },
  })
  /** Weights 127 on 70,000 inputs of up to 255 reach 2,266,950,000. */
  const layerOf = (count: number, bias: number): Case => {
    const made = layer('wide', { ...wide, inChannels: count }, numbers(bias), new Random(9))
    ;(made.attributes.weight.data as Int8Array).fill(127)
    return made
  }
  const codeOf = (make: () => unknown): string | undefined => {
    try {
      make()
    } catch (error) {
      if (error instanceof CapletError) return error.problems[0]!.code
      throw error
    }
    return undefined
  }

  it('beyond int32 are refused, whether weights or bias bring them there', () => {
    expect(codeOf(() => lower(layerOf(70_000, 0)))).toBe('accumulator-overflow')
    expect(codeOf(() => lower(layerOf(66_311, 0)))).toBeUndefined()
    expect(codeOf(() => lower(layerOf(66_311, 2 ** 31 - 1 - 66_311 * 127 * 255)))).toBeUndefined()
    expect(codeOf(() => lower(layerOf(66_311, 2 ** 31 - 66_311 * 127 * 255)))).toBe('accumulator-overflow')
  })
})
