// SPDX-License-Identifier: Apache-2.0
// y = clamp(M(v) + zero point): v = M_a(x_a << leftShift) +- M_b(x_b << leftShift), or x_a * x_b; every step wraps at 32 bits.
import { applyFixed, requantizeFixed } from '../../arithmetic/fixed-point.js'
import { clamp } from '../../arithmetic/float32.js'
import type { FixedBinaryAttributes } from '../../ir/fixed-operators.js'
import { allocate, sizeOf } from '../../ir/types.js'
import { broadcastIndex, coordinatesOf } from '../coordinates.js'
import type { OperatorDefinition } from '../definition.js'

export const reference: OperatorDefinition<'fixed_binary'>['reference'] = (node, [a, b], [output]) => {
  const data = allocate(output!.type, sizeOf(output!.shape))
  for (let index = 0; index < data.length; index++) {
    const at = coordinatesOf(index, output!.shape)
    const left = Number(a!.data[broadcastIndex(at, a!.shape)])
    const right = Number(b!.data[broadcastIndex(at, b!.shape)])
    data[index] = combine(left, right, node.attributes)
  }
  return [{ shape: output!.shape, data }]
}

export function combine(left: number, right: number, attributes: FixedBinaryAttributes): number {
  const { operation, a, b, leftShift, requantization } = attributes
  if (operation === 'maximum') return clamp(Math.max(left, right), requantization)
  if (operation === 'minimum') return clamp(Math.min(left, right), requantization)
  const [x, y] = [left - a.zeroPoint, right - b.zeroPoint]
  if (operation === 'prelu' && x >= 0) return requantizeFixed(x, a.fixed, requantization)
  const scaled = (value: number, operand: typeof a) => applyFixed(value << leftShift, operand.fixed)
  const value =
    operation === 'multiply' || operation === 'prelu'
      ? Math.imul(x, y)
      : scaled(x, a) + (operation === 'add' ? 1 : -1) * scaled(y, b)
  return requantizeFixed(value | 0, requantization.fixed[0]!, requantization)
}
