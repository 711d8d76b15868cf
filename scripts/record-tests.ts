// SPDX-License-Identifier: Apache-2.0
// CAPLET_ASSETS=FOLDER node dist/scripts/record-tests.js: writes compiler/operators/tested.json, what `caplet operators` says
// about tests. Every model is judged anew, against ONNX Runtime run live; only exact ones count: other people's models,
// the committed networks and exports, and random graphs by seed.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeModel } from '../runtime/oracle/write-model.js'
import { conformanceCases } from '../test/conformance/cases.js'
import { compileCase } from '../test/conformance/compile-case.js'
import { judge } from '../test/conformance/judge.js'
import { Tally } from '../test/conformance/tally.js'
import { compare, compareBytes } from '../test/random/compare.js'
import { randomModel } from '../test/random/generator.js'

const root = join(import.meta.dirname, '..', '..')
const randomCount = 1500
const tally = new Tally()
let exact = 0

function add(bytes: Uint8Array): void {
  try {
    tally.add(bytes)
    exact++
  } catch {
    // A model with open dimensions is exact under shapes of its case, which the tally does not know.
  }
}

for (const conformanceCase of conformanceCases(process.env.CAPLET_ASSETS!)) {
  if ((await judge(conformanceCase)).kind !== 'exact') continue
  const compiled = compileCase(conformanceCase)
  if ('bytes' in compiled) add(compiled.bytes)
}
for (const folder of ['test/networks', 'test/exports']) {
  for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.onnx'))) {
    const bytes = new Uint8Array(readFileSync(join(root, folder, name)))
    const options = { samples: 4, seed: 1, io: 'quantized', floatIslands: true } as const
    if ((await compareBytes(bytes, options)).kind === 'exact') add(bytes)
  }
}
for (let seed = 1; seed <= randomCount; seed++) {
  const model = randomModel(seed)
  const verdict = await compare(model, { samples: 4, seed, io: 'quantized', floatIslands: seed % 2 === 0 })
  if (verdict.kind === 'exact') add(writeModel(model))
}
const lines = Object.entries(tally.result()).map(
  ([operator, tested]) => `  ${JSON.stringify(operator)}: ${JSON.stringify(tested)}`,
)
writeFileSync(join(root, 'compiler', 'operators', 'tested.json'), `{\n${lines.join(',\n')}\n}\n`)
process.stdout.write(`${exact} exact models\n`)
