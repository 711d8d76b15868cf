// SPDX-License-Identifier: Apache-2.0
// The numeric contracts: one build of one reference each (docs/decisions/0001-numeric-contract.md). A model's format
// decides which of them it is compiled under; ONNX models have a second one by request.
import type { Contract } from './codegen/capsule.js'
import { CapletError } from './errors.js'
import { isTflite } from './import/tflite.js'
import type { TfliteMultipliers } from './passes/tflite/conversion.js'
import type { ModelFile } from './read-model.js'

export const onnxruntimeContract = {
  name: 'onnxruntime',
  reference: 'onnxruntime-web',
  version: '1.30.0',
} as const

export const tfliteReference = {
  name: 'tflite',
  reference: 'tflite-micro',
  version: '0.dev20261023182759',
} as const

/** Caplet's own, by request: docs/arithmetic.md, "The contract integer", is its definition, and this its edition. */
export const integerContract = {
  name: 'integer',
  reference: 'caplet',
  version: '1',
} as const

export const contractNames = ['onnxruntime', 'integer', 'tflite'] as const
export type ContractName = (typeof contractNames)[number]

interface ContractOptions {
  /** null: the one of the model's format. */
  readonly contract: ContractName | null
  readonly tfliteMultipliers: TfliteMultipliers
}

/** Throws CapletError where the contract asked for is not the format's. */
export function contractOf(model: ModelFile, { contract, tfliteMultipliers }: ContractOptions): Contract {
  const own = isTflite(model.bytes)
    ? { ...tfliteReference, multipliers: tfliteMultipliers }
    : onnxruntimeContract
  if (contract === null || contract === own.name) return own
  if (contract === 'integer' && own.name === 'onnxruntime') return integerContract
  throw new CapletError({
    code: 'unsupported-format',
    message: `The contract ${contract} is not one of the model's format, whose contract is ${own.name}`,
    remedy: 'Leave --contract away: the format decides.',
    file: model.path,
  })
}
