// SPDX-License-Identifier: Apache-2.0
// A program of its own for the tests of emission: two steps of one small kernel and a view. Uses every kind of constant.
//
//   x int8 [1, 4] -> add_weights -> hidden -> reshape -> flat -> add_weights -> y int8 [4];   y[i] = x[i] + w[i] (mod 256)
import type { AssembleInfo } from './assemble.js'
import { type Assembly, assemblyFolder } from './package-files.js'
import type { KernelConstant, Program, ProgramTensor, Step } from './program.js'

const kernel = `// SPDX-License-Identifier: MIT-0
// add_weights: output[i] = apply(input[i], weight[i]); the weights come from the segment through a scratch tile.
import { copyWeights } from "../weights"
import { INPUT, OUTPUT, TILE, WEIGHTS, COUNT, FACTOR, LARGE, ENABLED, MASK, Element, apply } from "./constants"
export function run(): void {
  copyWeights(TILE, WEIGHTS, COUNT)
  for (let i: usize = 0; i < COUNT; i++) {
    const weight = <f32>load<Element>(TILE + i) * FACTOR
    const sum = <i32>load<i8>(INPUT + i) + <i32>weight + <i32>(LARGE >> 40)
    store<i8>(OUTPUT + i, ENABLED ? <i8>(apply(sum, -128, 127) & <i32>MASK) : 0)
  }
}
`

const sample = `// SPDX-License-Identifier: MIT-0
export const INPUT: usize = 16
export const OUTPUT: usize = 24
export const TILE: usize = 32
export const WEIGHTS: usize = 0
export const COUNT: usize = 4
export const FACTOR: f32 = 1
export const LARGE: i64 = 0
export const ENABLED: bool = true
export const MASK: u32 = 255
export type Element = i8
export { clamp as apply } from "../primitives"
`

/** The package's shared files, and the kernel above. */
export function exampleAssembly(): Assembly {
  const files = new Map([
    ['constants.ts', sample],
    ['kernel.ts', kernel],
  ])
  const { shared } = assemblyFolder()
  return { shared, kernel: () => files }
}

const tensor = (name: string, shape: number[]): ProgramTensor => ({
  name,
  type: 'int8',
  shape,
  layout: { order: shape.map((_, axis) => axis) },
})

function addWeights(name: string, input: string, output: string, weights: readonly number[]): Step {
  const constants: Record<string, KernelConstant> = {
    INPUT: { kind: 'address', tensor: input },
    OUTPUT: { kind: 'address', tensor: output },
    TILE: { kind: 'scratch', offset: 0 },
    WEIGHTS: { kind: 'segment', offset: 0 },
    COUNT: { kind: 'usize', value: weights.length },
    FACTOR: { kind: 'f32', value: 1 },
    LARGE: { kind: 'i64', value: -(2n ** 40n) },
    ENABLED: { kind: 'bool', value: true },
    MASK: { kind: 'u32', value: 2 ** 32 - 1 },
    Element: { kind: 'type', value: 'i8' },
    apply: { kind: 'code', symbol: 'clamp', from: '../primitives' },
  }
  return {
    name,
    operator: 'add_weights',
    kernel: 'add-weights',
    constants,
    inputs: [input],
    outputs: [output],
    inPlace: [{ input: 0, output: 0 }],
    scratchBytes: weights.length,
    segment: Uint8Array.from(weights),
    macs: weights.length,
    weightBytes: weights.length,
    requantizer: null,
    proof: 0,
  }
}

const reshape: Step = {
  name: 'flatten',
  operator: 'reshape',
  kernel: null,
  constants: {},
  inputs: ['hidden'],
  outputs: ['flat'],
  scratchBytes: 0,
  segment: new Uint8Array(0),
  macs: 0,
  weightBytes: 0,
  requantizer: null,
  proof: 0,
}

export const firstWeights = [1, 2, 253, 4]
export const secondWeights = [100, 0, 5, 246]

export function exampleProgram(second: readonly number[] = secondWeights): Program {
  const tensors = [tensor('x', [1, 4]), tensor('hidden', [1, 4]), tensor('flat', [4]), tensor('y', [4])]
  const quantization = { scale: Math.fround(0.1), zeroPoint: -3 }
  return {
    name: 'example',
    inputs: [{ name: 'x', type: 'int8', shape: [1, 4], quantization, tensor: 'x' }],
    outputs: [{ name: 'y', type: 'int8', shape: [4], quantization, tensor: 'y' }],
    tensors: new Map(tensors.map((t) => [t.name, t])),
    steps: [
      addWeights('first\nnode "é"', 'x', 'hidden', firstWeights),
      reshape,
      addWeights('second', 'flat', 'y', second),
    ],
  }
}

/** The kernel's meaning: signed sums, minus one for LARGE >> 40, clamped. */
export function exampleOutput(input: Uint8Array, second: readonly number[] = secondWeights): Uint8Array {
  const add = (values: Int8Array, weights: readonly number[]) =>
    values.map((x, i) => Math.min(127, Math.max(-128, x + ((weights[i]! << 24) >> 24) - 1)))
  const output = add(add(Int8Array.from(input), firstWeights), second)
  return new Uint8Array(output.buffer)
}

export const exampleInfo: AssembleInfo = {
  compilerVersion: '0.0.0-test',
  contract: { name: 'integer', reference: 'test', version: '1' },
  modelName: 'example.onnx',
  modelSha256: '00'.repeat(32),
  expectedOutputs: ([input]) => [exampleOutput(input!)],
}
