// SPDX-License-Identifier: Apache-2.0
// Capsules written by hand, for what compiled ones never do: traps, damaged weights, state, imports. WebAssembly text plus the
// sections that make it a capsule.
import wabt from 'wabt'
import { encodeDescriptor } from '../../compiler/codegen/descriptor.js'
import { type OperandStack, unknownStack } from '../../compiler/codegen/operand-stack.js'

export interface SyntheticEdge {
  readonly type: 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'float32'
  readonly elements: number
  readonly offset: number
  readonly scale?: number
  readonly zeroPoint?: number
}

export interface Synthetic {
  /** Bodies and data: everything but memory and its three exports. */
  readonly text: string
  readonly total: number
  /** Pages: minimum and maximum. */
  readonly memory?: string
  readonly state?: number
  readonly kernelInterface?: number
  readonly inputs?: readonly SyntheticEdge[]
  readonly outputs?: readonly SyntheticEdge[]
  readonly operandStack?: OperandStack
}

const sizes = { int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, float32: 4 } as const

const tensorOf = ({ type, elements, offset, scale, zeroPoint }: SyntheticEdge) => ({
  type,
  shape: [elements],
  scale: scale ?? null,
  zeroPoint: scale === undefined ? null : (zeroPoint ?? 0),
  offset,
  bytes: elements * sizes[type],
})

/** The custom section caplet.descriptor's contents. */
export function syntheticDescriptor({
  total,
  state = 0,
  kernelInterface,
  inputs = [],
  outputs = [],
  operandStack = unknownStack,
}: Synthetic) {
  return encodeDescriptor({
    contract: 'onnxruntime',
    modelSha256: 'ab'.repeat(32),
    inputs: inputs.map(tensorOf),
    outputs: outputs.map(tensorOf),
    arena: total - state,
    state,
    total,
    macs: 0,
    kernelInterface: kernelInterface ?? null,
    operandStack,
  })
}

const { parseWat } = await wabt()

export function syntheticCapsule(synthetic: Synthetic): Uint8Array {
  const { text, total, memory = '1 1' } = synthetic
  // Imports come first.
  const [, imports = '', rest] = /^((?:\s*\(import[^\n]*\n)*)([\s\S]*)$/.exec(text)!
  const module = parseWat(
    'synthetic.wat',
    `(module ${imports} (memory (export "memory") ${memory})
      (global (export "__heap_base") i32 (i32.const ${total}))
      (global (export "__data_end") i32 (i32.const ${total})) ${rest})`,
    { bulk_memory: true, sat_float_to_int: true, sign_extension: true },
  )
  const wasm = module.toBinary({}).buffer
  module.destroy()
  return Buffer.concat([wasm, customSection('caplet.descriptor', syntheticDescriptor(synthetic))])
}

export function customSection(name: string, contents: Uint8Array): Uint8Array {
  const label = new TextEncoder().encode(name)
  const size = 1 + label.length + contents.length
  return Buffer.concat([Uint8Array.of(0, ...leb(size), label.length), label, contents])
}

function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)]
}
