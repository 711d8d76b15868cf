// SPDX-License-Identifier: Apache-2.0
// Which kind of model a test vector of CMSIS-NN becomes, by its name.
import { Incomplete, type VectorFile } from './vector-file.js'
import { binary, extreme, pad, pool, transpose } from './vectors/elements.js'
import { network } from './vectors/network.js'
import { lstm, svdf } from './vectors/recurrent.js'
import { softmax } from './vectors/softmax.js'
import { batchMatmul, convolution, fullyConnected, transposedConvolution } from './vectors/sums.js'
import type { Vector } from './vectors/vector.js'

/** The first that fits. */
const kinds: readonly (readonly [RegExp, (file: VectorFile) => Vector])[] = [
  [/^svdf/, svdf],
  [/^lstm/, lstm],
  [/^ds_cnn/, network],
  [/^(reverse_)?transpose_conv/, transposedConvolution],
  [/^transpose/, transpose],
  [/^(avg|max)pool/, pool],
  [/^batch_matmul/, batchMatmul],
  [/^(add|mul)/, binary],
  [/^(maximum|minimum)/, extreme],
  [/^softmax/, (file) => softmax(file)],
  [/^pad/, pad],
  [/^(fully_connected|fc)/, (file) => fullyConnected(file)],
  [/./, (file) => convolution(file)],
]

/** Throws Incomplete where the file does not determine the vector. */
export function vectorOf(file: VectorFile): Vector {
  if (file.isMixed) throw new Incomplete('it has the arrays of two vectors, but the numbers of one')
  const [, kind] = kinds.find(([pattern]) => pattern.test(file.name))!
  return kind(file)
}
