// SPDX-License-Identifier: Apache-2.0
// Arrays in and out as NumPy keeps them: .npy (one array) and .npz (a zip of them, by name).
import { unzipSync, zipSync } from 'fflate'
import { parse } from 'npyjs'
import { CapletError } from '../compiler/errors.js'
import {
  allocate,
  bytesPerElement,
  type Data,
  type ElementType,
  type NibbleType,
  sizeOf,
} from '../compiler/ir/types.js'

/** A dense array, row-major. */
export interface NumpyArray {
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly data: Data
}

/** NumPy's spelling of the element types that a capsule can have. */
const descriptors: Readonly<Record<Exclude<ElementType, NibbleType>, string>> = {
  bool: '|b1',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  float32: '<f4',
  float64: '<f8',
}

function descriptorOf(type: ElementType): string {
  if (type !== 'int4' && type !== 'uint4') return descriptors[type]
  throw new Error(`no file of NumPy's holds ${type}`)
}

const elementTypes = new Map(
  Object.entries(descriptors).map(([type, descriptor]) => [descriptor.slice(1), type as ElementType]),
).set('f2', 'float32') // npyjs widens float16, which is exact

const npyMagic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
const zipMagic = [0x50, 0x4b]

const startsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, i) => bytes[i] === byte)

const badArray = (file: string, message: string, remedy: string): CapletError =>
  new CapletError({ code: 'bad-array', message: `${file}: ${message}`, remedy, file })

/** The arrays of a .npz by name, or the one of a .npy under the name null. Throws CapletError where the file is neither. */
export function parseArrays(bytes: Uint8Array, file: string): Map<string | null, NumpyArray> {
  if (startsWith(bytes, npyMagic)) return new Map([[null, parseNpy(bytes, file)]])
  if (!startsWith(bytes, zipMagic)) {
    throw badArray(file, 'it is neither .npy nor .npz', 'Write it with numpy.save or numpy.savez.')
  }
  let entries: Record<string, Uint8Array>
  try {
    entries = unzipSync(bytes)
  } catch (error) {
    throw badArray(
      file,
      `the archive is damaged (${(error as Error).message})`,
      'Write it again with numpy.savez.',
    )
  }
  return new Map(
    Object.entries(entries).map(([name, content]) => {
      const array = name.replace(/\.npy$/, '')
      return [array, parseNpy(content, `${file}, array "${array}"`)]
    }),
  )
}

function parseNpy(bytes: Uint8Array, file: string): NumpyArray {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(new Uint8Array(bytes).buffer)
  } catch (error) {
    const remedy = 'Save a little-endian array of bool, integers or floats with numpy.save.'
    throw badArray(file, `it cannot be read (${(error as Error).message})`, remedy)
  }
  const type = elementTypes.get(parsed.dtype)
  const { shape, fortranOrder } = parsed
  if (!type || !shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0)) {
    const remedy = 'Save a little-endian array of bool, integers or floats with numpy.save.'
    throw badArray(file, `it has element type ${parsed.dtype} and shape (${shape})`, remedy)
  }
  const values = parsed.data as unknown as ArrayLike<never>
  if (values.length !== sizeOf(shape)) {
    throw badArray(
      file,
      `it holds ${values.length} elements, but its shape (${shape}) says ${sizeOf(shape)}`,
      'The file is damaged: write it again.',
    )
  }
  const data = allocate(type, values.length)
  const order = fortranOrder ? columnMajorIndex(shape) : (index: number) => index
  for (let index = 0; index < data.length; index++) data[index] = values[order(index)]!
  return { type, shape, data }
}

/** Position in a column-major file of the element at a row-major index. */
function columnMajorIndex(shape: readonly number[]): (index: number) => number {
  return (index) => {
    let rest = index
    let position = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = sizeOf(shape.slice(0, axis))
      position += (rest % shape[axis]!) * stride
      rest = Math.floor(rest / shape[axis]!)
    }
    return position
  }
}

/** A .npy file, version 1.0: magic, header padded to a multiple of 64 bytes, then the elements. */
export function writeNpy({ type, shape, data }: NumpyArray): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const header = `{'descr': '${descriptorOf(type)}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((10 + header.length + 1) / 64) * 64
  const file = new Uint8Array(length + data.length * bytesPerElement(type))
  file.set([...npyMagic, 1, 0])
  new DataView(file.buffer).setUint16(8, length - 10, true)
  file.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10)
  file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length)
  return file
}

/** A .npz file; equal arrays give equal bytes. */
export function writeNpz(arrays: ReadonlyMap<string, NumpyArray>): Uint8Array {
  const entries = [...arrays].map(([name, array]) => [`${name}.npy`, writeNpy(array)] as const)
  // Zip keeps local calendar time: this constructor gives the same fields in every time zone.
  return zipSync(Object.fromEntries(entries), { level: 6, mtime: new Date(1980, 0, 1) })
}
