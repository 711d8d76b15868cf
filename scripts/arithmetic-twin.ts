// SPDX-License-Identifier: Apache-2.0
// The runnable twin of docs/arithmetic.md: checks each numbered claim with exact integers and prints what it counted.
//     npm run build && node dist/scripts/arithmetic-twin.js [channels]
import { choosePairForm } from '../compiler/arithmetic/elementwise.js'
import { f32, roundHalfEven } from '../compiler/arithmetic/float32.js'
import { chooseRequantizer } from '../compiler/arithmetic/requantizer.js'
import { integerRecord, type RequantizerForm, requantize } from '../compiler/arithmetic/requantizer-forms.js'

const CHANNELS = Number(process.argv[2] ?? 200)
const ACCUMULATORS = 1 << 16
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

function claim(number: number, text: string, holds: boolean): void {
  console.log(`${holds ? 'holds' : 'FAILS'}  ${number}. ${text}`)
  if (!holds) process.exitCode = 1
}

const multipliers = Array.from({ length: CHANNELS }, (_, index) => randomMultiplier(index))
const accumulatorAt = (m: number): (() => number) => {
  const reach = Math.min(2 ** 24 - 1, 300 / m)
  return () => Math.round((2 * random() - 1) * reach)
}

function checkDefinition(): void {
  let different = 0
  let compared = 0
  for (const m of multipliers) {
    const { mantissa, exponent } = decompose(m)
    const next = accumulatorAt(m)
    for (let count = 0; count < 2000; count++, compared++) {
      const accumulator = count % 50 === 0 ? Math.round((2 * random() - 1) * 2 ** 31) : next()
      if (ruleFromDefinition(accumulator, mantissa, exponent) !== ruleInFloat(accumulator, m)) different++
    }
  }
  claim(
    1,
    `Math.fround is float32 by definition: ${compared} accumulators, ${different} differ`,
    different === 0,
  )
}

function checkSingleRounding(): void {
  let channels = 0
  for (const m of multipliers) {
    const record = integerRecord('plain', m, 0)
    const reach = Math.min(2 ** 20, Math.round(160 / m))
    let same = true
    for (let a = -reach; a <= reach && same; a++) {
      const floor = Math.floor(a * m + 0.5) // a double holds a * m exactly
      same = clampToOutput(floor) === ruleInFloat(a, m)
    }
    if (same !== (chooseForm(m, reach) === 'plain')) claim(2, `m = ${record.m} was judged wrongly`, false)
    if (!same) channels++
  }
  claim(2, `rounding once is not the rule: it fails on ${channels} of ${CHANNELS} channels`, channels > 0)
}

const chooseForm = (m: number, reach: number): RequantizerForm =>
  chooseRequantizer([{ m, min: -reach, max: reach }], output, { floatAllowed: false }).form

function checkFull(): void {
  let different = 0
  for (const m of multipliers) {
    const record = integerRecord('full', m, 0)
    const next = accumulatorAt(m)
    for (let count = 0; count < ACCUMULATORS / 16; count++) {
      const accumulator = next()
      if (requantize(accumulator, record, output) !== ruleInFloat(accumulator, m)) different++
    }
  }
  const compared = CHANNELS * (ACCUMULATORS / 16)
  claim(
    3,
    `the full form is the rule: ${compared} accumulators below 2^24, ${different} differ`,
    different === 0,
  )
}

function checkProof(): void {
  const counts: Record<RequantizerForm, number> = { plain: 0, window: 0, full: 0, float: 0 }
  let [brute, checked, different] = [0, 0, 0]
  for (const m of multipliers) {
    const reach = Math.min(20000, Math.round(160 / m))
    const channel = { m, min: -reach, max: reach }
    const { form, records, proof } = chooseRequantizer([channel], output, { floatAllowed: false })
    counts[form]++
    checked += proof.checked
    for (let a = -reach; a <= reach; a += 1, brute++) {
      if (requantize(a, records[0]!, output) !== ruleInFloat(a, m)) different++
    }
  }
  const forms = Object.entries(counts).map(([form, count]) => `${form} ${count}`)
  claim(
    4,
    `proofs of ${checked} points stand for ${brute} accumulators, ${different} differ`,
    different === 0,
  )
  console.log(`          chosen channel by channel: ${forms.join(', ')}`)
  console.log(`          chosen for whole nodes of 16 channels: ${formsOfNodes(16).join(', ')}`)
}

/** One form per node, as the compiler chooses; every accumulator that can reach an unclamped output. */
function formsOfNodes(width: number): string[] {
  const counts = new Map<RequantizerForm, number>()
  for (let first = 0; first + width <= CHANNELS; first += width) {
    const channels = multipliers.slice(first, first + width).map((m) => {
      const reach = Math.min(2 ** 24 - 1, Math.round(160 / m))
      return { m, min: -reach, max: reach }
    })
    const { form } = chooseRequantizer(channels, output, { floatAllowed: false })
    counts.set(form, (counts.get(form) ?? 0) + 1)
  }
  return [...counts].map(([form, count]) => `${form} ${count}`)
}

function checkPairs(): void {
  const counts: Record<string, number> = {}
  for (let round = 0; round < 40; round++) {
    const scale = () => (round % 2 === 0 ? f32(2 ** (-7 + 5 * random())) : 2 ** -Math.ceil(5 * random()))
    const quantization = () => ({ scale: scale(), zeroPoint: Math.floor(256 * random()) - 128 })
    const rule = { a: quantization(), b: quantization(), output: quantization(), type: 'int8' as const }
    const { form } = choosePairForm({ operation: round % 4 < 2 ? 'add' : 'multiply', ...rule })
    counts[form] = (counts[form] ?? 0) + 1
  }
  const forms = Object.entries(counts).map(([form, count]) => `${form} ${count}`)
  claim(5, `two inputs, all 65,536 pairs each: ${forms.join(', ')}`, (counts.float ?? 0) < 4)
}

/** A fused multiply-add rounds once: in double, acc * m + magic is exact but for that rounding (it has fewer than 53 bits). */
function checkFused(): void {
  const magic = 12582912
  let channels = 0
  for (const m of multipliers) {
    const reach = Math.min(2 ** 20, Math.round(120 / m))
    for (let a = -reach; a <= reach; a++) {
      if (f32(a * m + magic) !== f32(f32(a * m) + magic)) {
        channels++
        break
      }
    }
  }
  claim(
    6,
    `fusing the multiplication with the addition changes ${channels} of ${CHANNELS} channels`,
    channels > 0,
  )
}

for (const check of [checkDefinition, checkSingleRounding, checkFull, checkProof, checkPairs, checkFused])
  check()
