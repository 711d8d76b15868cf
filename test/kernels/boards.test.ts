// SPDX-License-Identifier: Apache-2.0
// The host kernels as cores run them: with SMLAD and an FPU on emulated Cortex-M, in plain C on RISC-V; and what they
// cost, in instructions per multiply-accumulate, requantization included.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layer } from '../../compiler/operators/convolution/cases.js'
import type { Arithmetic } from '../../compiler/operators/convolution/sample-arithmetic.js'
import type { Shape } from '../../compiler/operators/convolution/sample-shapes.js'
import { Random } from '../../compiler/operators/random.js'
import { boardNamed } from '../../runtime/device/boards.js'
import { missingPrograms } from '../../runtime/device/toolchain.js'
import { BoardKernels } from './board-kernels.js'
import { callOf, faultOf, type KnownCall, knownCalls } from './calls.js'

const memoryBytes = 128 << 10
const boards = ['mps2-an386', 'mps2-an505', 'mps3-an547', 'riscv32'].map((name) => boardNamed(name)!)

describe.each(boards.map((board) => [board.name, board] as const))('%s', async (_, board) => {
  const missing = await missingPrograms(board)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  let kernels: BoardKernels
  beforeAll(async () => {
    if (!missing) kernels = await BoardKernels.open(board, memoryBytes)
  })
  afterAll(() => kernels?.close())

  it('passes the self-test', async ({ skip }) => {
    skip(missing !== null, reason)
    expect((await kernels.selftest()).result).toBe(0)
  })

  if (board.compiler === 'arm-none-eabi-gcc') {
    it('fails the self-test where the FPU rounds towards zero', async ({ skip }) => {
      skip(missing !== null, reason)
      await kernels.roundTo(3)
      expect((await kernels.selftest()).result).toBeGreaterThan(0)
      await kernels.roundTo(0)
      expect((await kernels.selftest()).result).toBe(0)
    })
  }

  it('gives what the references give', async ({ skip }) => {
    skip(missing !== null, reason)
    const faults: string[] = []
    for (const call of await someCalls(board === boards[0] ? 1 : 3)) {
      const fault = faultOf(call, await kernels.run(call))
      if (fault) faults.push(`${call.kernel}, ${call.name}: ${fault}`)
    }
    expect(faults).toEqual([])
  })
})

/** Every `step`th case of the operators in either form, without those whose transfer takes long. */
const someCalls = async (step: number): Promise<KnownCall[]> =>
  (await knownCalls(7, 5)).filter(
    ({ memory, segment }, index) => index % step === 0 && memory.length + segment.length < 6000,
  )

/** Layers with the shapes of keyword spotting, and the ceilings that they must not pass: with the FPU, and in integers. */
const layers: Readonly<Record<string, { shape: Shape; float: number; integer: number }>> = {
  'convolution 10x4': {
    shape: {
      ...{ inChannels: 1, outChannels: 64, plane: [49, 10], kernel: [10, 4], strides: [2, 2] },
      pads: [4, 1, 5, 1],
    },
    float: 2.15,
    integer: 2.6,
  },
  'convolution 1x1': {
    shape: { inChannels: 64, outChannels: 64, plane: [25, 5], kernel: [1, 1] },
    float: 1.55,
    integer: 1.85,
  },
  'convolution 3x3': {
    shape: { inChannels: 16, outChannels: 16, plane: [16, 16], kernel: [3, 3], pads: [1, 1, 1, 1] },
    float: 1.7,
    integer: 1.8,
  },
  'depthwise 3x3': {
    shape: {
      ...{ inChannels: 64, outChannels: 64, group: 64, plane: [25, 5], kernel: [3, 3] },
      pads: [1, 1, 1, 1],
    },
    float: 4.1,
    integer: 5.2,
  },
}

describe('instructions per multiply-accumulate on a Cortex-M4', async () => {
  const board = boards[0]!
  const missing = await missingPrograms(board)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  let kernels: BoardKernels
  beforeAll(async () => {
    if (!missing) kernels = await BoardKernels.open(board, memoryBytes)
  })
  afterAll(() => kernels?.close())

  it.for(Object.entries(layers))('%s', async ([name, { shape, ...ceilings }], { skip }) => {
    skip(missing !== null, reason)
    const macs = macsOf(shape)
    for (const form of ['float', 'integer'] as const) {
      const random = new Random(8)
      const call = callOf(layer(name, shape, typical(shape), random), form === 'float', random)!
      const outcome = await kernels.run(call)
      expect(faultOf(call, outcome)).toBeNull()
      expect(outcome.instructions / macs, form).toBeLessThan(ceilings[form])
      // The count is a fact of the layer: another input takes the same path.
      const other = { ...call, memory: call.memory.map((byte) => byte ^ 0x5a) }
      expect((await kernels.run(other)).instructions, form).toBe(outcome.instructions)
    }
  })
})

function macsOf({ plane, kernel, strides, inChannels, outChannels, group = 1 }: Shape): number {
  const pixels = plane.reduce((product, size, axis) => product * Math.ceil(size / (strides?.[axis] ?? 1)), 1)
  return (pixels * outChannels * inChannels * kernel.reduce((product, k) => product * k, 1)) / group
}

/** int8, asymmetric, one multiplier per channel: what the quantizer emits behind a Relu. */
const typical = ({ outChannels }: Shape): Arithmetic => ({
  ...{
    inputType: 'int8',
    weightType: 'int8',
    outputType: 'int8',
    inputZeroPoint: -128,
    weightZeroPoints: [0],
  },
  bias: null,
  requantization: {
    multipliers: Float32Array.from({ length: outChannels }, (_, channel) => 0.0013 + channel * 1e-5),
    ...{ zeroPoint: -128, min: -128, max: 127 },
  },
})
