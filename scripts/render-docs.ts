// SPDX-License-Identifier: Apache-2.0
// The generated documents as text: docs/errors.md from the error catalogue, docs/json.md from docs/schemas/,
// docs/operators.md from the list of operators.
import {
  type ListedOperator,
  type ListedTfliteOperator,
  operatorHeader,
  operatorRow,
  tfliteHeader,
  tfliteRow,
} from '../compiler/cli/operators.js'
import { chapters } from '../compiler/errors/catalogue.js'

const generated = (source: string) => `<!-- Generated from ${source} by \`npm run docs\`; do not edit. -->`

/** docs/errors.md */
export function renderErrors(): string {
  const parts = [
    generated('compiler/errors/'),
    '# Error codes',
    'Every message of Caplet carries one of these codes and its name: `error[CAP016 unbound-dimension]`; `caplet error CAP016` prints the same text. Neither changes its meaning between versions.',
  ]
  for (const { title, entries } of chapters) {
    parts.push(`## ${title}`)
    for (const [name, entry] of Object.entries(entries)) {
      parts.push(`### ${entry.code} ${name}`, `**${entry.title}.** ${entry.meaning}`)
      parts.push(`*What to do:* ${entry.remedy}`, `*Example:* \`${entry.example}\``)
    }
  }
  return `${parts.join('\n\n')}\n`
}

const operatorIntroduction = `What \`caplet operators\` prints, from the compiler's own list. Forms, types and the number of exact models are those of a
recorded run: every model was compared with the contract's reference run live, and only exact ones count. They are other
people's models ([conformance.md](conformance.md)), the networks of \`test/networks/\`, \`test/exports/\` and
\`test/recurrent/\`, those of the acceptance tests, and random graphs by seed.

    CAPLET_ASSETS=FOLDER node dist/scripts/record-tests.js     the run; then npm run docs`

/** docs/operators.md */
export function renderOperators(
  onnx: readonly ListedOperator[],
  tflite: readonly ListedTfliteOperator[],
): string {
  const parts = [
    generated("the compiler's list of operators and compiler/operators/tested.json"),
    '# Operators',
    operatorIntroduction,
    '## ONNX',
    markdownTable(operatorHeader, onnx.map(operatorRow)),
    '## TensorFlow Lite',
    'Types are those of what the operator computes on; [tflite.md](tflite.md) says what is refused, and why.',
    markdownTable(tfliteHeader, tflite.map(tfliteRow)),
  ]
  return `${parts.join('\n\n')}\n`
}

/** The last column holds numbers. */
function markdownTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const rule = `|${header.map((_, i) => (i === header.length - 1 ? '---:|' : '---|')).join('')}`
  return [row(header), rule, ...rows.map(row)].join('\n')
}

/** docs/schemas/NAME.json, in the order of the document. */
export const documentedSchemas = [
  'compile',
  'inspect',
  'inspect-after',
  'verify',
  'run',
  'bench',
  'new',
  'fit',
  'operators',
  'error',
  'failure',
] as const

export interface Schema {
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly enum?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
}

const introduction = `Every command takes \`--json\`: it prints one JSON object on stdout and nothing else. Keys are always present; a key
without a value is null. Keys may be added in later versions, none is renamed or removed within a major version. The
exit code is the same as without \`--json\`: 0 fine; 1 the model or the data is at fault; 2 wrong usage (the flags).
\`docs/schemas/\` has each shape as a JSON Schema; the tests hold the commands to them.`

/** docs/json.md; the schemas in the order of the document. */
export function renderJson(schemas: readonly Schema[]): string {
  const parts = [generated('docs/schemas/'), '# JSON of the commands', introduction]
  for (const schema of schemas) {
    const rows = rowsOf(schema, '')
    parts.push(`## ${schema.title}`, schema.description ?? '')
    parts.push(['| key | type | meaning |', '|---|---|---|', ...rows].join('\n'))
  }
  return `${parts.join('\n\n')}\n`
}

function rowsOf(schema: Schema, path: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const here = path === '' ? key : `${path}.${key}`
    const description = (value.description ?? '').replaceAll('|', '\\|')
    const inner = value.oneOf?.find((alternative) => alternative.properties) ?? value
    const below = inner.items ? rowsOf(inner.items, `${here}[]`) : rowsOf(inner, here)
    return [`| \`${here}\` | ${typeOf(value)} | ${description} |`, ...below]
  })
}

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `"${value}"`).join(' or ')
  if (schema.oneOf) return schema.oneOf.map(typeOf).reverse().join(' or ')
  if (schema.type === 'array') return `array of ${schema.items ? typeOf(schema.items) : 'anything'}`
  return typeof schema.type === 'string' ? schema.type : (schema.type ?? []).join(' or ')
}
