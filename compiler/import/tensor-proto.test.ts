// SPDX-License-Identifier: Apache-2.0
// Tensors as models hold them: raw or typed, in the file or beside it; claims that their bytes do not keep.
import proto from 'onnx-proto'
import { describe, expect, it } from 'vitest'
import { CapletError } from '../errors.js'
import type { Constant } from '../ir/types.js'
import { constantFromProto, type LoadExternalData } from './tensor-proto.js'

const { onnx } = proto
const { DataType, DataLocation } = onnx.TensorProto
type Fields = Parameters<typeof onnx.TensorProto.create>[0]

const nothing: LoadExternalData = () => new Uint8Array(0)

/** Through the wire format, as in a file. */
function read(fields: Fields, load = nothing): Constant {
  const bytes = onnx.TensorProto.encode(onnx.TensorProto.create({ name: 't', ...fields })).finish()
  return constantFromProto(onnx.TensorProto.decode(bytes), load)
}

/** Code and message of the refusal. */
function refusal(fields: Fields, load = nothing): string {
  try {
    read(fields, load)
  } catch (error) {
    if (error instanceof CapletError) return `${error.problems[0]!.code}: ${error.problems[0]!.message}`
    throw error
  }
  return 'none'
}

const bytesOf = (data: ArrayBufferView) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)

describe('one tensor, raw and in the typed field of its kind', () => {
  it.each([
    ['float32', DataType.FLOAT, Float32Array.of(0.1, -0, Number.NaN), { floatData: [0.1, -0, Number.NaN] }],
    ['uint8', DataType.UINT8, Uint8Array.of(0, 128, 255), { int32Data: [0, 128, 255] }],
    ['int8', DataType.INT8, Int8Array.of(-128, 0, 127), { int32Data: [-128, 0, 127] }],
    ['uint16', DataType.UINT16, Uint16Array.of(0, 1, 65535), { int32Data: [0, 1, 65535] }],
    ['int16', DataType.INT16, Int16Array.of(-32768, 0, 1), { int32Data: [-32768, 0, 1] }],
    ['int32', DataType.INT32, Int32Array.of(-(2 ** 31), 0, 1), { int32Data: [-(2 ** 31), 0, 1] }],
    ['bool', DataType.BOOL, Uint8Array.of(0, 1, 1), { int32Data: [0, 1, 1] }],
    ['float64', DataType.DOUBLE, Float64Array.of(0.1, -0, 1e300), { doubleData: [0.1, -0, 1e300] }],
    ['int64', DataType.INT64, BigInt64Array.of(-1n, 0n, 1n), { int64Data: [-1, 0, 1] }],
    ['uint32', DataType.UINT32, Uint32Array.of(0, 1, 2 ** 32 - 1), { uint64Data: [0, 1, 2 ** 32 - 1] }],
  ] as [string, number, ArrayBufferView, Fields][])('%s', (type, dataType, data, typed) => {
    const expected = { type, shape: [3], data }
    expect(read({ dataType, dims: [3], rawData: bytesOf(data) })).toEqual(expected)
    expect(read({ dataType, dims: [3], ...(typed as unknown as Fields) })).toEqual(expected)
  })
})

it('keeps every bit of 64-bit integers', () => {
  const data = BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n + 1n)
  const raw = read({ dataType: DataType.INT64, dims: [3], rawData: bytesOf(data) })
  expect(raw.data).toEqual(data)
  const [most, least, odd] = [...bigintsAsProto(data)]
  const typed = onnx.TensorProto.decode(
    onnx.TensorProto.encode({
      dataType: DataType.INT64,
      dims: [3],
      int64Data: [most!, least!, odd!],
    }).finish(),
  )
  expect(constantFromProto(typed, nothing).data).toEqual(data)
})

/** Varints of the wire format, decoded by the library as it decodes a file's. */
function bigintsAsProto(data: BigInt64Array) {
  const varint = (value: bigint): number[] => {
    const bytes: number[] = []
    let rest = BigInt.asUintN(64, value)
    for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
    return [...bytes, Number(rest)]
  }
  const packed = [...data].flatMap(varint)
  const int64Data = (7 << 3) | 2
  return onnx.TensorProto.decode(Uint8Array.from([int64Data, packed.length, ...packed])).int64Data
}

it('reads raw data wherever it lies in the file', () => {
  const file = Uint8Array.from([9, ...bytesOf(Float32Array.of(1.5, -2))])
  const tensor = { dataType: DataType.FLOAT, dims: [2], rawData: file.subarray(1) }
  expect(constantFromProto(tensor, nothing).data).toEqual(Float32Array.of(1.5, -2))
})

it('takes a tensor without dimensions for one element, and a dimension of 0 for none', () => {
  expect(read({ dataType: DataType.INT8, int32Data: [7] })).toEqual({
    ...{ type: 'int8', shape: [], data: Int8Array.of(7) },
  })
  expect(read({ dataType: DataType.INT8, dims: [3, 0] })).toEqual({
    ...{ type: 'int8', shape: [3, 0], data: new Int8Array(0) },
  })
})

