// SPDX-License-Identifier: Apache-2.0
// A test vector of CMSIS-NN as a TensorFlow Lite model: the vector's geometry, weights and zero points, with scales that the
// reader accepts; the multipliers, shifts and bounds that the vector states are put into the operators' attributes once the
// model is read.
import type { Data } from '../../../compiler/ir/types.js'
import type { TfliteNodeText, TfliteTensor, TfliteText } from '../../../runtime/oracle/write-tflite.js'
import type { VectorFile } from '../vector-file.js'

// biome-ignore lint/suspicious/noExplicitAny: of any operator
export type Attributes = any

export interface Vector {
  readonly text: TfliteText
  /** What the attributes of each node that computes become, in their order. */
  readonly attributes: readonly ((given: Attributes) => Attributes)[]
  /** Inputs of consecutive runs, the last of which gives the stated output; absent: one run, of the arrays' usual names. */
  readonly runs?: readonly (readonly Data[])[]
  /** Name of the array that it gives; absent: the usual one. */
  readonly output?: string
}

export const single = { scales: [1], zeroPoints: [0] }
export const asGiven = (given: Attributes): Attributes => given

export const typeOf = (data: object): string =>
  data instanceof Int8Array ? 'int8' : data instanceof Int16Array ? 'int16' : 'int32'

/** One node, whose output is the tensor `output`. */
export const modelOf = (
  node: Omit<TfliteNodeText, 'outputs'>,
  tensors: readonly TfliteTensor[],
): TfliteText => ({
  tensors,
  nodes: [{ ...node, outputs: ['output'] }],
  inputs: tensors.filter(({ name, data }) => name.startsWith('input') && !data).map(({ name }) => name),
  outputs: ['output'],
})

/** `${kind}_${suffix}` of both axes of an image. */
export const planeOf = (file: VectorFile, kind: string, suffix: readonly [string, string]) => [
  file.number(`${kind}_${suffix[0]}`),
  file.number(`${kind}_${suffix[1]}`),
]

export const outputOf = (file: VectorFile, type: string, shape: readonly number[]): TfliteTensor => ({
  ...{ name: 'output', type, shape, scales: [1], zeroPoints: [file.number('OUTPUT_OFFSET')] },
})

/** A multiplier and its shift, by what stands in front of the names. */
export const fixedNamed = (file: VectorFile, prefix: string, multiplier = 'MULTIPLIER') => ({
  multiplier: file.number(`${prefix}_${multiplier}`),
  shift: file.number(`${prefix}_SHIFT`),
})

/** Multiplier and shift per channel, or of the layer. */
export function fixedOf(file: VectorFile, channels: number) {
  if (file.has('OUTPUT_MULTIPLIER')) return [fixedNamed(file, 'OUTPUT')]
  const multipliers = file.numbers(['output_mult', 'output_multiplier'], channels)
  const shifts = file.numbers(['output_shift'], channels)
  return multipliers.map((multiplier, channel) => ({ multiplier, shift: shifts[channel]! }))
}

/** As stated; the zero point stays. */
export const requantized =
  (file: VectorFile, channels: number, bounds = 'OUT_ACTIVATION') =>
  (given: Attributes): Attributes => ({
    ...given,
    requantization: {
      ...given.requantization,
      ...{ fixed: fixedOf(file, channels), min: file.number(`${bounds}_MIN`) },
      max: file.number(`${bounds}_MAX`),
    },
  })
