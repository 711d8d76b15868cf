// SPDX-License-Identifier: Apache-2.0
// ONNX Pad. The pad value of a float tensor is quantized with it; on integer tensors it is the integer itself.
import { quantize } from '../../arithmetic/float32.js'
import type { PadAttributes } from '../../ir/operators.js'
import { rangeOf } from '../../ir/types.js'
import { asFloat } from '../../passes/convert/copies.js'
import { CommutingFloat } from '../../passes/convert/floats.js'
import { quantumOf } from '../../passes/convert/tables.js'
import { float32Scalar, int64s, type OnnxNode, type OnnxOperator } from '../onnx.js'

function padsOf(node: OnnxNode): number[] {
  const rank = node.shape(0).length
  const given = node.integers(1, 'the pads')
  const axes = node.has(3)
    ? node.integers(3, 'the axes').map((a) => node.axis(a, rank))
    : Array.from({ length: rank }, (_, i) => i)
  if (given.length !== 2 * axes.length) {
    throw node.error('malformed-model', `${given.length} pads for ${axes.length} axes`, 'Give two per axis.')
  }
  const pads = new Array<number>(2 * rank).fill(0)
  axes.forEach((axis, i) => {
    pads[axis] = given[i]!
    pads[axis + rank] = given[i + axes.length]!
  })
  return pads
}

function modeOf(node: OnnxNode): PadAttributes['mode'] {
  const mode = node.string('mode', 'constant')
  if (mode === 'constant' || mode === 'reflect' || mode === 'edge') return mode
  throw node.error(
    'unsupported-attribute',
    `mode "${mode}" is not supported`,
    'Use constant, edge or reflect.',
    'mode',
  )
}

export const pad: OnnxOperator = {
  name: 'Pad',
  inputs: [2, 4],
  attributes: { mode: 'string' },
  earlier: [
    {
      until: 10,
      inputs: [1, 1],
      attributes: { mode: 'string', pads: 'ints', value: 'float' },
      upgrade: (node) => ({
        inputs: [
          node.node.inputs[0]!,
          int64s(node.ints('pads') ?? []),
          float32Scalar(node.float('value', 0)),
        ],
        attributes: { mode: node.string('mode', 'constant') },
      }),
    },
  ],
  infer: (node) => {
    const pads = padsOf(node)
    const input = node.shape(0)
    const shape = input.map((d, i) => d + pads[i]! + pads[i + input.length]!)
    if (shape.some((d) => d < 1)) {
      throw node.error('malformed-model', `pads [${pads}] leave nothing of [${input}]`, 'Correct them.')
    }
    const isReflected = modeOf(node) === 'reflect'
    if (isReflected && input.some((d, i) => pads[i]! >= d || pads[i + input.length]! >= d)) {
      throw node.error('malformed-model', `reflect pads [${pads}] exceed [${input}]`, 'Make them smaller.')
    }
    return [{ type: node.type(0).type, shape }]
  },
  convert: (node, conversion) => {
    const output = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(output)!
    const [pads, mode] = [padsOf(node), modeOf(node)]
    const constant = node.has(2) ? conversion.requiredConstant(node, 2, 'the pad value') : undefined
    const fill = constant ? Number(constant.data[0]) : 0
    const value = conversion.value(node.node.inputs[0]!)
    if (value.kind === 'integer') {
      const tensor = conversion.emit(
        'pad',
        [value.tensor],
        { type: value.type, shape },
        { pads, mode, value: fill },
      )
      conversion.define(output, { kind: 'integer', type: value.type, shape, tensor })
      return
    }
    const float = asFloat(conversion, value)
    const { grid } = float
    const byte = grid && grid.axis === null ? grid.values.indexOf(Math.fround(fill)) : -1
    if (grid && grid.axis === null && (byte >= 0 || mode !== 'constant')) {
      const quantum = byte >= 0 ? quantumOf(byte, grid.type) : 0
      const attributes = { pads, mode, value: quantum }
      const tensor = conversion.emit('pad', [grid.tensor], { type: grid.type, shape }, attributes)
      conversion.define(output, conversion.grid(shape, { ...grid, tensor }))
      return
    }
    const padded = new CommutingFloat(conversion, shape, 'pad', [float], (target) => ({
      pads,
      mode,
      value: target ? quantize(fill, target, rangeOf(target.type)) : fill,
    }))
    conversion.define(output, padded)
  },
}