describe('claims that are not kept', () => {
  const int8 = { dataType: DataType.INT8 }
  it.each([
    ['too few raw bytes', { ...int8, dims: [4], rawData: new Uint8Array(3) }, /3 bytes .* need 4/],
    ['too many raw bytes', { ...int8, dims: [4], rawData: new Uint8Array(5) }, /5 bytes .* need 4/],
    ['bytes of a narrower type', { dataType: 1, dims: [4], rawData: new Uint8Array(4) }, /need 16/],
    ['too few elements', { ...int8, dims: [2, 2], int32Data: [1, 2, 3] }, /3 elements .* needs 4/],
    ['elements in the field of another type', { ...int8, dims: [1], floatData: [1] }, /0 elements/],
    ['no data', { ...int8, dims: [4] }, /0 elements .* needs 4/],
    ['a negative dimension', { ...int8, dims: [2, -2], int32Data: [1, 2, 3, 4] }, /dimension -2/],
    ['2 GB in 4 bytes', { ...int8, dims: [1 << 16, 1 << 15], rawData: new Uint8Array(4) }, /65536x32768/],
    ['a product beyond 64 bits', { ...int8, dims: Array(9).fill(2 ** 31 - 1) }, /claims/],
    ['a product beyond, hidden by a 0', { ...int8, dims: [2 ** 31 - 1, 2 ** 31 - 1, 0] }, /claims/],
  ] as [string, Fields, RegExp][])('%s', (_, fields, tells) => {
    const text = refusal(fields)
    expect(text).toMatch(/^malformed-model: tensor "t"/)
    expect(text).toMatch(tells)
  })

  it('are refused before memory is taken for them', () => {
    const before = process.memoryUsage().arrayBuffers
    refusal({ ...int8, dims: [1 << 28], rawData: new Uint8Array(4) })
    refusal({ ...int8, dims: [1 << 28] })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24)
  })
})

describe('4-bit elements', () => {
  // 0x21, 0x83 low bits first: 1, 2, 3, -8; the last half byte is beyond the shape.
  it.each([
    ['raw bytes', { dims: [2, 2], rawData: Uint8Array.of(0x21, 0x83) }, [1, 2, 3, -8]],
    ['a typed field', { dims: [3], int32Data: [0x21, 0xff] }, [1, 2, -1]],
  ])('are unpacked from %s', (_, fields, values) => {
    expect(read({ dataType: 22 as 1, ...fields })).toMatchObject({
      type: 'int4',
      data: Int8Array.from(values),
    })
    const unsigned = Uint8Array.from(values, (value) => value & 15)
    expect(read({ dataType: 21 as 1, ...fields })).toMatchObject({ type: 'uint4', data: unsigned })
  })

  it('are refused where bytes are too few', () => {
    expect(refusal({ dataType: 22 as 1, dims: [5], rawData: new Uint8Array(2) })).toMatch(/^malformed-model/)
  })
})

it.each([
  [8, 'string'],
  [10, 'float16'],
  [16, 'bfloat16'],
  [17, 'float8e4m3fn'],
  [0, 'number 0'],
  [99, 'number 99'],
])('refuses element type %i by name', (dataType, name) => {
  const text = refusal({ dataType: dataType as 1, dims: [1], rawData: new Uint8Array(2) })
  expect(text).toBe(`unsupported-type: tensor "t" has element type ${name}`)
})

describe('a tensor in a file beside the model', () => {
  const file = bytesOf(Int16Array.of(1, -2, 3, -4))
  const load: LoadExternalData = () => file
  const external = (entries: Record<string, string>): Fields => ({
    ...{ dataType: DataType.INT16, dims: [2], dataLocation: DataLocation.EXTERNAL },
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
  })

  it('is read at its offset', () => {
    const first = { location: 'w.bin' }
    expect(read(external({ ...first, length: '4' }), load).data).toEqual(Int16Array.of(1, -2))
    expect(read(external({ ...first, offset: '4' }), load).data).toEqual(Int16Array.of(3, -4))
    expect(read(external({ ...first, offset: '2', length: '4' }), load).data).toEqual(Int16Array.of(-2, 3))
  })

  it.each([
    ['without a location', {}, /names no location/],
    ['beyond the file', { location: 'w.bin', offset: '6' }, /up to byte 10, but the file has 8/],
    ['longer than its shape', { location: 'w.bin', length: '8' }, /8 bytes .* need 4/],
    ['at a negative offset', { location: 'w.bin', offset: '-4' }, /offset -4/],
    ['at no number', { location: 'w.bin', offset: 'here' }, /offset here/],
    ['of no length', { location: 'w.bin', length: '1e999' }, /length 1e999/],
  ] as [string, Record<string, string>, RegExp][])('is refused %s', (_, entries, tells) => {
    const text = refusal(external(entries), load)
    expect(text).toMatch(/^malformed-model: tensor "t"/)
    expect(text).toMatch(tells)
  })
})
