// SPDX-License-Identifier: Apache-2.0
// npm run docs: writes the generated documents (docs/errors.md, docs/json.md, docs/operators.md).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './process.mjs'

if (run(process.execPath, [join('scripts', 'build.mjs')]) !== 0) process.exit(1)
const { documentedSchemas, renderErrors, renderJson, renderOperators } = await import(
  '../dist/scripts/render-docs.js'
)
const schema = (name) => JSON.parse(readFileSync(join(root, 'docs', 'schemas', `${name}.json`), 'utf8'))
writeFileSync(join(root, 'docs', 'errors.md'), renderErrors())
writeFileSync(join(root, 'docs', 'json.md'), renderJson(documentedSchemas.map(schema)))
const { listOperators } = await import('../dist/compiler/cli/operators.js')
const { operators, tflite_operators } = (await listOperators()).json
writeFileSync(join(root, 'docs', 'operators.md'), renderOperators(operators, tflite_operators))
