// SPDX-License-Identifier: Apache-2.0
// Calls of host kernels: operator cases lowered to them, with memory around, and the twin to compare with.
import type { Program, Step } from '../../compiler/codegen/program.js'
import { bytesOf, toEdge } from '../../compiler/evaluate.js'
import type { Node } from '../../compiler/ir/graph.js'
import { channelsLastOrder } from '../../compiler/ir/layout.js'
import type { OperatorName } from '../../compiler/ir/operators.js'
import { alignUp } from '../../compiler/memory/plan.js'
import type { TypedNode, Value } from '../../compiler/operators/definition.js'
import { definitionOf } from '../../compiler/operators/list.js'
import { Random } from '../../compiler/operators/random.js'
import { type OperatorCase, referenceOf } from '../../compiler/operators/test-bench.js'
import { callHost } from '../../compiler/tiers/call-host.js'
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

/** A call whose outcome is known: `expected` at its address, scratch of any content, everything else untouched. */
export interface KnownCall extends KernelCall {
  readonly expected: Uint8Array
  readonly outputAddress: number
  readonly scratchPlace: { readonly address: number; readonly bytes: number }
}

/** null where lowering keeps the portable kernel, or takes several steps. */
export function callOf(operatorCase: OperatorCase, preferFloat: boolean, random: Random): KnownCall | null {
  const step = lower(operatorCase, preferFloat)
  if (!step?.hostKernel) return null
  const stored = (value: Value) =>
    isImage(operatorCase) ? bytesOf(toEdge(value.data, value.shape, 'nhwc')) : bytesOf(value.data)
  const inputs = operatorCase.inputs.map(stored)
  const expected = stored(referenceOf(operatorCase)[0]!)
  // Nothing but scratch needs to be aligned, and nothing may lie beyond the last byte.
  const addresses = new Map<string, number>()
  let end = 0
  const place = (name: string, bytes: number) => {
    const address = end + random.integer(0, 5)
    addresses.set(name, address)
    end = address + bytes
  }
  inputs.forEach((bytes, index) => {
    place(`input_${index}`, bytes.length)
  })
  place('output', expected.length)
  const scratch = step.scratchBytes > 0 ? alignUp(end, 4) : 0
  const memory = noise(step.scratchBytes > 0 ? scratch + step.scratchBytes : end, random)
  inputs.forEach((bytes, index) => {
    memory.set(bytes, addresses.get(`input_${index}`))
  })
  const before = noise(random.integer(0, 7), random)
  const segment = new Uint8Array(before.length + step.segment.length)
  segment.set(before)
  segment.set(step.segment, before.length)
  const argument = (name: string) => {
    const constant = step.constants[name]!
    if (constant.kind === 'address') return addresses.get(constant.tensor)! + (constant.offset ?? 0)
    return constant.kind === 'scratch' ? scratch + constant.offset : (constant as { value: number }).value
  }
  return {
    ...{ name: operatorCase.name, kernel: step.hostKernel, parameters: before.length },
    ...{ input: argument('INPUT'), output: argument('OUTPUT'), scratch: argument('SCRATCH') },
    ...{ memory, segment, expected, outputAddress: addresses.get('output')! },
    scratchPlace: { address: scratch, bytes: step.scratchBytes },
  }
}

/** Images lie in memory with their channels last, everything else in the model's order. */
const isImage = ({ operator }: OperatorCase): boolean => definitionOf(operator).layout === 'channels_last'

function lower(operatorCase: OperatorCase, preferFloat: boolean): Step | null {
  const node = {
    name: operatorCase.name,
    operator: operatorCase.operator,
    inputs: operatorCase.inputs.map((_, index) => `input_${index}`),
    outputs: ['output'],
    attributes: operatorCase.attributes as unknown as Node['attributes'],
  } as unknown as TypedNode<OperatorName>
  const tensors = new Map<string, (typeof operatorCase.inputs)[number]>(
    operatorCase.inputs.map((input, index) => [`input_${index}`, input]),
  )
  const steps = definitionOf(node.operator).lower(node, {
    preferFloat,
    hostKernels: true,
    tensor: (name) => {
      const { type, shape } = tensors.get(name) ?? operatorCase.outputs[0]!
      const order = isImage(operatorCase) ? channelsLastOrder(shape.length) : shape.map((_, axis) => axis)
      return { name, type, shape, layout: { order } }
    },
  })
  return steps.length === 1 ? callHost({ steps } as unknown as Program).steps[0]! : null
}

export const noise = (length: number, random: Random): Uint8Array =>
  Uint8Array.from({ length }, () => random.bits() >>> 11)

interface CaseFile {
  cases(random: Random): OperatorCase[]
  randomCase(random: Random): OperatorCase
}

/** Operators that have steps for the host, by folder. */
const folders = [
  ...['convolution', 'fully-connected', 'max-pool', 'average-pool', 'global-average-pool', 'table'],
  ...['quantized-binary', 'pair-table', 'transpose', 'slice', 'pad', 'depth-to-space', 'softmax'],
  ...['matrix-product', 'integer-average-pool', 'fixed-binary'],
]

/** The operators' own cases and random ones, each in integers and in float32, as calls. */
export async function knownCalls(seed: number, randomCases: number): Promise<KnownCall[]> {
  const random = new Random(seed)
  const calls: KnownCall[] = []
  for (const folder of folders) {
    const file: CaseFile = await import(`../../compiler/operators/${folder}/cases.ts`)
    const count = folder === 'convolution' ? 4 * randomCases : randomCases
    const cases = [...file.cases(random), ...Array.from({ length: count }, () => file.randomCase(random))]
    for (const entry of cases) {
      for (const preferFloat of [false, true]) {
        const call = callOf(entry, preferFloat, random)
        if (call) calls.push(call)
      }
    }
  }
  return calls
}

/** What is wrong with an outcome; null where nothing is. */
export function faultOf(call: KnownCall, { done, memory }: Outcome): string | null {
  if (!done) return 'refused'
  for (const [at, byte] of memory.entries()) {
    const { address, bytes } = call.scratchPlace
    if (at >= address && at < address + bytes) continue
    const place = at - call.outputAddress
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
