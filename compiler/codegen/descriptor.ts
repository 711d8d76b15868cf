// SPDX-License-Identifier: Apache-2.0
// The descriptor: the manifest for firmware, in a fixed binary layout (custom section caplet.descriptor).
// Names and other text are left out; tensors are in the model's own order.
//
//   | header, 80 bytes | input 0, 52 bytes | input 1 | ... | output 0 | output 1 | ... |
//
// Little-endian; docs/descriptor.md has the table of bytes, and a test holds it to this file.
import { CapletError } from '../errors.js'
import { ByteCursor } from './byte-cursor.js'
import { internalError } from './internal-error.js'
import type { Manifest, ManifestEdge } from './manifest.js'
import { type OperandStack, unknownStack } from './operand-stack.js'

export const descriptorVersion = 1

export interface DescriptorTensor {
  readonly type: ManifestEdge['type']
  readonly shape: readonly number[]
  /** Both null: not quantized. */
  readonly scale: number | null
  readonly zeroPoint: number | null
  readonly offset: number
  readonly bytes: number
}

export interface Descriptor {
  readonly contract: string
  readonly modelSha256: string
  readonly inputs: readonly DescriptorTensor[]
  readonly outputs: readonly DescriptorTensor[]
  readonly arena: number
  readonly state: number
  readonly total: number
  readonly macs: number
  readonly kernelInterface: number | null
  readonly operandStack: OperandStack
}

const magic = 0x444c5043 // 'CPLD'
const headerBytes = 80
const tensorBytes = 52
export const maximumRank = 8

/** ONNX's own numbers (TensorProto.DataType), so that nobody needs another table. */
const typeCodes: Readonly<Record<ManifestEdge['type'], number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  uint32: 12,
  uint64: 13,
}

const contractCodes: Readonly<Record<string, number>> = { onnxruntime: 1, integer: 2, tflite: 3 }

/** What the descriptor says of a manifest; the operand stack follows from the code instead. */
export function describeManifest(manifest: Manifest, operandStack = unknownStack): Descriptor {
  const { contract, model, memory, macs } = manifest
  return {
    contract: contract.name,
    modelSha256: model.sha256,
    inputs: manifest.inputs.map(describeEdge),
    outputs: manifest.outputs.map(describeEdge),
    arena: memory.arena,
    state: memory.state,
    total: memory.total,
    macs,
    kernelInterface: manifest.kernel_interface,
    operandStack,
  }
}

const describeEdge = ({ type, shape, scale, zero_point, offset, bytes }: ManifestEdge): DescriptorTensor => {
  return { type, shape, scale, zeroPoint: zero_point, offset, bytes }
}

/** Throws CapletError where an edge has more than `maximumRank` dimensions or a size does not fit 32 bits. */
export function encodeDescriptor(descriptor: Descriptor): Uint8Array {
  const tensors = [...descriptor.inputs, ...descriptor.outputs]
  const contract = contractCodes[descriptor.contract]
  if (contract === undefined)
    throw internalError(`The contract ${descriptor.contract} has no code in the descriptor.`)
  const writer = new ByteCursor(new Uint8Array(headerBytes + tensors.length * tensorBytes))
  writer.put('u32', magic)
  writer.put('u16', descriptorVersion)
  writer.put('u16', headerBytes)
  writer.put('u32', writer.bytes.length)
  writer.put('u16', tensorBytes)
  writer.put('u16', descriptor.inputs.length)
  writer.put('u16', descriptor.outputs.length)
  writer.put('u16', contract)
  writer.put('u32', descriptor.kernelInterface ?? 0)
  writer.put('u32', descriptor.arena)
  writer.put('u32', descriptor.state)
  writer.put('u32', descriptor.total)
  writer.put('u32', descriptor.macs % 2 ** 32)
  writer.put('u32', Math.floor(descriptor.macs / 2 ** 32))
  writer.put('u16', descriptor.operandStack.cells)
  writer.put('u8', descriptor.operandStack.frames)
  writer.put('u8', descriptor.operandStack.blocks)
  for (const pair of descriptor.modelSha256.match(/../g)!) writer.put('u8', Number.parseInt(pair, 16))
  for (const tensor of tensors) writeTensor(writer, tensor)
  return writer.bytes
}

