// SPDX-License-Identifier: Apache-2.0
// Vectors of SOFTMAX: its tables hang on the input's scale, which the vector's multiplier gives.
import { fixedMultiplier } from '../../../compiler/arithmetic/fixed-point.js'
import { Incomplete, type VectorFile } from '../vector-file.js'
import { asGiven, modelOf, type Vector } from './vector.js'

export function softmax(
  file: VectorFile,
  multiplierName = 'INPUT_MULT',
  shiftName = 'INPUT_LEFT_SHIFT',
): Vector {
  const shape = [file.number('NUM_ROWS'), file.number('ROW_SIZE')]
  const [multiplier, shift] = [file.number(multiplierName), file.number(shiftName)]
  const scale = Math.fround((multiplier * 2 ** (shift - 31)) / 2 ** 26)
  const own = fixedMultiplier(scale * 2 ** 26)
  if (own.multiplier !== multiplier || own.shift !== shift) {
    throw new Incomplete('no scale of its input gives its multiplier')
  }
  const tensors = [
    { name: 'input', type: 'int8', shape, scales: [scale], zeroPoints: [0] },
    { name: 'output', type: 'int8', shape, scales: [1 / 256], zeroPoints: [-128] },
  ]
  return {
    text: modelOf({ operator: 'SOFTMAX', inputs: ['input'], options: { beta: 1 } }, tensors),
    attributes: [asGiven],
  }
}
