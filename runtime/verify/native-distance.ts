// SPDX-License-Identifier: Apache-2.0
// How far a native ONNX Runtime is from the contract's reference: information, not part of the verdict.
import { CapletError } from '../../compiler/errors.js'
import { quantizationOf } from '../edge-values.js'
import { openNativeOracle } from '../oracle/native.js'
import type { OracleOptions, OracleTensor } from '../oracle/oracle.js'
import { type BoundState, feedBack } from '../oracle/states.js'
import type { ModelEdge } from './feeds.js'

export interface NativeDistance {
  /** Package, version and processor. */
  readonly reference: string
  readonly outputsCompared: number
  readonly differing: number
  /** In quanta of the output; in its own unit where the output is not quantized. */
  readonly largest: number
}

export interface NativeComparison {
  add(
    feeds: Readonly<Record<string, OracleTensor>>,
    expected: Readonly<Record<string, OracleTensor>>,
  ): Promise<void>
  /** A new sequence. */
  reset(): Promise<void>
  distance(): NativeDistance
  close(): Promise<void>
}

/** Throws CapletError missing-runtime where no native ONNX Runtime is installed. */
export async function openNativeComparison(
  model: Uint8Array,
  options: OracleOptions,
  outputs: readonly ModelEdge[],
  states: readonly BoundState[],
): Promise<NativeComparison> {
  const opened = await openNativeOracle(model, options)
  if (!opened) {
    throw new CapletError({
      code: 'missing-runtime',
      message: 'No native ONNX Runtime is installed here',
      remedy:
        'python3 -m pip install onnxruntime, or npm install onnxruntime-node; CAPLET_PYTHON names another Python.',
    })
  }
  const native = feedBack(opened, states)
  let outputsCompared = 0
  let differing = 0
  let largest = 0
  return {
    add: async (feeds, expected) => {
      const actual = await native.run(feeds)
      for (const edge of outputs) {
        const unit = quantizationOf(edge)?.scale ?? 1
        const [wanted, found] = [expected[edge.name]!.data, actual[edge.name]!.data]
        outputsCompared += wanted.length
        for (let index = 0; index < wanted.length; index++) {
          if (Object.is(wanted[index], found[index])) continue
          differing++
          largest = Math.max(largest, Math.abs(Number(wanted[index]) - Number(found[index])) / unit)
        }
      }
    },
    reset: () => native.reset(),
    distance: () => ({ reference: native.reference, outputsCompared, differing, largest: rounded(largest) }),
    close: () => native.release(),
  }
}

/** Differences of two multiples of a scale are not quite one themselves. */
const rounded = (value: number): number => Number(value.toPrecision(6))
