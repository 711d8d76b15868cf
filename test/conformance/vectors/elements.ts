// SPDX-License-Identifier: Apache-2.0
// Vectors of sums, products and extremes of elements, of pools, and of what moves elements.
import { sizeOf } from '../../../compiler/ir/types.js'
import type { TfliteTensor } from '../../../runtime/oracle/write-tflite.js'
import { Incomplete, type VectorFile } from '../vector-file.js'
import {
  type Attributes,
  asGiven,
  fixedNamed,
  modelOf,
  outputOf,
  planeOf,
  single,
  typeOf,
  type Vector,
} from './vector.js'

export function pool(file: VectorFile): Vector {
  const data = file.array(['input_tensor'])
  const pixels = (kind: string) => [...planeOf(file, kind, ['H', 'W']), file.number(`${kind}_C`)]
  const batch = data.length / sizeOf(pixels('INPUT'))
  const [filterHeight, filterWidth] = planeOf(file, 'FILTER', ['H', 'W']) as [number, number]
  const [strideHeight, strideWidth] = planeOf(file, 'STRIDE', ['H', 'W']) as [number, number]
  const padding = file.text('PAD') === 'SAME' ? 0 : 1
  const type = typeOf(data)
  const bounds = [file.number('ACTIVATION_MIN'), file.number('ACTIVATION_MAX')] as const
  const isAverage = file.name.startsWith('avg')
  const { activation, scale } = isAverage ? unbounded : activationOf(type, ...bounds)
  const options = { padding, filterHeight, filterWidth, strideHeight, strideWidth, activation }
  const tensor = (name: string, kind: string): TfliteTensor => ({
    ...{ name, type, shape: [batch, ...pixels(kind)], scales: [scale], zeroPoints: [0] },
  })
  const tensors = [tensor('input', 'INPUT'), tensor('output', 'OUTPUT')]
  const operator = isAverage ? 'AVERAGE_POOL_2D' : 'MAX_POOL_2D'
  const attributes = activation === 0 ? [asGiven] : [asGiven, asGiven]
  return {
    text: modelOf({ operator, inputs: ['input'], options }, tensors),
    attributes: isAverage ? [bounded(...bounds)] : attributes,
  }
}

/** Of an operator that has bounds. */
export const bounded =
  (min: number, max: number) =>
  (given: Attributes): Attributes => ({ ...given, min, max })

const unbounded = { activation: 0, scale: 1 }

/** The fused activation, and the scale at which it has these bounds: a maximum has none of its own. */
function activationOf(type: string, min: number, max: number): typeof unbounded {
  const [relu1, relu6] = [2, 3]
  const greatest = type === 'int8' ? 127 : 32767
  if (min === -greatest - 1 && max === greatest) return unbounded
  if (min === 0) return { activation: relu6, scale: Math.fround(6 / max) }
  if (min === -max) return { activation: relu1, scale: Math.fround(1 / max) }
  throw new Incomplete(`no fused activation has the bounds ${min} and ${max}`)
}

export function binary(file: VectorFile): Vector {
  const size = file.number('DST_SIZE')
  const operator = file.name.startsWith('add') ? 'ADD' : 'MUL'
  const type = typeOf(file.array(['input1']))
  const input = (index: number) => ({
    ...{ name: `input${index}`, type, shape: [size], scales: [1] },
    zeroPoints: [-file.number(`INPUT${index}_OFFSET`)],
  })
  const operand = (given: Attributes, index: number) =>
    operator === 'MUL' ? given : { ...given, fixed: fixedNamed(file, `INPUT${index}`, 'MULT') }
  const attributes = (given: Attributes) => ({
    ...given,
    ...{ a: operand(given.a, 1), b: operand(given.b, 2) },
    leftShift: operator === 'ADD' ? file.number('LEFT_SHIFT') : given.leftShift,
    requantization: {
      ...given.requantization,
      fixed: [fixedNamed(file, 'OUTPUT', 'MULT')],
      ...{ min: file.number('OUT_ACTIVATION_MIN'), max: file.number('OUT_ACTIVATION_MAX') },
    },
  })
  const tensors = [input(1), input(2), outputOf(file, type, [size])]
  return {
    text: modelOf({ operator, inputs: ['input1', 'input2'], options: {} }, tensors),
    attributes: [attributes],
  }
}

export function extreme(file: VectorFile): Vector {
  const axes = ['BATCH', 'HEIGHT', 'WIDTH', 'CHANNEL']
  const shapeOf = (suffix: string) => axes.map((axis) => file.number(`${axis}_${suffix}`))
  const tensor = (name: string, shape: readonly number[]) => ({ name, type: 'int8', shape, ...single })
  const outputShape = axes.map((axis) => file.number(`OUTPUT_${axis}`))
  const operator = file.name.startsWith('maximum') ? 'MAXIMUM' : 'MINIMUM'
  return {
    text: modelOf({ operator, inputs: ['input_1', 'input_2'] }, [
      ...[tensor('input_1', shapeOf('1')), tensor('input_2', shapeOf('2'))],
      tensor('output', outputShape),
    ]),
    attributes: [asGiven],
  }
}

export function pad(file: VectorFile): Vector {
  const axes = ['N', 'H', 'W', 'C']
  const pads = axes.flatMap((axis) => [file.number(`PRE_PAD_${axis}`), file.number(`POST_PAD_${axis}`)])
  const shape = axes.map((axis) => file.number(`INPUT_${axis}`))
  const quantization = { scales: [1], zeroPoints: [file.number('PAD_VALUE')] }
  const padded = shape.map((length, axis) => length + pads[2 * axis]! + pads[2 * axis + 1]!)
  return {
    text: modelOf({ operator: 'PAD', inputs: ['input', 'pads'] }, [
      { name: 'input', type: 'int8', shape, ...quantization },
      { name: 'pads', type: 'int32', shape: [4, 2], data: Int32Array.from(pads) },
      { name: 'output', type: 'int8', shape: padded, ...quantization },
    ]),
    attributes: [],
  }
}

export function transpose(file: VectorFile): Vector {
  const [shape, order] = [file.list('IN_DIM'), file.list('PERM')]
  return {
    text: modelOf({ operator: 'TRANSPOSE', inputs: ['input', 'order'] }, [
      { name: 'input', type: 'int8', shape, ...single },
      { name: 'order', type: 'int32', shape: [order.length], data: Int32Array.from(order) },
      { name: 'output', type: 'int8', shape: order.map((axis) => shape[axis]!), ...single },
    ]),
    attributes: [],
  }
}
