// SPDX-License-Identifier: Apache-2.0
// The runnable twin of docs/arithmetic.md: checks each numbered claim with exact integers and says what it counted.
//     npm run build && node dist/scripts/arithmetic-twin.js [channels]
import { pathToFileURL } from 'node:url'
import { choosePairForm } from '../compiler/arithmetic/elementwise.js'
import { f32, roundHalfEven } from '../compiler/arithmetic/float32.js'
import { chooseRequantizer } from '../compiler/arithmetic/requantizer.js'
import { integerRecord, type RequantizerForm, requantize } from '../compiler/arithmetic/requantizer-forms.js'

/** Compared per channel in claim 3. */
const ACCUMULATORS = 4096
const output = { zeroPoint: 0, min: -128, max: 127 }

let state = 2026
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

/** A rational numerator * 2^-exponent, rounded to `bits` significant bits, ties to even: float32 from its definition. */
function roundToBits(
  numerator: bigint,
  exponent: number,
  bits: number,
): { numerator: bigint; exponent: number } {
  const size = numerator < 0n ? -numerator : numerator
  const dropped = size.toString(2).length - bits
  if (dropped <= 0) return { numerator, exponent }
  const rounded = divideHalfEven(size, BigInt(dropped))
  return { numerator: numerator < 0n ? -rounded : rounded, exponent: exponent - dropped }
}

/** size / 2^shift to the nearest integer, ties to even. Pre: shift >= 0. */
function divideHalfEven(size: bigint, shift: bigint): bigint {
  const floor = size >> shift
  const twiceRest = (size - (floor << shift)) * 2n
  const unit = 1n << shift
  return twiceRest > unit || (twiceRest === unit && floor % 2n === 1n) ? floor + 1n : floor
}

/** The rule in exact integers: no float anywhere. m = mantissa * 2^-exponent with 24 bits of mantissa. */
function ruleFromDefinition(accumulator: number, mantissa: bigint, exponent: number): number {
  const acc = roundToBits(BigInt(accumulator), 0, 24)
  const product = roundToBits(acc.numerator * mantissa, acc.exponent + exponent, 24)
  const size = product.numerator < 0n ? -product.numerator : product.numerator
  const rounded =
    product.exponent > 0 ? divideHalfEven(size, BigInt(product.exponent)) : size << BigInt(-product.exponent)
  return clampToOutput(product.numerator < 0n ? -Number(rounded) : Number(rounded))
}

const clampToOutput = (value: number): number => Math.min(output.max, Math.max(output.min, value)) + 0

const ruleInFloat = (accumulator: number, m: number): number =>
  clampToOutput(roundHalfEven(f32(f32(accumulator) * m)))

/** Log-uniform multipliers; every fourth has a short mantissa, as power-of-two observers emit them. */
function randomMultiplier(index: number): number {
  const m = 2 ** (-16 + 12 * random())
  return index % 4 === 3 ? Math.max(1, Math.round(m * 2 ** 12)) * 2 ** -12 : f32(m)
}

/** mantissa and exponent of a normal float32, from its bits. */
function decompose(m: number): { mantissa: bigint; exponent: number } {
  const bits = new Uint32Array(Float32Array.of(m).buffer)[0]!
  return { mantissa: BigInt((bits & 0x7fffff) | 0x800000), exponent: 150 - (bits >>> 23) }
}

export interface Claim {
  readonly holds: boolean
  /** What was compared, and what was found. */
  readonly text: string
}

type Multipliers = readonly number[]

const accumulatorAt = (m: number): (() => number) => {
  const reach = Math.min(2 ** 24 - 1, 300 / m)
  return () => Math.round((2 * random() - 1) * reach)
}

function checkDefinition(multipliers: Multipliers): Claim {
  let [compared, different] = [0, 0]
  for (const m of multipliers) {
    const { mantissa, exponent } = decompose(m)
    const next = accumulatorAt(m)
    for (let count = 0; count < 2000; count++, compared++) {
      const accumulator = count % 50 === 0 ? Math.round((2 * random() - 1) * 2 ** 31) : next()
      if (ruleFromDefinition(accumulator, mantissa, exponent) !== ruleInFloat(accumulator, m)) different++
    }
  }
  const text = `Math.fround is float32 by definition: ${compared} accumulators, ${different} differ`
  return { holds: different === 0, text }
}

/** A double holds accumulator * m exactly, so half up of it is one rounding. */
function checkSingleRounding(multipliers: Multipliers): Claim {
  let [failing, misjudged] = [0, 0]
  for (const m of multipliers) {
    const reach = Math.min(2 ** 20, Math.round(160 / m))
    let same = true
    for (let a = -reach; a <= reach && same; a++) {
      same = clampToOutput(Math.floor(a * m + 0.5)) === ruleInFloat(a, m)
    }
    if (!same) failing++
    if (same !== (chooseForm([m], reach) === 'plain')) misjudged++
  }
  const text = `rounding once is not the rule: it fails on ${failing} of ${multipliers.length} channels, ${misjudged} misjudged`
  return { holds: failing > 0 && misjudged === 0, text }
}

