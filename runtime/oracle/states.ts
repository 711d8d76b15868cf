// SPDX-License-Identifier: Apache-2.0
// The reference of a model some of whose outputs are bound to inputs (`--state`): the model itself keeps nothing, so each
// run is fed what the run before gave out.
import type { Oracle, OracleTensor } from './oracle.js'

export interface BoundState {
  readonly input: string
  readonly output: string
  readonly initial: OracleTensor
}

/** Pre: runs are asked for one after the other. */
export function feedBack<Kind extends Oracle>(oracle: Kind, states: readonly BoundState[]): Kind {
  if (states.length === 0) return oracle
  const initial = states.map((state) => state.initial)
  let kept = initial
  return {
    ...oracle,
    run: async (feeds) => {
      const entries = states.map(({ input }, index) => [input, kept[index]!] as const)
      const outputs = await oracle.run({ ...feeds, ...Object.fromEntries(entries) })
      kept = states.map(({ output }) => outputs[output]!)
      return outputs
    },
    reset: async () => {
      kept = initial
      await oracle.reset()
    },
  }
}
