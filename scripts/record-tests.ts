// SPDX-License-Identifier: Apache-2.0
// CAPLET_ASSETS=FOLDER node dist/scripts/record-tests.js: writes compiler/operators/tested.json, what `caplet operators` says
// about tests. Every model is judged anew, against the contract's reference run live; only exact ones count: other people's
// models, the committed networks and exports, the acceptance models, and random graphs by seed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CapletError } from '../compiler/errors.js'
import { Random } from '../compiler/operators/random.js'
import { closeTfliteOracle } from '../runtime/oracle/tflite.js'
import { writeModel } from '../runtime/oracle/write-model.js'
import { writeTflite } from '../runtime/oracle/write-tflite.js'
import { ModelBuilder } from '../test/acceptance/forms.js'
import { rows } from '../test/acceptance/operator-rows.js'
import { conformanceCases } from '../test/conformance/cases.js'
import { compileCase } from '../test/conformance/compile-case.js'
import { judge } from '../test/conformance/judge.js'
import { judgeTflite } from '../test/conformance/judge-tflite.js'
import { onnxUses, Tally, tfliteUses } from '../test/conformance/tally.js'
import { compareBytes } from '../test/random/compare.js'
import { randomModel } from '../test/random/generator.js'
import { differences } from '../test/tflite/compare.js'
import { randomNetwork } from '../test/tflite/random-networks.js'

const root = join(import.meta.dirname, '..', '..')
const randomModels = 6000
const randomNetworks = 2000
const onnx = new Tally()
const tflite = new Tally()
let exact = 0

function addOnnx(bytes: Uint8Array): void {
  try {
    onnx.add(onnxUses(bytes))
    exact++
  } catch (error) {
    // A model with open dimensions is exact under shapes of its case, which the tally does not know.
    if (!(error instanceof CapletError)) throw error
  }
}

async function addIfExact(bytes: Uint8Array, seed: number, floatIslands: boolean): Promise<void> {
  const verdict = await compareBytes(bytes, { samples: 4, seed, io: 'quantized', floatIslands })
  if (verdict.kind === 'exact') addOnnx(bytes)
}

function addTflite(bytes: Uint8Array): void {
  tflite.add(tfliteUses(bytes))
  exact++
}

for (const found of conformanceCases(process.env.CAPLET_ASSETS!)) {
  if (found.path.endsWith('.tflite')) {
    if ((await judgeTflite(found.path)).kind === 'exact') addTflite(readFileSync(found.path))
  } else if (found.path.endsWith('.onnx') && (await judge(found)).kind === 'exact') {
    const compiled = compileCase(found)
    if ('bytes' in compiled) addOnnx(compiled.bytes)
  }
}
for (const folder of ['test/networks', 'test/exports', 'test/recurrent']) {
  for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.onnx'))) {
    await addIfExact(new Uint8Array(readFileSync(join(root, folder, name))), 1, true)
  }
}
for (const form of ['qdq', 'qoperator'] as const) {
  for (const type of ['int8', 'uint8'] as const) {
    for (const { build } of rows) {
      const builder = new ModelBuilder(form, type, new Random(1))
      build(builder)
      await addIfExact(builder.model(), 1, false)
    }
  }
}
for (let seed = 1; seed <= randomModels; seed++) {
  await addIfExact(writeModel(randomModel(seed)), seed, seed % 2 === 0)
}
for (let seed = 1; seed <= randomNetworks; seed++) {
  const { text, samples } = randomNetwork(seed, 3)
  if ((await differences(text, samples)).length === 0) addTflite(writeTflite(text))
}
await closeTfliteOracle()

const lines = (tally: Tally) =>
  Object.entries(tally.result()).map(
    ([operator, tested]) => `    ${JSON.stringify(operator)}: ${JSON.stringify(tested)}`,
  )
const sections = Object.entries({ onnx, tflite }).map(
  ([format, tally]) => `  "${format}": {\n${lines(tally).join(',\n')}\n  }`,
)
const file = join(root, 'compiler', 'operators', 'tested.json')
writeFileSync(file, `{\n${sections.join(',\n')}\n}\n`)
process.stdout.write(`${exact} exact models\n`)