function chooseForm(multipliers: Multipliers, limit: number): RequantizerForm {
  const channels = multipliers.map((m) => {
    const reach = Math.min(limit, Math.round(160 / m))
    return { m, min: -reach, max: reach }
  })
  return chooseRequantizer(channels, output, { floatAllowed: false }).form
}

function checkFull(multipliers: Multipliers): Claim {
  let [compared, different] = [0, 0]
  for (const m of multipliers) {
    const record = integerRecord('full', m, 0)
    const next = accumulatorAt(m)
    for (let count = 0; count < ACCUMULATORS; count++, compared++) {
      const accumulator = next()
      if (requantize(accumulator, record, output) !== ruleInFloat(accumulator, m)) different++
    }
  }
  const text = `the full form is the rule: ${compared} accumulators below 2^24, ${different} differ`
  return { holds: different === 0, text }
}

function checkProof(multipliers: Multipliers): Claim {
  const chosen: RequantizerForm[] = []
  let [brute, checked, different] = [0, 0, 0]
  for (const m of multipliers) {
    const reach = Math.min(20000, Math.round(160 / m))
    const channel = { m, min: -reach, max: reach }
    const { form, records, proof } = chooseRequantizer([channel], output, { floatAllowed: false })
    chosen.push(form)
    checked += proof.checked
    for (let a = -reach; a <= reach; a++, brute++) {
      if (requantize(a, records[0]!, output) !== ruleInFloat(a, m)) different++
    }
  }
  const text = [
    `proofs of ${checked} points stand for ${brute} accumulators, ${different} differ`,
    `chosen channel by channel: ${tally(chosen)}`,
    `chosen for whole nodes of 16 channels: ${tally(formsOfNodes(multipliers, 16))}`,
  ]
  return { holds: different === 0, text: text.join('\n          ') }
}

/** One form per node, as the compiler chooses; every accumulator below 2^24 that can reach an unclamped output. */
function formsOfNodes(multipliers: Multipliers, width: number): RequantizerForm[] {
  const nodes = Math.floor(multipliers.length / width)
  return Array.from({ length: nodes }, (_, node) =>
    chooseForm(multipliers.slice(node * width, (node + 1) * width), 2 ** 24 - 1),
  )
}

function tally(words: readonly string[]): string {
  const kinds = [...new Set(words)].sort()
  return kinds.map((kind) => `${kind} ${words.filter((word) => word === kind).length}`).join(', ')
}

function checkPairs(): Claim {
  const chosen = Array.from({ length: 40 }, (_, round) => {
    const scale = () => (round % 2 === 0 ? f32(2 ** (-7 + 5 * random())) : 2 ** -Math.ceil(5 * random()))
    const quantization = () => ({ scale: scale(), zeroPoint: Math.floor(256 * random()) - 128 })
    const rule = { a: quantization(), b: quantization(), output: quantization(), type: 'int8' as const }
    return choosePairForm({ operation: round % 4 < 2 ? 'add' : 'multiply', ...rule }).form
  })
  const text = `two inputs, all 65,536 pairs each: ${tally(chosen)}`
  return { holds: chosen.filter((form) => form === 'float').length < 4, text }
}

/** A fused multiply-add rounds once: in double, a * m + magic is exact but for that rounding (it has fewer than 53 bits). */
function checkFused(multipliers: Multipliers): Claim {
  const magic = 12582912
  const changed = multipliers.filter((m) => {
    const reach = Math.min(2 ** 20, Math.round(120 / m))
    for (let a = -reach; a <= reach; a++) if (f32(a * m + magic) !== f32(f32(a * m) + magic)) return true
    return false
  })
  const text = `fusing the multiplication with the addition changes ${changed.length} of ${multipliers.length} channels`
  return { holds: changed.length > 0, text }
}

/** Every claim, in the document's order, over so many random multipliers. */
export function checkClaims(channels: number): Claim[] {
  const multipliers = Array.from({ length: channels }, (_, index) => randomMultiplier(index))
  const checks = [checkDefinition, checkSingleRounding, checkFull, checkProof, checkPairs, checkFused]
  return checks.map((check) => check(multipliers))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const [index, { holds, text }] of checkClaims(Number(process.argv[2] ?? 200)).entries()) {
    console.log(`${holds ? 'holds' : 'FAILS'}  ${index + 1}. ${text}`)
    if (!holds) process.exitCode = 1
  }
}
