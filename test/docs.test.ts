// SPDX-License-Identifier: Apache-2.0
// The generated documents are what their sources say, and links between documents lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { listOperators } from '../compiler/cli/operators.js'
import { documentedSchemas, renderErrors, renderJson, renderOperators } from '../scripts/render-docs.js'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8').replaceAll('\r\n', '\n')

it('docs/errors.md is generated from the catalogue (npm run docs)', () => {
  expect(read('docs', 'errors.md')).toBe(renderErrors())
})

it('docs/json.md is generated from docs/schemas (npm run docs)', () => {
  const schemas = documentedSchemas.map((name) => JSON.parse(read('docs', 'schemas', `${name}.json`)))
  expect(read('docs', 'json.md')).toBe(renderJson(schemas))
})

it('docs/operators.md is generated from the list of operators (npm run docs)', async () => {
  const { json } = await listOperators()
  const { operators, tflite_operators: tflite } = json as {
    operators: Parameters<typeof renderOperators>[0]
    tflite_operators: Parameters<typeof renderOperators>[1]
  }
  expect(read('docs', 'operators.md')).toBe(renderOperators(operators, tflite))
})

it('every schema is documented', () => {
  const files = readdirSync(join(root, 'docs', 'schemas')).map((name) => name.replace('.json', ''))
  expect(files.sort()).toEqual([...documentedSchemas].sort())
})

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]

it.each(documents)('the paths that %s names are there', (document) => {
  const text = read(document)
  const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) =>
    join(dirname(document), match[1]!),
  )
  const named = [
    ...text.matchAll(/(?<![\w./-])(?:docs|compiler|runtime|assembly|examples|test|scripts)\/[\w./-]*\w\/?/g),
  ]
  const paths = [...links, ...named.map((match) => match[0])]
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
