// SPDX-License-Identifier: Apache-2.0
// Reads and writes NumPy .npz files (a zip of .npy files), the format in which features reach the training
// and the demo. Equal arrays give equal bytes: fixed time stamp, entries in the order given.

import { unzipSync, zipSync } from 'fflate'
import { dump, parse } from 'npyjs'

export type NumericArray = Float32Array | Int32Array | Uint8Array
export interface NamedArray {
  shape: number[]
  data: NumericArray
}

export function writeNpz(arrays: Record<string, NamedArray>): Uint8Array {
  const entries = Object.entries(arrays).map(([name, { shape, data }]) => [
    `${name}.npy`,
    new Uint8Array(dump(data, shape)),
  ])
  // zip stores local calendar time: this constructor gives the same fields in every time zone
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: new Date(1980, 0, 1) })
}

export function readNpz(bytes: Uint8Array): Record<string, NamedArray> {
  return Object.fromEntries(
    Object.entries(unzipSync(bytes)).map(([file, content]) => {
      const { data, shape, fortranOrder } = parse(content.slice().buffer)
      const isKnown = data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array
      if (!isKnown || fortranOrder) throw new Error(`${file}: not float32, int32 or uint8 in C order`)
      return [file.replace(/\.npy$/, ''), { shape, data }]
    }),
  )
}
