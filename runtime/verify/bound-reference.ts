// SPDX-License-Identifier: Apache-2.0
// The contract's reference of what is verified, fed what it gave out where outputs are bound to inputs (`--state`).
import { bytesOf } from '../../compiler/evaluate.js'
import { statesOf } from '../../compiler/ir/graph.js'
import type { Oracle } from '../oracle/oracle.js'
import { openReference } from '../oracle/reference.js'
import { type BoundState, feedBack } from '../oracle/states.js'
import { feedsOf } from './feeds.js'
import { modelEdges, type Subject } from './subject.js'

/** null where it is not to be had on this machine. */
export async function openBoundReference(subject: Subject): Promise<Oracle | null> {
  const { model, externalData, options } = subject
  const oracle = await openReference(model.bytes, { ...options, externalData })
  return oracle && feedBack(oracle, boundStates(subject, oracle.inputTypes))
}

/** What the reference is fed at first for each input that an output is bound to. */
export function boundStates(
  { graph, options }: Subject,
  inputTypes: ReadonlyMap<string, string> | undefined,
): BoundState[] {
  return statesOf(graph).flatMap(({ before, after, initial }) => {
    if (options.states.get(before) !== after) return []
    const quantization = graph.quantization.get(before) ?? null
    const edges = modelEdges([{ ...initial, name: before, tensor: before, quantization }], graph)
    const feeds = feedsOf(edges, [bytesOf(initial.data)], 'model', inputTypes)
    return [{ input: before, output: after, initial: feeds[before]! }]
  })
}
