// SPDX-License-Identifier: Apache-2.0
// Counts executed WebAssembly operators with wasmtime's fuel: one number for every input, on any machine.
import { CapletError } from '../../compiler/errors.js'
import type { EdgeBytes, RunningCapsule } from '../runtime.js'
import { wasmtimeRuntime } from '../wasmtime/wasmtime.js'
import { type Form, type Meter, type NodeCost, overInputs } from './run.js'
import { buildStepwise, nodeCosts } from './stepwise.js'

export const wasmtimeMeter: Meter = {
  name: 'wasmtime',
  tier: 'portable',
  async availability() {
    const available = await wasmtimeRuntime.availability()
    if (!('version' in available) || !available.needsWasi) return available
    return {
      reason: 'the program wasmtime does not tell what it counts',
      remedy: 'Install the Python package: python3 -m pip install wasmtime',
    }
  },
  async measure(subject) {
    const form = await subject.form('portable')
    const { capsule } = form
    const available = await wasmtimeRuntime.availability()
    const running = await wasmtimeRuntime.open({ wasm: capsule.wasm, wasi: null })
    try {
      return {
        runtime: 'wasmtime',
        version: 'version' in available ? available.version : '',
        tier: 'portable',
        unit: 'operators',
        ...overInputs(await countIn(running, subject.inputs)),
        nodes: subject.withNodes ? await countNodes(form, subject.inputs[0]!) : null,
        device: null,
        capsule,
      }
    } finally {
      await running.close()
    }
  },
}

async function countNodes({ program, capsule }: Form, input: EdgeBytes): Promise<NodeCost[]> {
  const { wasm, steps } = await buildStepwise(program, capsule.manifest)
  const running = await wasmtimeRuntime.open({ wasm, wasi: null })
  try {
    const calls = Array.from({ length: steps.length + 1 }, () => input)
    return nodeCosts(steps, await countIn(running, calls))
  } finally {
    await running.close()
  }
}

async function countIn(running: RunningCapsule, inputs: readonly EdgeBytes[]): Promise<number[]> {
  const counting = running.countOperators(inputs)
  if (counting) return counting
  throw new CapletError({
    code: 'missing-runtime',
    message: 'This wasmtime does not count operators',
    remedy: 'Install the Python package: python3 -m pip install wasmtime',
  })
}
