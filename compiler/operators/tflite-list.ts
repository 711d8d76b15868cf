// SPDX-License-Identifier: Apache-2.0
// Every TensorFlow Lite operator that is read, by name. The table that `caplet operators` prints comes from here.
import * as convolution from './convolution/tflite.js'
import * as fixedBinary from './fixed-binary/tflite.js'
import * as fixedSoftmax from './fixed-softmax/tflite.js'
import * as fullyConnected from './fully-connected/tflite.js'
import * as pools from './integer-average-pool/tflite.js'
import * as quantize from './quantize/tflite.js'
import * as reshape from './reshape/tflite.js'
import type { TfliteOperator } from './tflite.js'

const folders: readonly Readonly<Record<string, unknown>>[] = [
  ...[convolution, fixedBinary, fixedSoftmax, fullyConnected, pools, quantize, reshape],
]

const isOperator = (value: unknown): value is TfliteOperator =>
  typeof value === 'object' && value !== null && 'convert' in value && 'inputs' in value

export const tfliteOperators: ReadonlyMap<string, TfliteOperator> = new Map(
  folders
    .flatMap((folder) => Object.values(folder).filter(isOperator))
    .map((operator) => [operator.name, operator]),
)
