// SPDX-License-Identifier: Apache-2.0
// The host kernels as cores run them: with SMLAD and an FPU on emulated Cortex-M, in plain C on RISC-V; and what they
// cost, in instructions per multiply-accumulate, requantization included.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layer } from '../../compiler/operators/convolution/cases.js'
import { Random } from '../../compiler/operators/random.js'
import { boardNamed } from '../../runtime/device/boards.js'
import { missingPrograms } from '../../runtime/device/toolchain.js'
import { BoardKernels } from './board-kernels.js'
import { callOf, faultOf, type KnownCall, knownCalls } from './calls.js'
import { layers, macsOf, typical, typicalFixed } from './layers.js'

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
    for (const form of ['float', 'integer', 'double'] as const) {
      const random = new Random(8)
      const numbers = form === 'double' ? typicalFixed(shape) : typical(shape)
      const call = callOf(layer(name, shape, numbers, random), form === 'float', random)!
      const outcome = await kernels.run(call)
      expect(faultOf(call, outcome)).toBeNull()
      expect(outcome.instructions / macs, form).toBeLessThan(ceilings[form])
      // The count is a fact of the layer: another input takes the same path.
      const other = { ...call, memory: call.memory.map((byte) => byte ^ 0x5a) }
      expect((await kernels.run(other)).instructions, form).toBe(outcome.instructions)
    }
  })
})
