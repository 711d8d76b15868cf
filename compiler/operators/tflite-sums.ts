// SPDX-License-Identifier: Apache-2.0
// Biases of sums of products in TensorFlow Lite.
import type { TfliteNode } from './tflite.js'

/** int32, one per output channel; null where there is none. */
export function tfliteBias(node: TfliteNode, input: number, channels: number): Int32Array | null {
  if (!node.has(input)) return null
  const { type, data, shape } = node.constant(input, 'The bias')
  if (type !== 'int32') {
    throw node.error(
      'unsupported-type',
      `The bias has type ${type} instead of int32`,
      'Convert the model again.',
    )
  }
  if (data.length !== channels) throw node.malformed(`The bias [${shape}] does not have ${channels} entries`)
  return data as Int32Array
}
