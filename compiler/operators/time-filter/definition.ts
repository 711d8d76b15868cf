// SPDX-License-Identifier: Apache-2.0
// time_filter: the second half of TFLite's SVDF: the last runs of each filter, weighted and summed up. Its state is written
// in place.
import { encodeDoubleRecord } from '../../arithmetic/fixed-point.js'
import type { KernelConstant } from '../../codegen/program.js'
import type { TimeFilterAttributes } from '../../ir/fixed-recurrent-operators.js'
import { bytesPerElement } from '../../ir/types.js'
import { defineOperator } from '../definition.js'
import { nativeType } from '../native-type.js'
import { bytesOf, joinBytes } from '../segment.js'
import { noWork } from '../strided-copy.js'
import { reference } from './reference.js'

export const timeFilter = defineOperator({
  name: 'time_filter',
  summary: 'weighted sums over the last runs (SVDF), in fixed point',
  layout: 'row_major',
  reference,
  lower(node, context) {
    const [before, newest] = node.inputs.map((name) => context.tensor(name))
    const [after, output] = node.outputs.map((name) => context.tensor(name))
    const { weight, bias, stateZeroPoint, requantization } = node.attributes
    const [filters, runs] = weight.shape as [number, number]
    const batch = newest!.shape[0]!
    const unitBytes = recordBytes + ((filters * runs) / bias.length) * bytesPerElement(weight.type)
    const i32 = (value: number): KernelConstant => ({ kind: 'i32', value })
    const usize = (value: number): KernelConstant => ({ kind: 'usize', value })
    return [
      {
        ...noWork,
        name: node.name,
        operator: node.operator,
        kernel: 'time-filter',
        constants: {
          ELEMENT: { kind: 'type', value: nativeType(node, before!) },
          BEFORE: { kind: 'address', tensor: before!.name },
          NEWEST: { kind: 'address', tensor: newest!.name },
          AFTER: { kind: 'address', tensor: after!.name },
          OUTPUT: { kind: 'address', tensor: output!.name },
          WEIGHTS: { kind: 'segment', offset: 0 },
          TILE: { kind: 'scratch', offset: 0 },
          BATCH: usize(batch),
          FILTERS: usize(filters),
          RUNS: usize(runs),
          UNITS: usize(bias.length),
          UNIT_BYTES: usize(unitBytes),
          STATE_ZERO_POINT: i32(stateZeroPoint),
          OUTPUT_ZERO_POINT: i32(requantization.zeroPoint),
          OUTPUT_MIN: i32(requantization.min),
          OUTPUT_MAX: i32(requantization.max),
        },
        inputs: [...node.inputs],
        outputs: [...node.outputs],
        inPlace: [{ input: 0, output: 0 }],
        scratchBytes: unitBytes,
        segment: encodeUnits(node.attributes),
        macs: batch * filters * runs,
        weightBytes: weight.data.byteLength + bias.byteLength,
        requantizer: 'double',
      },
    ]
  },
})

/** The bias with the zero point of the state taken out, and the multiplier. */
const recordBytes = 12

/** Per unit its record, then the weights of its filters. */
function encodeUnits({ weight, bias, stateZeroPoint, requantization }: TimeFilterAttributes): Uint8Array {
  const size = weight.data.length / bias.length
  const values = Array.from(weight.data as ArrayLike<number>)
  const bytes = bytesOf(weight.data)
  const width = bytesPerElement(weight.type)
  return joinBytes(
    Array.from(bias, (own, unit) => {
      const sum = values.slice(unit * size, (unit + 1) * size).reduce((a, b) => a + b, 0)
      const record = encodeDoubleRecord((own - stateZeroPoint * sum) | 0, requantization.fixed[0]!)
      return joinBytes([record, bytes.slice(unit * size * width, (unit + 1) * size * width)])
    }),
  )
}
