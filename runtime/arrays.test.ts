// SPDX-License-Identifier: Apache-2.0
// Arrays as NumPy writes and reads them: round trips, NumPy's own opinion, and files that are not arrays.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { CapletError } from '../compiler/errors.js'
import { allocate, type ElementType, sizeOf } from '../compiler/ir/types.js'
import { type NumpyArray, parseArrays, writeNpy, writeNpz } from './arrays.js'
import { edgeBytes, samplesOf } from './edge-values.js'
import { findPython } from './python.js'

const types = [
  ...(['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32'] as const),
  ...(['int64', 'uint64', 'float32', 'float64'] as const),
] satisfies ElementType[]

function ramp(type: ElementType, shape: readonly number[]): NumpyArray {
  const data = allocate(type, sizeOf(shape))
  for (let index = 0; index < data.length; index++) {
    const value = type === 'bool' ? index % 2 : type.startsWith('float') ? index / 4 - 1 : index
    data[index] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value
  }
  return { type, shape, data }
}

const only = (bytes: Uint8Array) => parseArrays(bytes, 'x.npy').get(null)!

describe('.npy and .npz', () => {
  it.each(types)('carry %s', (type) => {
    for (const shape of [[], [1], [3], [2, 3, 4]]) {
      const array = ramp(type, shape)
      expect(only(writeNpy(array))).toEqual(array)
      const arrays = new Map([
        ['a', array],
        ['/b_output_0', ramp(type, [2])],
      ])
      expect(parseArrays(writeNpz(arrays), 'x.npz')).toEqual(arrays)
    }
  })

  it('carry any float bits', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 50 }), (data) => {
        const array: NumpyArray = { type: 'float32', shape: [data.length], data }
        expect(only(writeNpy(array)).data).toEqual(data)
      }),
    )
  })

  it('have the same bytes each time', () => {
    const arrays = new Map([['x', ramp('int8', [5])]])
    expect(writeNpz(arrays)).toEqual(writeNpz(arrays))
  })
})

const python = await findPython('numpy')

describe('NumPy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'caplet-arrays-'))
  const ask = (code: string) => execFileSync(python!, ['-c', code], { cwd: folder, encoding: 'utf8' })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('reads what is written here', ({ skip }) => {
    skip(python === null, 'no Python with NumPy')
    writeFileSync(join(folder, 'a.npy'), writeNpy(ramp('float32', [2, 3])))
    writeFileSync(join(folder, 'b.npz'), writeNpz(new Map([['/x', ramp('uint8', [3])]])))
    const code = `import numpy as np; a = np.load("a.npy"); b = np.load("b.npz")["/x"]; print(a.dtype, a.tolist(), b.dtype, b.tolist())`
    expect(ask(code).trim()).toBe('float32 [[-1.0, -0.75, -0.5], [-0.25, 0.0, 0.25]] uint8 [0, 1, 2]')
  })

  it('writes what is read here: column-major, half precision, compressed', ({ skip }) => {
    skip(python === null, 'no Python with NumPy')
    ask(`
import numpy as np
a = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
np.save("f.npy", np.asfortranarray(a))
np.save("h.npy", np.array([0.5, -2.0, 65504.0], dtype=np.float16))
np.save("big.npy", a.astype(">i2"))
np.savez_compressed("c.npz", x=a, y=np.array([True, False]))
`)
    const read = (name: string) => parseArrays(readFileSync(join(folder, name)), name)
    const expected = ramp('int16', [2, 3, 4])
    expect(read('f.npy').get(null)).toEqual(expected)
    expect(read('h.npy').get(null)!.data).toEqual(Float32Array.of(0.5, -2, 65504))
    expect(read('c.npz').get('x')).toEqual(expected)
    expect(read('c.npz').get('y')).toEqual({ type: 'bool', shape: [2], data: Uint8Array.of(1, 0) })
    expect(() => read('big.npy')).toThrow(CapletError)
  })
})

