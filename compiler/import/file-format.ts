// SPDX-License-Identifier: Apache-2.0
// Files that are certainly neither ONNX nor TensorFlow Lite, by their first bytes, so that the message can say what they are.
import { CapletError } from '../errors.js'

const quantizeFirst = 'Export the network to ONNX and quantize it: docs/quantize.md has a recipe.'

/** Latin-1 text at an offset. None of these begins a serialized ModelProto. */
const formats: readonly { magic: string; at: number; is: string; remedy: string }[] = [
  { magic: 'PK\x03\x04', at: 0, is: 'a ZIP archive, as PyTorch and Keras write them', remedy: quantizeFirst },
  { magic: '\x89HDF', at: 0, is: 'an HDF5 file, as Keras writes them', remedy: quantizeFirst },
  { magic: '\x93NUMPY', at: 0, is: 'a NumPy array', remedy: 'Give the model; arrays go to --inputs.' },
  {
    magic: '\0asm',
    at: 0,
    is: 'a WebAssembly module',
    remedy: 'Give the ONNX model that it was built from.',
  },
  {
    magic: 'ORTM',
    at: 4,
    is: 'an ORT-format model',
    remedy: 'Give the .onnx file that it was converted from.',
  },
  {
    magic: 'version https://git-lfs',
    at: 0,
    is: 'a pointer of Git LFS',
    remedy: 'Fetch the file: git lfs pull.',
  },
]

/** Throws CapletError unsupported-format. */
export function refuseOtherFormats(bytes: Uint8Array): void {
  const start = String.fromCharCode(...bytes.subarray(0, 32))
  const format = formats.find(({ magic, at }) => start.startsWith(magic, at))
  if (!format) return
  throw new CapletError({
    code: 'unsupported-format',
    message: `This is ${format.is}; this version compiles ONNX and TensorFlow Lite models only`,
    remedy: format.remedy,
  })
}
