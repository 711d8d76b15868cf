// SPDX-License-Identifier: Apache-2.0
// y = Q(x) with the scale and zero point that x itself gives (arithmetic/dynamic-range.ts).
import { dynamicRange } from '../../arithmetic/dynamic-range.js'
import { quantize } from '../../arithmetic/float32.js'
import { sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'dynamic_quantize'>['reference'] = (_, [input], outputs) => {
  const values = Array.from(input!.data as Float32Array)
  const quantization = dynamicRange(values)
  const quanta = Uint8Array.from(values, (value) => quantize(value, quantization, { min: 0, max: 255 }))
  const data = [quanta, Float32Array.of(quantization.scale), Uint8Array.of(quantization.zeroPoint)]
  return outputs.map(({ shape }, index) => ({ shape, data: data[index]!.slice(0, sizeOf(shape)) }))
}
