// SPDX-License-Identifier: Apache-2.0
// low = min(0, x), high = max(0, x), s = f(f(high - low) / 255), z = sat(rne(f(0 - f(low / s)))), y = Q(x).
// The reference looks at four elements at a time, where NaN wins, then at the rest one by one, where NaN is passed over.
import { clamp, f32, quantize, roundHalfEven } from '../../arithmetic/float32.js'
import { sizeOf } from '../../ir/types.js'
import type { OperatorDefinition } from '../definition.js'

const range = { min: 0, max: 255 }

export const reference: OperatorDefinition<'dynamic_quantize'>['reference'] = (_, [input], outputs) => {
  const values = Array.from(input!.data as Float32Array)
  const whole = values.length - (values.length % 4)
  const counted = values.filter((value, index) => index < whole || !Number.isNaN(value))
  const low = counted.reduce((least, value) => Math.min(least, value), 0)
  const high = counted.reduce((greatest, value) => Math.max(greatest, value), 0)
  const scale = low === high ? 1 : f32(f32(high - low) / 255)
  const shifted = f32(0 - f32(low / scale))
  const zeroPoint = Number.isNaN(shifted) ? 255 : roundHalfEven(clamp(shifted, range))
  const quanta = Uint8Array.from(values, (value) => quantize(value, { scale, zeroPoint }, range))
  const data = [quanta, Float32Array.of(scale), Uint8Array.of(zeroPoint)]
  return outputs.map(({ shape }, index) => ({ shape, data: data[index]!.slice(0, sizeOf(shape)) }))
}
