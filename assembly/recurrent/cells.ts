// SPDX-License-Identifier: MIT-0
// One batch row of one step: from the sums of its gates, which stand in `gates`, to the new state, in place.
//   BIASES [gate][unit] has Wb + Rb already added up; gru linear before reset: of h Wb alone, and Rb behind the gates.
import { clipped, gate, limited, MERGED, VECTOR } from "./gates"
import {
  ALPHA_F, ALPHA_G, ALPHA_H, BETA_F, BETA_G, BETA_H, BIASES, COUPLES_FORGET, F, G, H, HAS_BIAS, HAS_CLIP, HAS_PEEPHOLES, HIDDEN,
  IS_LINEAR, METHOD, PEEPHOLES,
} from "./constants"

const GATE: usize = HIDDEN << 2

/** Gates i o f c. Pre: `gates` holds the products of X and of h. */
export function stepLstm(gates: usize, hidden: usize, cell: usize): void {
  for (let unit: usize = 0; unit < GATE; unit += 4) {
    const before = load<f32>(cell + unit)
    const i = gate(F, METHOD, ALPHA_F, BETA_F, sumOf(gates, 0, unit, before, 0))
    const f = COUPLES_FORGET ? <f32>1 - i : gate(F, METHOD, ALPHA_F, BETA_F, sumOf(gates, 2, unit, before, 2))
    const candidate = gate(G, METHOD, ALPHA_G, BETA_G, limited(load<f32>(gates + 3 * GATE + unit), biasOf(3, unit)))
    const after = before * f + i * candidate
    const o = gate(F, METHOD, ALPHA_F, BETA_F, sumOf(gates, 1, unit, after, 1))
    store<f32>(cell + unit, after)
    store<f32>(hidden + unit, gate(H, MERGED, ALPHA_H, BETA_H, after) * o)
  }
}

/** Gates z r h, first half: `kept` becomes r * h, or r * what it holds; the reset gate itself is not needed afterwards. */
export function resetGru(gates: usize, hidden: usize, kept: usize): void {
  for (let unit: usize = 0; unit < GATE; unit += 4) {
    const r = gate(F, METHOD, ALPHA_F, BETA_F, limited(load<f32>(gates + GATE + unit), biasOf(1, unit)))
    const what = load<f32>((IS_LINEAR ? kept : hidden) + unit)
    store<f32>(kept + unit, r * what)
  }
}

/** Second half. Pre: gate h holds its whole sum but the bias. */
export function stepGru(gates: usize, hidden: usize): void {
  for (let unit: usize = 0; unit < GATE; unit += 4) {
    const z = gate(F, VECTOR, ALPHA_F, BETA_F, limited(load<f32>(gates + unit), biasOf(0, unit)))
    const candidate = gate(G, METHOD, ALPHA_G, BETA_G, limited(load<f32>(gates + 2 * GATE + unit), biasOf(2, unit)))
    store<f32>(hidden + unit, (<f32>1 - z) * candidate + z * load<f32>(hidden + unit))
  }
}

/** `products`: of h; `gates`: of X, on top of the bias. */
export function stepRnn(products: usize, gates: usize, hidden: usize): void {
  for (let unit: usize = 0; unit < GATE; unit += 4) {
    const sum = load<f32>(products + unit) + load<f32>(gates + unit)
    store<f32>(hidden + unit, gate(F, METHOD, ALPHA_F, BETA_F, HAS_CLIP ? clipped(sum) : sum))
  }
}

/** The sum of an lstm gate that looks at the cell state. */
// @ts-ignore: decorator
@inline
function sumOf(gates: usize, index: usize, unit: usize, cell: f32, peephole: usize): f32 {
  const sum = load<f32>(gates + index * GATE + unit)
  const seen = HAS_PEEPHOLES ? sum + cell * load<f32>(PEEPHOLES + peephole * GATE + unit) : sum
  return limited(seen, biasOf(index, unit))
}

// @ts-ignore: decorator
@inline
function biasOf(index: usize, unit: usize): f32 {
  return HAS_BIAS ? load<f32>(BIASES + index * GATE + unit) : 0
}
