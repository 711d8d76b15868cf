// SPDX-License-Identifier: Apache-2.0
// The same kernels on a Cortex-M55 with Helium, with the DSP extension alone and in plain C: the same bits, and each form
// in fewer instructions than the next.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { layer } from '../../compiler/operators/convolution/cases.js'
import { Random } from '../../compiler/operators/random.js'
import { boardNamed } from '../../runtime/device/boards.js'
import { missingPrograms } from '../../runtime/device/toolchain.js'
import { BoardKernels } from './board-kernels.js'
import { callOf, faultOf, type KnownCall, knownCalls } from './calls.js'
import { layers, macsOf, typical } from './layers.js'

const board = boardNamed('mps3-an547')!
const builds = {
  helium: ['-O2'],
  dsp: ['-O2', '-mcpu=cortex-m55+nomve'],
  c: ['-O2', '-mcpu=cortex-m55+nomve+nodsp'],
}
type Build = keyof typeof builds

/** Ceilings of Helium, in instructions per multiply-accumulate. */
const ceilings = { 'convolution 10x4': 1.95, 'convolution 1x1': 0.71, 'convolution 3x3': 0.7 } as const

/** As the compiler places a block: at a multiple of 4. Elsewhere Helium gathers weights byte by byte. */
const aligned = (call: KnownCall): KnownCall => ({
  ...call,
  parameters: 0,
  segment: call.segment.subarray(call.parameters),
})

describe('a Cortex-M55', async () => {
  const missing = await missingPrograms(board)
  const reason = missing ? `${missing.reason}; ${missing.remedy}` : ''
  const kernels = new Map<Build, BoardKernels>()
  beforeAll(async () => {
    if (missing) return
    for (const build of Object.keys(builds) as Build[]) {
      kernels.set(build, await BoardKernels.open(board, 128 << 10, builds[build]))
    }
  })
  afterAll(() => Promise.all([...kernels.values()].map((opened) => opened.close())))

  it.for(Object.entries(ceilings))('%s', async ([name, ceiling], { skip }) => {
    skip(missing !== null, reason)
    const { shape } = layers[name]!
    const random = new Random(8)
    const call = aligned(callOf(layer(name, shape, typical(shape), random), true, random)!)
    const cost = {} as Record<Build, number>
    for (const [build, opened] of kernels) {
      const outcome = await opened.run(call)
      expect(faultOf(call, outcome), build).toBeNull()
      cost[build] = outcome.instructions / macsOf(shape)
    }
    expect(cost.helium).toBeLessThan(ceiling)
    expect(cost.helium).toBeLessThan(cost.dsp)
    expect(cost.dsp).toBeLessThan(cost.c)
  })

  it('passes its self-test in each form', async ({ skip }) => {
    skip(missing !== null, reason)
    for (const [build, opened] of kernels) expect((await opened.selftest()).result, build).toBe(0)
  })

  it('gives what the references give, aligned or not', async ({ skip }) => {
    skip(missing !== null, reason)
    const calls = (await knownCalls(9, 12)).filter(
      ({ kernel, memory, segment }) =>
        (kernel === 'convolution' || kernel === 'fully_connected') && memory.length + segment.length < 4000,
    )
    expect(calls.filter(({ parameters }) => parameters % 4 === 0).length).toBeGreaterThan(10)
    const faults: string[] = []
    for (const [index, call] of calls.entries()) {
      const given = index % 2 === 0 ? aligned(call) : call
      const fault = faultOf(given, await kernels.get('helium')!.run(given))
      if (fault) faults.push(`${call.kernel}, ${call.name}: ${fault}`)
    }
    expect(faults).toEqual([])
  })
})
