// SPDX-License-Identifier: Apache-2.0
// Calls of host kernels: operator cases lowered to them, with memory around, and the twin to compare with.
import { bytesOf, toEdge } from '../../compiler/evaluate.js'
import type { Node } from '../../compiler/ir/graph.js'
import { channelsLastOrder } from '../../compiler/ir/layout.js'
import type { OperatorName } from '../../compiler/ir/operators.js'
import { alignUp } from '../../compiler/memory/plan.js'
import type { TypedNode } from '../../compiler/operators/definition.js'
import { definitionOf } from '../../compiler/operators/list.js'
import type { Random } from '../../compiler/operators/random.js'
import { type OperatorCase, referenceOf } from '../../compiler/operators/test-bench.js'
import { type HostKernel, hostKernels } from '../../compiler/tiers/kernel-interface.js'
import { twinModule } from '../../runtime/kernels/twin-module.js'

export interface KernelCall {
  readonly name: string
  readonly kernel: HostKernel
  readonly parameters: number
  readonly input: number
  readonly output: number
  readonly scratch: number
  readonly memory: Uint8Array
  readonly segment: Uint8Array
}

export interface Outcome {
  readonly done: boolean
  readonly memory: Uint8Array
}

/** A call whose outcome is known: `expected` from `output` on, scratch of any content, everything else untouched. */
export interface KnownCall extends KernelCall {
  readonly expected: Uint8Array
  readonly scratchBytes: number
}

/** null where lowering keeps the portable kernel. */
export function callOf(operatorCase: OperatorCase, preferFloat: boolean, random: Random): KnownCall | null {
  const step = lower(operatorCase, preferFloat)
  if (!step.hostKernel) return null
  const [input] = operatorCase.inputs
  const [value] = referenceOf(operatorCase)
  const stored = (data: typeof input) => bytesOf(toEdge(data!.data, data!.shape, 'nhwc'))
  const isImage = operatorCase.operator === 'convolution'
  const given = isImage ? stored(input) : bytesOf(input!.data)
  const expected = isImage ? bytesOf(toEdge(value!.data, value!.shape, 'nhwc')) : bytesOf(value!.data)
  // Nothing but scratch needs to be aligned, and nothing may lie beyond the last byte.
  const at = { input: random.integer(0, 5), output: 0, scratch: 0 }
  at.output = at.input + given.length + random.integer(0, 5)
  at.scratch = alignUp(at.output + expected.length, 4)
  const memory = noise(at.scratch + step.scratchBytes, random)
  memory.set(given, at.input)
  const before = noise(random.integer(0, 7), random)
  const segment = new Uint8Array(before.length + step.segment.length)
  segment.set(before)
  segment.set(step.segment, before.length)
  const { name } = operatorCase
  const { hostKernel: kernel, scratchBytes } = step
  return { name, kernel, parameters: before.length, ...at, memory, segment, expected, scratchBytes }
}

function lower(operatorCase: OperatorCase, preferFloat: boolean) {
  const node = {
    name: operatorCase.name,
    operator: operatorCase.operator,
    inputs: ['input'],
    outputs: ['output'],
    attributes: operatorCase.attributes as unknown as Node['attributes'],
  } as unknown as TypedNode<OperatorName>
  const tensors = { input: operatorCase.inputs[0]!, output: operatorCase.outputs[0]! }
  const [step] = definitionOf(node.operator).lower(node, {
    preferFloat,
    hostKernels: true,
    tensor: (name) => {
      const { type, shape } = tensors[name as keyof typeof tensors]
      return { name, type, shape, layout: { order: channelsLastOrder(shape.length) } }
    },
  })
  return step!
}

export const noise = (length: number, random: Random): Uint8Array =>
  Uint8Array.from({ length }, () => random.bits() >>> 11)

/** What is wrong with an outcome; null where nothing is. */
export function faultOf(call: KnownCall, { done, memory }: Outcome): string | null {
  if (!done) return 'refused'
  for (const [at, byte] of memory.entries()) {
    if (at >= call.scratch && at < call.scratch + call.scratchBytes) continue
    const place = at - call.output
    const isOutput = place >= 0 && place < call.expected.length
    const wanted = isOutput ? call.expected[place] : call.memory[at]
    if (byte !== wanted)
      return `byte ${isOutput ? place : at} of ${isOutput ? 'the output' : 'memory'}: ${byte} instead of ${wanted}`
  }
  return null
}

interface TwinExports {
  readonly memory: WebAssembly.Memory
  readonly bind: (bytes: number, segment: number, segmentBytes: number, spare: number) => void
}
type TwinKernels = Readonly<Record<HostKernel, (...args: number[]) => number>>

/** The twin by itself, for memories of any size. */
export async function openBareTwin(): Promise<(call: KernelCall) => Outcome> {
  const { instance } = await WebAssembly.instantiate((await twinModule()) as Uint8Array<ArrayBuffer>)
  const twin = instance.exports as unknown as TwinExports & TwinKernels
  twin.memory.grow(256)
  return ({ kernel, parameters, input, output, scratch, memory, segment }) => {
    const bytes = new Uint8Array(twin.memory.buffer)
    const spare = alignUp(memory.length + segment.length, 8)
    bytes.set(memory)
    bytes.set(segment, memory.length)
    twin.bind(memory.length, memory.length, segment.length, spare)
    const done = twin[kernel](parameters, input, output, scratch) === 1
    return { done, memory: bytes.slice(0, memory.length) }
  }
}

/** The order of the C table. */
const kernelNames = (Object.keys(hostKernels) as HostKernel[]).sort()

export const kernelIndex = (kernel: HostKernel): number => kernelNames.indexOf(kernel)

export const kernelAt = (index: number): HostKernel => kernelNames[index]!