function writeTensor(
  writer: ByteCursor,
  { type, shape, scale, zeroPoint, offset, bytes }: DescriptorTensor,
): void {
  if (shape.length > maximumRank) {
    throw new CapletError({
      code: 'too-many-dimensions',
      message: `An input or output has ${shape.length} dimensions; the descriptor holds up to ${maximumRank}.`,
      remedy: 'Reshape it to fewer dimensions at the edge of the model: the bytes stay the same.',
    })
  }
  writer.put('u8', typeCodes[type])
  writer.put('u8', shape.length)
  writer.put('u16', 0)
  for (let axis = 0; axis < maximumRank; axis++) writer.put('u32', shape[axis] ?? 0)
  writer.put('f32', scale ?? 0)
  writer.put('i32', zeroPoint ?? 0)
  writer.put('u32', offset)
  writer.put('u32', bytes)
}

/**
 * Throws CapletError ('not-a-capsule') where the bytes are no descriptor of this version, whole and without
 * surplus.
 */
export function decodeDescriptor(bytes: Uint8Array): Descriptor {
  const reader = new ByteCursor(bytes)
  if (bytes.length < headerBytes || reader.get('u32') !== magic) throw damaged('it does not begin as one')
  const version = reader.get('u16')
  if (version !== descriptorVersion) throw damaged(`its version is ${version}, not ${descriptorVersion}`)
  const isLaidOut =
    reader.get('u16') === headerBytes &&
    reader.get('u32') === bytes.length &&
    reader.get('u16') === tensorBytes
  const [inputs, outputs] = [reader.get('u16'), reader.get('u16')]
  if (!isLaidOut || bytes.length !== headerBytes + (inputs + outputs) * tensorBytes)
    throw damaged('its size is wrong')
  const contract = nameOf(contractCodes, reader.get('u16'), 'contract')
  const kernelInterface = reader.get('u32') || null
  const [arena, state, total] = [reader.get('u32'), reader.get('u32'), reader.get('u32')]
  const macs = reader.get('u32') + reader.get('u32') * 2 ** 32
  if (!Number.isSafeInteger(macs)) throw damaged('its count of multiply-accumulates is too large')
  const operandStack = { cells: reader.get('u16'), frames: reader.get('u8'), blocks: reader.get('u8') }
  const modelSha256 = Array.from({ length: 32 }, () => reader.get('u8').toString(16).padStart(2, '0')).join(
    '',
  )
  return {
    contract,
    modelSha256,
    inputs: Array.from({ length: inputs }, () => readTensor(reader)),
    outputs: Array.from({ length: outputs }, () => readTensor(reader)),
    arena,
    state,
    total,
    macs,
    kernelInterface,
    operandStack,
  }
}

function readTensor(reader: ByteCursor): DescriptorTensor {
  const type = nameOf(typeCodes, reader.get('u8'), 'type')
  const rank = reader.get('u8')
  if (rank > maximumRank || reader.get('u16') !== 0) throw damaged('a tensor is damaged')
  const dimensions = Array.from({ length: maximumRank }, () => reader.get('u32'))
  if (dimensions.slice(rank).some((dimension) => dimension !== 0)) throw damaged('a tensor is damaged')
  const shape = dimensions.slice(0, rank)
  const [scale, zeroPoint] = [reader.get('f32'), reader.get('i32')]
  const [offset, bytes] = [reader.get('u32'), reader.get('u32')]
  const isQuantized = scale > 0 && Number.isFinite(scale)
  if (!isQuantized && !(Object.is(scale, 0) && zeroPoint === 0)) throw damaged('a scale is no scale')
  const quantization = isQuantized ? { scale, zeroPoint } : { scale: null, zeroPoint: null }
  return { type, shape, ...quantization, offset, bytes }
}

function nameOf<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  code: number,
  what: string,
): Name {
  const name = (Object.keys(codes) as Name[]).find((name) => codes[name] === code)
  if (name === undefined) throw damaged(`it has no ${what} ${code}`)
  return name
}

const damaged = (problem: string): CapletError =>
  new CapletError({
    code: 'not-a-capsule',
    message: `The section caplet.descriptor is damaged: ${problem}`,
    remedy: 'Give a model.wasm written by this version of `caplet compile`.',
  })
