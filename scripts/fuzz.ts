// SPDX-License-Identifier: Apache-2.0
// Long runs of random models against the oracle: node dist/scripts/fuzz.js --seed 1 --count 10000 [--out DIR]
// A model that differs is made as small as it stays wrong, printed, and saved with --out. Exit code 1 if any differs.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeModel } from '../runtime/oracle/write-model.js'
import { type CompareOptions, compare, type Verdict } from '../test/random/compare.js'
import { randomModel } from '../test/random/generator.js'
import { minimize } from '../test/random/minimize.js'
import type { RandomModel } from '../test/random/model.js'
import { printModel } from '../test/random/text.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '4' },
    out: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
})

const first = Number(values.seed)
const count = Number(values.count)
const totals = new Map<string, number>()
const faults: string[] = []
const add = (key: string) => totals.set(key, (totals.get(key) ?? 0) + 1)

async function runSeed(seed: number): Promise<void> {
  const options = {
    samples: Number(values.samples),
    seed,
    io: seed % 4 === 3 ? ('float' as const) : ('quantized' as const),
  }
  const model = randomModel(seed)
  const verdict = await verdictOn(model, options)
  if (verdict.kind === 'refused') for (const code of verdict.codes) add(`refused: ${code}`)
  add(keyOf(verdict))
  if (values.verbose && verdict.kind !== 'exact') {
    process.stdout.write(`seed ${seed}: ${keyOf(verdict)}${verdict.kind === 'oracle' ? verdict.text : ''}\n`)
  }
  if (!isFault(verdict)) return
  faults.push(String(seed))
  const key = keyOf(verdict)
  const small = await minimize(model, async (m) => keyOf(await verdictOn(m, options)) === key)
  const last = await verdictOn(small, options)
  const text = 'text' in last ? last.text : last.kind
  process.stdout.write(`\nseed ${seed} (${options.io} edges): ${text}\n${printModel(small)}\n`)
  if (values.out === undefined) return
  mkdirSync(values.out, { recursive: true })
  writeFileSync(join(values.out, `${seed}.onnx`), writeModel(small))
  writeFileSync(join(values.out, `${seed}.txt`), `${text}\n${printModel(small)}\n`)
}

type Outcome = Verdict | { readonly kind: 'crash'; readonly text: string }

/** A compiler's crash is an outcome, too: it is made small like any other. */
async function verdictOn(model: RandomModel, options: CompareOptions): Promise<Outcome> {
  try {
    return await compare(model, options)
  } catch (error) {
    return { kind: 'crash', text: (error as Error).stack ?? String(error) }
  }
}

const isFault = (outcome: Outcome) =>
  outcome.kind === 'mismatch' || outcome.kind === 'crash' || (outcome.kind === 'oracle' && outcome.compiles)

const keyOf = (outcome: Outcome): string =>
  outcome.kind === 'oracle' && outcome.compiles ? 'compiles, but the oracle refuses it' : outcome.kind

for (let seed = first; seed < first + count; seed++) await runSeed(seed)
for (const [key, total] of [...totals].sort((a, b) => b[1] - a[1])) process.stdout.write(`${total}\t${key}\n`)
process.stdout.write(`${count} models, ${faults.length} wrong: ${faults.join(' ')}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
