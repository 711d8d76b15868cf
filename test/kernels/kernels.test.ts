// SPDX-License-Identifier: Apache-2.0
// The C kernels against the operators' references and against the twin, on every operator case and on random layers; and
// both against damaged blocks: refused by both or by neither, nothing touched, no step outside (sanitizers).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashBasis, hashBytes } from '../../compiler/codegen/selftest.js'
import { Random } from '../../compiler/operators/random.js'
import { faultOf, type KernelCall, type KnownCall, knownCalls, type Outcome, openBareTwin } from './calls.js'
import { buildServer, hasCompiler, NativeKernels, sanitizers } from './native.js'

const skipped = hasCompiler() ? '' : ' (skipped: no C compiler cc here)'
const withCompiler = skipped === '' ? describe : describe.skip

let twin: (call: KernelCall) => Outcome
beforeAll(async () => {
  twin = await openBareTwin()
})

const faultsOf = (calls: readonly KnownCall[], outcomes: readonly Outcome[]): string[] =>
  calls.flatMap((call, index) => {
    const fault = faultOf(call, outcomes[index]!)
    return fault ? [`${call.kernel}, ${call.name}: ${fault}`] : []
  })

it('the twin gives what the references give', async () => {
  const calls = await knownCalls(1, 50)
  expect(new Set(calls.map(({ kernel }) => kernel)).size).toBe(9)
  expect(faultsOf(calls, calls.map(twin))).toEqual([])
})

withCompiler(`the C kernels${skipped}`, () => {
  let folder: string
  let plain: NativeKernels
  let watched: NativeKernels
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'caplet-kernels-'))
    buildServer(join(folder, 'plain'), ['-O2'])
    buildServer(join(folder, 'watched'), sanitizers)
    plain = new NativeKernels(join(folder, 'plain'))
    watched = new NativeKernels(join(folder, 'watched'))
  })
  afterAll(() => {
    plain.close()
    watched.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const runAll = async (server: NativeKernels, calls: readonly KernelCall[]) => {
    const outcomes: Outcome[] = []
    for (const call of calls) outcomes.push(await server.run(call))
    return outcomes
  }

  it('give what the references give', async () => {
    const calls = await knownCalls(2, 150)
    expect(faultsOf(calls, await runAll(plain, calls))).toEqual([])
  })

  it('read and write nothing that is not theirs', async () => {
    const calls = await knownCalls(3, 25)
    expect(faultsOf(calls, await runAll(watched, calls))).toEqual([])
  })

  it('agree with the twin on what they refuse', async () => {
    const random = new Random(4)
    const small = (await knownCalls(4, 25)).filter(
      ({ memory, segment }) => memory.length + segment.length < 4000,
    )
    const counts = { done: 0, refused: 0 }
    for (let round = 0; round < 6000; round++) {
      const call = damage(random.pick(small), random)
      const { done, memory } = await watched.run(call)
      expect(done, JSON.stringify({ ...call, memory: [], segment: [...call.segment.subarray(0, 64)] })).toBe(
        twin(call).done,
      )
      if (!done) expect(Buffer.compare(memory, call.memory)).toBe(0)
      counts[done ? 'done' : 'refused']++
    }
    expect(counts.done).toBeGreaterThan(300)
    expect(counts.refused).toBeGreaterThan(300)
  })

  it('have a self-test whose checksums are those of the twin', async () => {
    const layers = await watched.selftestLayers()
    const actual = layers.map(({ checksum }) => checksum)
    const expected = layers.map(({ call, outputBytes }) => {
      const { done, memory } = twin(call)
      const outputs = memory.subarray(call.output, call.output + outputBytes)
      // Outputs that are nearly all alike would prove little.
      expect(done && new Set(outputs).size > 4, call.name).toBe(true)
      return hashBytes(outputs, hashBasis)
    })
    expect(hexadecimal(actual)).toEqual(hexadecimal(expected))
    expect(new Set(layers.map(({ call }) => call.kernel)).size).toBe(9)
    expect(await watched.selftest()).toBe(0)
    expect(await plain.selftest()).toBe(0)
  })

  it.runIf(process.arch === 'x64')('have a self-test that sees a fused multiply-add', async () => {
    const fused = join(folder, 'fused')
    buildServer(fused, ['-O2', '-ffp-contract=fast', '-mfma'])
    const server = new NativeKernels(fused)
    expect(await server.selftest()).toBeGreaterThan(0)
    server.close()
  })
})

const hexadecimal = (values: readonly number[]) =>
  values.map((value) => `0x${value.toString(16).padStart(8, '0')}u`)

const blockBytes = {
  ...{
    convolution: 48,
    depthwise: 48,
    fully_connected: 20,
    pool: 48,
    binary: 76,
    table: 16,
    copy: 80,
    softmax: 32,
    matrix_product: 80,
  },
}

/** One thing about the call that is not as the compiler makes it. */
function damage(call: KernelCall, random: Random): KernelCall {
  const segment = call.segment.slice()
  const near = (value: number) => (value + random.integer(-8, 8)) >>> 0
  const far = () => random.pick([0, 0xffffffff, 0x80000000, random.bits()])
  switch (random.integer(0, 7)) {
    case 0:
      return { ...call, parameters: random.pick([near(call.parameters), far()]) }
    case 1:
      return { ...call, input: random.pick([near(call.input), far()]) }
    case 2:
      return { ...call, output: random.pick([near(call.output), far()]) }
    case 3:
      return { ...call, scratch: random.pick([near(call.scratch), call.scratch + 4, far()]) }
    case 4:
      return { ...call, memory: call.memory.slice(0, random.integer(0, call.memory.length)) }
    case 5:
      return { ...call, segment: segment.slice(0, random.integer(0, segment.length)) }
    default: {
      const size = blockBytes[call.kernel]
      for (let count = random.integer(1, 3); count > 0; count--) {
        const at = call.parameters + random.integer(0, size - 1)
        segment[at] = random.pick([0, 1, 2, 255, segment[at]! + 1, segment[at]! - 1, random.integer(0, 255)])
      }
      return { ...call, segment }
    }
  }
}
