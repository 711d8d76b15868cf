// SPDX-License-Identifier: Apache-2.0
// What lowering (step 6) hands to planning and emission: a list of steps, each one kernel call with its constants.
import type { ElementType, Quantization } from '../ir/types.js'
import type { HostKernel } from '../tiers/kernel-interface.js'

/** Element types of AssemblyScript. */
export type NativeType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32'

/** One exported constant of a step's generated constants.ts. */
export type KernelConstant =
  | { readonly kind: 'i32' | 'u32' | 'usize'; readonly value: number }
  | { readonly kind: 'i64'; readonly value: bigint }
  /** Emitted as its bit pattern, so that the value is exact. */
  | { readonly kind: 'f32'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  /** export type NAME = i8 */
  | { readonly kind: 'type'; readonly value: NativeType }
  /** export { symbol as NAME } from "../file" : chooses code, e.g. a requantizer. */
  | { readonly kind: 'code'; readonly symbol: string; readonly from: string }
  /** Address of a tensor in linear memory, known after planning. */
  | { readonly kind: 'address'; readonly tensor: string; readonly offset?: number }
  /** Address within the step's own scratch (tile buffers included). */
  | { readonly kind: 'scratch'; readonly offset: number }
  /** Offset in the weight segment of the step's own bytes. */
  | { readonly kind: 'segment'; readonly offset: number }

export interface Step {
  /** Name of the graph node it carries out. */
  readonly name: string
  /** Folder under operators/. */
  readonly operator: string
  /** Folder under assembly/; null = no code: the output is a view of the input (same bytes). */
  readonly kernel: string | null
  /** The kernel only calls this function of the host: a name of compiler/tiers/kernel-interface.ts. */
  readonly hostKernel?: HostKernel
  readonly constants: Readonly<Record<string, KernelConstant>>
  /** Tensors read and written, by name. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Output `output` may take over the bytes of input `input` where that input is not needed afterwards. */
  readonly inPlace?: readonly { readonly input: number; readonly output: number }[]
  /** Bytes private to the step while it runs. Aligned to 8. */
  readonly scratchBytes: number
  /** The step's bytes of the weight segment, in the order in which the kernel reads them. */
  readonly segment: Uint8Array
  readonly macs: number
  /** int8/int16 weights and int32 biases within `segment`; tables and requantization records are not counted. */
  readonly weightBytes: number
  /** Form chosen ('plain', 'window', 'full', 'float'), null where nothing is requantized. */
  readonly requantizer: string | null
  /** Accumulators or pairs checked by the proof; 0 where there is none. */
  readonly proof: number
}

/** How a tensor is stored: dimensions in memory order, outermost first, as axes of its shape; dense. */
export interface Layout {
  readonly order: readonly number[]
}

export interface ProgramTensor {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly layout: Layout
}

export interface Edge {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly quantization: Quantization | null
  /** Tensor that holds it, row-major. */
  readonly tensor: string
}

/** ir/graph.ts has the meaning. `after` is no view of any state, and no input. */
export interface ProgramState {
  readonly before: string
  readonly after: string
  /** As `before` is stored, little-endian. */
  readonly initial: Uint8Array
}

export interface Program {
  /** C prefix and file stem. */
  readonly name: string
  readonly inputs: readonly Edge[]
  readonly outputs: readonly Edge[]
  /** Absent: every `invoke` starts anew. */
  readonly states?: readonly ProgramState[]
  readonly tensors: ReadonlyMap<string, ProgramTensor>
  readonly steps: readonly Step[]
}
