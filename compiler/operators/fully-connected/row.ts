// SPDX-License-Identifier: Apache-2.0
// Lowers one row times a weight matrix to the kernel assembly/fully-connected, whose first lines draw the segment.
import type { KernelConstant, ProgramTensor, Step } from '../../codegen/program.js'
import { blockWeights } from '../convolution/blocks.js'
import type { LoweredChannels } from '../convolution/output-channels.js'
import { joinBytes } from '../segment.js'

/** Depths of four units in scratch at a time: 1 KB. */
const CHUNK_DEPTH = 256

export interface Row {
  readonly node: { readonly name: string; readonly operator: string }
  readonly input: ProgramTensor
  readonly output: ProgramTensor
  readonly channels: LoweredChannels
}

/** Pre: the input's bytes in memory are the row, the output's are the units. */
export function lowerRow({ node, input, output, channels }: Row): Step {
  const units = channels.weights.length
  const depth = channels.weights[0]!.length
  const scratch = placeScratch(channels, depth)
  return {
    name: node.name,
    operator: node.operator,
    kernel: 'fully-connected',
    constants: {
      ELEMENT: { kind: 'type', value: input.type === 'int8' ? 'i8' : 'u8' },
      INPUT: { kind: 'address', tensor: input.name },
      OUTPUT: { kind: 'address', tensor: output.name },
      WEIGHTS: { kind: 'segment', offset: 0 },
      DEPTH: { kind: 'usize', value: depth },
      UNITS: { kind: 'usize', value: units },
      CHUNK_DEPTH: { kind: 'usize', value: CHUNK_DEPTH },
      IS_CORRECTED: { kind: 'bool', value: channels.isCorrected },
      IS_FLOAT: { kind: 'bool', value: channels.isFloat },
      ...channels.constants,
      ...scratch.constants,
    },
    inputs: [input.name],
    outputs: [output.name],
    scratchBytes: scratch.bytes,
    segment: layOut(channels, units, depth),
    macs: units * depth,
    weightBytes: units * (depth + 4),
    requantizer: channels.requantizer,
    proof: channels.proof,
  }
}

function layOut(channels: LoweredChannels, units: number, depth: number): Uint8Array {
  const pieces: Uint8Array[] = []
  for (let first = 0; first < units; first += 4) {
    const last = Math.min(first + 4, units)
    pieces.push(blockWeights(channels, [first, last], 0, depth), ...channels.records.slice(first, last))
  }
  return joinBytes(pieces)
}

/** | SUMS 16 | ZEROS 16 | TAIL 4 | BUFFER: a chunk, or the tail's weights and the records; 12 bytes are read beyond them | */
function placeScratch({ records }: LoweredChannels, depth: number) {
  const constants: Record<string, KernelConstant> = {
    SUMS: { kind: 'scratch', offset: 0 },
    ZEROS: { kind: 'scratch', offset: 16 },
    TAIL: { kind: 'scratch', offset: 32 },
    BUFFER: { kind: 'scratch', offset: 36 },
  }
  const buffer = 4 * Math.max(Math.min(depth, CHUNK_DEPTH), 4 + records[0]!.length) + 12
  return { constants, bytes: Math.ceil((36 + buffer) / 8) * 8 }
}
