// SPDX-License-Identifier: Apache-2.0
import { isQuantizedType } from '../../ir/types.js'
import type { Random } from '../random.js'
import type { OperatorCase } from '../test-bench.js'

type Type = 'float32' | 'int8' | 'uint8'

interface Shape {
  readonly rank: number
  readonly group: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly pad: number
}

function transposeOf(
  random: Random,
  [inputType, weightType, type]: readonly [Type, Type, Type],
  { rank, group, kernel, stride, dilation, pad }: Shape,
): OperatorCase<'convolution_transpose'> {
  const spatial = Array.from({ length: rank }, () => random.integer(2, 5))
  const [channels, outputs] = [group * random.integer(1, 5), group * random.integer(1, 3)]
  const batch = random.integer(1, 2)
  const reach = (kernel - 1) * dilation + 1
  const trimmed = Math.min(pad, reach - 1)
  const result = spatial.map((d) => (d - 1) * stride + reach - trimmed + random.integer(0, stride - 1))
  const every = (value: number) => spatial.map(() => value)
  const floats = (count: number) => Float32Array.from({ length: count }, () => random.float(-1, 1))
  const isFloat = weightType === 'float32'
  return {
    name: `transposed convolution of ${inputType} [${channels},${spatial}] by ${weightType} to ${type} [${outputs},${result}]`,
    operator: 'convolution_transpose',
    attributes: {
      group,
      strides: every(stride),
      dilations: every(dilation),
      pads: every(trimmed),
      weight: random.tensor(weightType, [channels, outputs / group, ...every(kernel)]),
      weightScales: isFloat ? null : floats(outputs),
      weightZeroPoints: isFloat ? [] : Array.from({ length: outputs }, () => random.integer(0, 9)),
      bias: random.boolean() ? floats(outputs) : null,
      inputValues: inputType === 'float32' ? null : (random.tensor('float32', [256]).data as Float32Array),
      output: isQuantizedType(type) ? { scale: random.scale(), zeroPoint: random.integer(0, 99) } : null,
    },
    inputs: [random.tensor(inputType, [batch, channels, ...spatial])],
    outputs: [{ type, shape: [batch, outputs, ...result] }],
  }
}

export const cases = (random: Random): OperatorCase<'convolution_transpose'>[] => [
  transposeOf(random, ['int8', 'int8', 'int8'], {
    ...{ rank: 1, group: 1, kernel: 4, stride: 2, dilation: 1, pad: 1 },
  }),
  transposeOf(random, ['float32', 'float32', 'float32'], {
    ...{ rank: 2, group: 2, kernel: 3, stride: 2, dilation: 2, pad: 1 },
  }),
]

export function randomCase(random: Random): OperatorCase<'convolution_transpose'> {
  const types = ['float32', 'int8', 'uint8'] as const
  return transposeOf(random, [random.pick(types), random.pick(types), random.pick(types)], {
    rank: random.integer(1, 2),
    group: random.integer(1, 3),
    kernel: random.integer(1, 4),
    stride: random.integer(1, 3),
    dilation: random.integer(1, 2),
    pad: random.integer(0, 2),
  })
}
