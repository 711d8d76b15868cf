// SPDX-License-Identifier: Apache-2.0
import { dequantize } from '../../arithmetic/float32.js'
import type { AveragePoolAttributes, Summation, Window } from '../../ir/operators.js'
import { isQuantizedType, type Quantization, type QuantizedType, rangeOf } from '../../ir/types.js'
import { pooledSize, randomWindow } from '../max-pool/cases.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

const quantization = (random: Random, type: QuantizedType): Quantization => {
  const { min, max } = rangeOf(type)
  return { scale: random.scale(), zeroPoint: random.integer(min, max) }
}

export function dequantizeValues(type: QuantizedType, input: Quantization): Float32Array {
  const values = new Float32Array(256)
  const { min, max } = rangeOf(type)
  for (let quantum = min; quantum <= max; quantum++) values[quantum & 255] = dequantize(quantum, input)
  return values
}

/** QLinearAveragePool. */
function quantizedPool(
  random: Random,
  type: QuantizedType,
  shape: readonly number[],
  window: Window,
  countIncludePad: boolean,
  scales: readonly [number, number] = [random.scale(), random.scale()],
): OperatorCase<'average_pool'> {
  const withScale = (scale: number) => ({ ...quantization(random, type), scale: Math.fround(scale) })
  return {
    name: `average_pool ${window.kernel} of ${type} [${shape}], strides ${window.strides}, pads ${window.pads}, ${countIncludePad}`,
    operator: 'average_pool',
    attributes: {
      ...window,
      countIncludePad,
      inputValues: dequantizeValues(type, withScale(scales[0])),
      output: withScale(scales[1]),
      zeroPointAdded: 'before',
      summation: 'rows',
    },
    inputs: [random.tensor(type, shape)],
    outputs: [{ type, shape: [...shape.slice(0, 2), ...pooledSize(shape.slice(2), window)] }],
  }
}

/** A float pool of floats or of any function of quanta, to float or to quanta. */
function floatPool(
  random: Random,
  shape: readonly number[],
  window: Window,
  summation: Summation,
  countIncludePad: boolean,
): OperatorCase<'average_pool'> {
  const inputType = random.pick(['int8', 'uint8', 'float32'] as const)
  const type = random.pick(['int8', 'uint8', 'float32'] as const)
  const attributes: AveragePoolAttributes = {
    ...window,
    countIncludePad,
    inputValues: isQuantizedType(inputType) ? (random.tensor('float32', [256]).data as Float32Array) : null,
    output: isQuantizedType(type) ? quantization(random, type) : null,
    zeroPointAdded: 'after',
    summation,
  }
  return {
    name: `float average_pool ${window.kernel} of ${inputType} [${shape}] to ${type} by ${summation}, strides ${window.strides}, pads ${window.pads}, ${countIncludePad}`,
    operator: 'average_pool',
    attributes,
    inputs: [random.tensor(inputType, shape)],
    outputs: [{ type, shape: [...shape.slice(0, 2), ...pooledSize(shape.slice(2), window)] }],
  }
}

const square: Window = { kernel: [3, 3], strides: [2, 1], pads: [1, 1, 1, 1], dilations: [1, 1] }
const whole = (kernel: readonly number[]): Window => ({
  kernel,
  strides: kernel.map(() => 1),
  pads: kernel.flatMap(() => [0, 0]),
  dilations: kernel.map(() => 1),
})

/** Only -0, with a border whose windows meet padding. */
const negativeZeros = (summation: Summation): OperatorCase<'average_pool'> => ({
  name: `float average_pool of -0 by ${summation}`,
  operator: 'average_pool',
  attributes: {
    ...square,
    countIncludePad: false,
    inputValues: null,
    output: null,
    zeroPointAdded: 'after',
    summation,
  },
  inputs: [{ type: 'float32', shape: [1, 2, 4, 4], data: new Float32Array(32).fill(-0) }],
  outputs: [{ type: 'float32', shape: [1, 2, 2, 4] }],
})

export const cases = (random: Random): OperatorCase<'average_pool'>[] => [
  quantizedPool(random, 'int8', [1, 5, 7, 6], square, false),
  quantizedPool(random, 'uint8', [1, 5, 7, 6], square, true),
  quantizedPool(random, 'int8', [1, 9, 7, 6], square, false, [0.0371, 0.0298]),
  quantizedPool(random, 'uint8', [2, 3, 7, 6], square, true, [0.0371, 0.0298]),
  quantizedPool(
    random,
    'int8',
    [1, 3, 12],
    { kernel: [4], strides: [2], pads: [3, 1], dilations: [1] },
    false,
    [0.0371, 0.0298],
  ),
  negativeZeros('rows'),
  negativeZeros('columns'),
  floatPool(random, [1, 5, 7, 6], square, 'columns', false),
  floatPool(random, [1, 5, 7, 6], square, 'columns', true),
  ...[
    [1, 3],
    [2, 2],
    [5, 7],
    [3, 1],
  ].map((kernel) => floatPool(random, [2, 3, ...kernel], whole(kernel), 'lanes', false)),
  floatPool(random, [2, 3, 17], whole([17]), 'lanes', false),
]

export function randomCase(random: Random): OperatorCase<'average_pool'> {
  const { spatial, window } = randomWindow(random)
  const shape = [random.integer(1, 2), random.integer(1, 5), ...spatial]
  if (random.boolean())
    return quantizedPool(random, random.pick(['int8', 'uint8']), shape, window, random.boolean())
  return floatPool(random, shape, window, random.pick(['rows', 'columns']), random.boolean())
}
