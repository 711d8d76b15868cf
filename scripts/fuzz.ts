// SPDX-License-Identifier: Apache-2.0
// Long runs of random models against the oracle: node dist/scripts/fuzz.js --seed 1 --count 10000 [--out DIR]
// A model that differs is made as small as it stays wrong, printed, and saved with --out. Exit code 1 if any differs.
// --pairs takes models of little else than pairs of QuantizeLinear and DequantizeLinear (test/random/pairs.ts).
// --tflite runs TensorFlow Lite networks against TFLite Micro instead (fuzz-tflite.ts).
// --kernels also builds the exact ones, many into one capsule, and compares what the kernels give.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writeModel } from '../runtime/oracle/write-model.js'
import { compareKernels } from '../test/random/batch.js'
import { type CompareOptions, compare, type Subject, type Verdict } from '../test/random/compare.js'
import { randomModel } from '../test/random/generator.js'
import { minimize } from '../test/random/minimize.js'
import type { RandomModel } from '../test/random/model.js'
import { randomPairs } from '../test/random/pairs.js'
import { printModel } from '../test/random/text.js'
import { fuzzTflite } from './fuzz-tflite.js'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    samples: { type: 'string', default: '4' },
    out: { type: 'string' },
    kernels: { type: 'boolean', default: false },
    pairs: { type: 'boolean', default: false },
    tflite: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
})

const first = Number(values.seed)
const count = Number(values.count)
const totals = new Map<string, number>()
const faults: string[] = []
const add = (key: string) => totals.set(key, (totals.get(key) ?? 0) + 1)

/** Models in one capsule. */
const batchSize = 50
const built = new Map<number, Subject>()

const optionsOf = (seed: number): CompareOptions => ({
  samples: Number(values.samples),
  seed,
  io: seed % 4 === 3 ? 'float' : 'quantized',
  floatIslands: seed % 2 === 0,
})

const modelOf = values.pairs ? randomPairs : randomModel

async function runSeed(seed: number): Promise<void> {
  const options = optionsOf(seed)
  const model = modelOf(seed)
  const verdict = await verdictOn(model, options)
  if (values.kernels && verdict.kind === 'exact') built.set(seed, verdict.subject)
  if (verdict.kind === 'refused') for (const code of verdict.codes) add(`refused: ${code}`)
  add(keyOf(verdict))
  if (values.verbose && verdict.kind !== 'exact') {
    process.stdout.write(`seed ${seed}: ${keyOf(verdict)}${verdict.kind === 'oracle' ? verdict.text : ''}\n`)
  }
  if (!isFault(verdict)) return
  const key = keyOf(verdict)
  await report(seed, model, async (m) => {
    const found = await verdictOn(m, options)
    return keyOf(found) === key ? ('text' in found ? found.text : key) : null
  })
}

/** What the kernels of the models so far do differently. */
async function runKernels(): Promise<void> {
  const subjects = [...built]
  built.clear()
  const texts = subjects.length > 0 ? await kernelTexts(subjects.map(([, subject]) => subject)) : []
  for (const [i, [seed]] of subjects.entries()) {
    add(texts[i] === null ? 'kernels exact' : 'kernels differ')
    if (texts[i] === null) continue
    await report(seed, modelOf(seed), async (m) => {
      const verdict = await verdictOn(m, optionsOf(seed))
      return verdict.kind === 'exact' ? (await kernelTexts([verdict.subject]))[0]! : null
    })
  }
}

/** A capsule that cannot be built is built model by model: the fault is one model's. */
async function kernelTexts(subjects: readonly Subject[]): Promise<(string | null)[]> {
  try {
    return await compareKernels(subjects)
  } catch (error) {
    if (subjects.length === 1) return [`kernels: ${(error as Error).stack ?? String(error)}`]
    const texts: (string | null)[] = []
    for (const subject of subjects) texts.push(...(await kernelTexts([subject])))
    return texts
  }
}

/** Prints and saves the smallest model of which `fault` still has something to say. */
async function report(
  seed: number,
  model: RandomModel,
  fault: (model: RandomModel) => Promise<string | null>,
): Promise<void> {
  faults.push(String(seed))
  const small = await minimize(model, async (m) => (await fault(m)) !== null)
  const text = await fault(small)
  const options = optionsOf(seed)
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

async function fuzzOnnx(): Promise<void> {
  for (let seed = first; seed < first + count; seed++) {
    await runSeed(seed)
    if (built.size === batchSize) await runKernels()
  }
  await runKernels()
}

if (values.tflite) {
  const options = { first, count, samples: Number(values.samples) }
  faults.push(
    ...(await fuzzTflite(values.out === undefined ? options : { ...options, out: values.out })).map(String),
  )
} else {
  await fuzzOnnx()
}
for (const [key, total] of [...totals].sort((a, b) => b[1] - a[1])) process.stdout.write(`${total}\t${key}\n`)
process.stdout.write(`${count} models, ${faults.length} wrong: ${faults.join(' ')}\n`)
process.exitCode = faults.length > 0 ? 1 : 0