describe('files that are not arrays', () => {
  const whole = writeNpy(ramp('float32', [3, 5]))
  const zip = writeNpz(new Map([['x', ramp('float32', [30])]]))
  it.each([
    ['text', new TextEncoder().encode('1, 2, 3')],
    ['nothing', new Uint8Array(0)],
    ['a header alone', whole.slice(0, 64)],
    ['a truncated array', whole.slice(0, -4)],
    ['an array cut inside an element', whole.slice(0, -3)],
    ['half a header', whole.slice(0, 30)],
    ['a truncated archive', zip.slice(0, -30)],
  ])('%s is refused by name', (_, bytes) => {
    expect(() => parseArrays(bytes, 'x.npy')).toThrow(CapletError)
    expect(() => parseArrays(bytes, 'x.npy')).toThrow(/x\.npy/)
  })

  it('no mutant crashes', () => {
    fc.assert(
      fc.property(fc.constantFrom(whole, zip), fc.nat(), fc.nat(255), (file, at, value) => {
        const bytes = file.slice()
        bytes[at % bytes.length] = value
        try {
          parseArrays(bytes, 'x.npy')
        } catch (error) {
          expect(error).toBeInstanceOf(CapletError)
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('values for an edge', () => {
  const edge = { name: 'x', type: 'int8', shape: [1, 2], scale: 0.5, zero_point: -3 } as const
  const floats = (
    values: number[],
    shape: number[],
    type: 'float32' | 'float64' = 'float32',
  ): NumpyArray => ({
    ...{ type, shape },
    data: type === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
  })
  const bytes = (...quanta: number[]) => new Uint8Array(Int8Array.from(quanta).buffer)

  it('are quantized by the contract: ties to even, saturated, float64 rounded to float32 first', () => {
    expect(edgeBytes(floats([0.25, 0.75], [1, 2]), edge, 'f')).toEqual(bytes(-3, -1))
    expect(edgeBytes(floats([1e9, -1e9], [1, 2]), edge, 'f')).toEqual(bytes(127, -128))
    expect(edgeBytes(floats([0.25 + 1e-12, Number.NaN], [1, 2], 'float64'), edge, 'f')).toEqual(bytes(-3, 0))
  })

  it('are quantized halves away from zero under the contract tflite', () => {
    const away = { ...edge, roundsHalfAway: true }
    expect(edgeBytes(floats([0.25, -0.25], [1, 2]), away, 'f')).toEqual(bytes(-2, -4))
    expect(edgeBytes(floats([Number.POSITIVE_INFINITY, Number.NaN], [1, 2]), away, 'f')).toEqual(
      bytes(127, -3),
    )
  })

  it('pass as they are where the type is the edge’s', () => {
    const array: NumpyArray = { type: 'int8', shape: [1, 2], data: Int8Array.of(-128, 7) }
    expect(edgeBytes(array, edge, 'f')).toEqual(bytes(-128, 7))
  })

  it('are refused by name where type or shape are wrong', () => {
    const wide: NumpyArray = { type: 'int64', shape: [1, 2], data: BigInt64Array.of(1n, 2n) }
    expect(() => edgeBytes(wide, edge, 'f.npy')).toThrow(/"x" is int8; f\.npy has int64/)
    expect(() => edgeBytes(floats([1, 2], [2]), edge, 'f.npy')).toThrow(/\[1, 2\]; f\.npy has \[2\]/)
  })

  it('may be several samples', () => {
    for (const shape of [
      [3, 2],
      [3, 1, 2],
    ]) {
      expect(samplesOf(floats([0, 1, 2, 3, 4, 5], shape), edge, 'f')).toEqual([
        bytes(-3, -1),
        bytes(1, 3),
        bytes(5, 7),
      ])
    }
    expect(samplesOf(floats([0, 1], [1, 2]), edge, 'f')).toEqual([bytes(-3, -1)])
    expect(() => samplesOf(floats([0, 1, 2], [3]), edge, 'f')).toThrow(/has \[3\]/)
  })
})
