// SPDX-License-Identifier: Apache-2.0
// Model-given text inside emitted files: it must stay within its comment line, whatever it holds.
import Handlebars from 'handlebars'
import { readTemplate } from './package-files.js'
import type { Edge, ProgramTensor } from './program.js'

/** In quotes, printable ASCII only: line breaks, control and other characters become escapes. */
export const quote = (text: string): string =>
  JSON.stringify(text).replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** "name" int8 [1, 16, 94], and the memory order where it is not the shape's own. */
export function describeTensor({ name, type, shape, layout }: ProgramTensor): string {
  const isRowMajor = layout.order.every((axis, position) => axis === position)
  return `${quote(name)} ${type} [${shape.join(', ')}]${isRowMajor ? '' : ` stored by axes ${layout.order.join(', ')}`}`
}

/** "x" int8 [1, 187], real = 0.0125 * (value + 3) */
export function describeEdge({ name, type, shape, quantization }: Edge): string {
  const dense = `${quote(name)} ${type} [${shape.join(', ')}]`
  if (!quantization) return dense
  const { scale, zeroPoint } = quantization
  const shift = zeroPoint < 0 ? ` + ${-zeroPoint}` : ` - ${zeroPoint}`
  return `${dense}, real = ${scale} * ${zeroPoint === 0 ? 'value' : `(value${shift})`}`
}

const templates = new Map<string, Handlebars.TemplateDelegate>()

/** Fills templates/<name>.hbs. Strict: a value that the template names and the data lacks is an error. */
export function render(name: string, data: object): string {
  let template = templates.get(name)
  if (!template) {
    template = Handlebars.compile(readTemplate(`${name}.hbs`), { strict: true, noEscape: true })
    templates.set(name, template)
  }
  return template(data)
}
