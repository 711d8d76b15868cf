// SPDX-License-Identifier: Apache-2.0
// How one random model is written, chosen once per model: models in the wild are consistent in these things, and some
// of the reference's rules only show when all of a model is of one kind.
import type { Random } from '../../compiler/operators/random.js'

export interface Style {
  /** qdq: float operators between Q and DQ; qoperator: QLinearConv and its kin; mixed: both. */
  readonly form: 'qdq' | 'qoperator' | 'mixed'
  readonly activation: 'int8' | 'uint8'
  readonly weight: 'int8' | 'uint8'
  readonly perChannel: boolean
  /** power: 2^n; nice: short mantissas; repeated: values that the model has already. All but arbitrary cause ties. */
  readonly scales: 'arbitrary' | 'power' | 'nice' | 'repeated'
  /** fitted: as calibration gives it; symmetric: the middle; any: anywhere in the type's range. */
  readonly zeroPoints: 'fitted' | 'symmetric' | 'any'
  readonly opset: number
  readonly irVersion: number
  /** Of QuantizeLinear and DequantizeLinear. */
  readonly domain: '' | 'com.microsoft'
  /** Shape of scalar scales and zero points. */
  readonly scaleShape: 'scalar' | 'one' | 'mixed'
  /** Numbers in typed fields of initializers, instead of raw bytes. */
  readonly typed: boolean
  /** Constants as Constant nodes instead of initializers. */
  readonly constantNodes: boolean
  /** Equal constants are one initializer. */
  readonly sharedConstants: boolean
  /** Readers of a quantized tensor share one DequantizeLinear. */
  readonly sharedDequantize: boolean
  /** A zero point of 0 is left out where the type follows without it. */
  readonly omitsZeroPoints: boolean
  /** Chance that a float result is quantized before anything else reads it. */
  readonly quantizeChance: number
  /** Chance of an unusual choice, wherever there is one. */
  readonly oddity: number
}

export function randomStyle(random: Random): Style {
  const activation = random.pick(['int8', 'int8', 'uint8'] as const)
  const opset = random.integer(0, 3) === 0 ? random.integer(13, 26) : random.pick([13, 14, 17, 18, 19, 21])
  const inMicrosoft = random.integer(0, 5) === 0
  return {
    form: random.pick(['qdq', 'qdq', 'qdq', 'mixed', 'qoperator']),
    activation,
    weight: activation === 'uint8' && random.boolean() ? 'uint8' : 'int8',
    perChannel: random.boolean(),
    scales: random.pick(['arbitrary', 'arbitrary', 'power', 'nice', 'repeated']),
    zeroPoints: random.pick(['fitted', 'fitted', 'fitted', 'symmetric', 'any']),
    opset,
    irVersion: random.integer(Math.min(8, opset - 9), 13),
    domain: inMicrosoft ? 'com.microsoft' : '',
    scaleShape: random.pick([...Array(8).fill('scalar'), 'one', 'mixed'] as const),
    typed: random.boolean(),
    constantNodes: random.integer(0, 5) === 0,
    sharedConstants: random.boolean(),
    sharedDequantize: random.boolean(),
    omitsZeroPoints: random.integer(0, 5) === 0,
    quantizeChance: random.pick([1, 0.95, 0.85, 0.7, 0.2]),
    oddity: random.pick([0, 0.02, 0.1, 0.25, 0.5]),
  }
}
