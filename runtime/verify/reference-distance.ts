// SPDX-License-Identifier: Apache-2.0
// How far the contract `integer` is from ONNX Runtime on a model: information, not part of the verdict. Nothing that is
// compiled under it is called equal to ONNX Runtime, even where no value differs here.
import { onnxruntimeContract } from '../../compiler/contracts.js'
import { CapletError } from '../../compiler/errors.js'
import type { EdgeLayout } from '../../compiler/passes/assign-layouts.js'
import { dequantizeAll, quantizationOf } from '../edge-values.js'
import { openOracle } from '../oracle/onnxruntime.js'
import type { Oracle, OracleOptions, OracleTensor } from '../oracle/oracle.js'
import { type BoundState, feedBack } from '../oracle/states.js'
import type { EdgeBytes } from '../runtime.js'
import { feedsOf, type ModelEdge } from './feeds.js'

export interface OutputDistance {
  readonly name: string
  readonly valuesCompared: number
  readonly differing: number
  readonly largest: number
  /** Of `largest`: quanta of the output, or reals where it is not quantized. */
  readonly unit: 'steps' | 'reals'
  /** Rows along the last axis, and in how many of them the first maximum is at the same place; null: it has no such rows. */
  readonly top1: { readonly rows: number; readonly agreeing: number } | null
}

export interface ReferenceDistance {
  readonly reference: string
  readonly version: string
  readonly outputs: readonly OutputDistance[]
  /** Why there is none; null where there is. */
  readonly reason: string | null
}

export interface ReferenceComparison {
  /** `expected`: what the contract's own meaning gives. */
  add(inputs: EdgeBytes, expected: Readonly<Record<string, OracleTensor>>): Promise<void>
  /** A new sequence. */
  reset(): Promise<void>
  distance(): ReferenceDistance
  close(): Promise<void>
}

const { reference, version } = onnxruntimeContract

/** Where ONNX Runtime does not load or run the model, the distance says so. */
export async function openReferenceComparison(
  model: Uint8Array,
  options: OracleOptions,
  edges: {
    readonly inputs: readonly ModelEdge[]
    readonly outputs: readonly ModelEdge[]
    readonly states: readonly BoundState[]
  },
  layout: EdgeLayout,
): Promise<ReferenceComparison> {
  const counts = edges.outputs.map((edge) => new Count(edge))
  let oracle: Oracle | null = null
  let reason: string | null = null
  const orReason = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof CapletError)) throw error
      reason ??= error.message
    }
  }
  await orReason(async () => {
    oracle = feedBack(await openOracle(model, options), edges.states)
  })
  return {
    add: (inputs, expected) =>
      orReason(async () => {
        if (!oracle || reason !== null) return
        const found = await (oracle as Oracle).run(feedsOf(edges.inputs, inputs, layout))
        for (const count of counts) count.add(expected[count.name]!, found[count.name]!)
      }),
    reset: async () => {
      await (oracle as Oracle | null)?.reset()
    },
    distance: () => ({
      ...{ reference, version, reason },
      outputs: reason === null ? counts.map((count) => count.distance()) : [],
    }),
    close: async () => {
      await (oracle as Oracle | null)?.release()
    },
  }
}

/** Differences of one output so far. */
class Count {
  readonly name: string
  readonly #edge: ModelEdge
  /** Elements of a row whose maximum is looked for; null: the output has none. */
  readonly #row: number | null
  #compared = 0
  #differing = 0
  #largest = 0
  #rows = 0
  #agreeing = 0

  constructor(edge: ModelEdge) {
    this.name = edge.name
    this.#edge = edge
    const { modelShape } = edge
    const length = modelShape.at(-1) ?? 1
    this.#row = modelShape.length <= 2 && length > 1 ? length : null
  }

  add(own: OracleTensor, reference: OracleTensor): void {
    const quantization = quantizationOf(this.#edge)
    const isReal = quantization !== null && reference.type === 'float32'
    const ours = isReal ? dequantizeAll(own.data, quantization) : own.data
    const theirs = reference.data
    const unit = isReal ? quantization.scale : 1
    this.#compared += ours.length
    for (let index = 0; index < ours.length; index++) {
      if (Object.is(ours[index], theirs[index])) continue
      this.#differing++
      const difference = Math.abs(Number(ours[index]) - Number(theirs[index])) / unit
      if (difference > this.#largest) this.#largest = difference
    }
    if (this.#row === null) return
    for (let start = 0; start < ours.length; start += this.#row) {
      this.#rows++
      if (firstMaximum(ours, start, this.#row) === firstMaximum(theirs, start, this.#row)) this.#agreeing++
    }
  }

  distance(): OutputDistance {
    return {
      name: this.name,
      valuesCompared: this.#compared,
      differing: this.#differing,
      unit: quantizationOf(this.#edge) ? 'steps' : 'reals',
      // Differences of two multiples of a scale are not quite one themselves.
      largest: quantizationOf(this.#edge) ? Math.round(this.#largest) : Number(this.#largest.toPrecision(6)),
      top1: this.#row === null ? null : { rows: this.#rows, agreeing: this.#agreeing },
    }
  }
}

function firstMaximum(data: ArrayLike<number | bigint>, start: number, length: number): number {
  let best = start
  for (let index = start + 1; index < start + length; index++) {
    if (Number(data[index]) > Number(data[best])) best = index
  }
  return best - start
}
