// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dequantizeTable, identicalTable, isMonotone, quantizeTable, quantumOf } from './tables.js'

const types = fc.constantFrom('int8', 'uint8') as fc.Arbitrary<'int8' | 'uint8'>
const quantizations = types.chain((type) =>
  fc.record({
    type: fc.constant(type),
    scale: fc.float({ min: Math.fround(1e-6), max: 1000, noNaN: true }),
    zeroPoint: type === 'int8' ? fc.integer({ min: -128, max: 127 }) : fc.integer({ min: 0, max: 255 }),
  }),
)

it('a byte is the quantum with its bits', () => {
  expect([0, 127, 128, 255].map((byte) => quantumOf(byte, 'int8'))).toEqual([0, 127, -128, -1])
  expect([0, 127, 128, 255].map((byte) => quantumOf(byte, 'uint8'))).toEqual([0, 127, 128, 255])
})

it('Q behind DQ with the same parameters is the identity', () => {
  fc.assert(
    fc.property(quantizations, (target) => {
      expect(identicalTable(quantizeTable(dequantizeTable(target.type, target), target))).toBe(true)
    }),
  )
})

it('DQ rises with the quantum', () => {
  fc.assert(
    fc.property(quantizations, (target) => {
      expect(isMonotone(dequantizeTable(target.type, target), target.type)).toBe(true)
    }),
  )
})

it('int8 and uint8 bytes of one value differ by 128', () => {
  const [signed, unsigned] = [
    dequantizeTable('int8', { scale: 0.25, zeroPoint: -3 }),
    dequantizeTable('uint8', { scale: 0.25, zeroPoint: 125 }),
  ]
  for (let byte = 0; byte < 256; byte++) expect(signed[byte]).toBe(unsigned[byte ^ 128])
})

it('Q takes ties to the even quantum, saturates and makes 0 of NaN', () => {
  const target = { type: 'int8', scale: 0.5, zeroPoint: 3 } as const
  const values = Float32Array.of(0.25, 0.75, -0.25, 1e9, -1e9, Number.NaN, Number.POSITIVE_INFINITY)
  expect([...quantizeTable(values, target).slice(0, 5)]).toEqual([3, 5, 3, 127, -128])
  expect(quantizeTable(values, target)).toHaveLength(values.length)
})

it('a table is monotone only without falls, NaN and channels', () => {
  const rising = dequantizeTable('int8', { scale: 1, zeroPoint: 0 })
  const changed = (byte: number, value: number) => rising.map((v, i) => (i === byte ? value : v))
  expect(isMonotone(rising, 'int8')).toBe(true)
  expect(isMonotone(rising, 'uint8')).toBe(false)
  expect(isMonotone(changed(5, 4), 'int8')).toBe(true)
  expect(isMonotone(changed(5, 3.5), 'int8')).toBe(false)
  expect(isMonotone(changed(5, Number.NaN), 'int8')).toBe(false)
  expect(isMonotone(Float32Array.of(...rising, ...rising), 'int8')).toBe(false)
})
