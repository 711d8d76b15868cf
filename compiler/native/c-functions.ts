// SPDX-License-Identifier: Apache-2.0
// Takes wasm2c's output apart, and puts its functions into the words of targets/shim/caplet_wasm2c.h:
//
//   u32 w2c_capsule_f1(w2c_capsule* instance, u32 var_p0) {           u32 function_1(u8 *memory, u32 var_p0) {
//     i32_load_default32(&instance->w2c_memory, (u64)(var_i0) + 4u)     i32_load(memory, var_i0, 4u)
//
// A capsule's instance is nothing but its memory, whose size is known: so the pointer to the instance becomes the address
// of the memory, and each access is checked against one constant.
import { internalError } from '../codegen/internal-error.js'
import { narrowProducts } from './narrow-products.js'

export interface CFunctions {
  /** One declaration per line. */
  readonly prototypes: string
  readonly definitions: string
  /** Names of the functions behind the module's exports. */
  readonly exports: ReadonlyMap<string, string>
}

interface Definition {
  readonly name: string
  readonly text: string
}

/** `known` holds every identifier that caplet_wasm2c.h defines. Throws CapletError 'internal' on any other call. */
export function readFunctions(source: string, known: ReadonlySet<string>): CFunctions {
  const prototypes = source.match(/^static \w+ w2c_capsule_\w+\(w2c_capsule\*[^)]*\);$/gm) ?? []
  const names = new Set(prototypes.map((line) => ownName(/w2c_capsule_(\w+)\(/.exec(line)![1]!)))
  const all = definitionsOf(source)
  const definitions = all.filter(({ name }) => names.has(name))
  if (definitions.length !== names.size) throw unknown('a function without a definition')
  const rewritten = definitions.map(({ name, text }) => ({ name, text: narrowProducts(rewrite(text)) }))
  for (const { text } of rewritten) checkCalls(text, new Set([...known, ...names]))
  checkRecursion(rewritten, names)
  return {
    prototypes: prototypes.map((line) => rewrite(line).replace('u8 *', 'u8 *memory')).join('\n'),
    definitions: rewritten.map(({ text }) => text.replace(/^/, 'static ')).join('\n\n'),
    exports: exportsOf(source, all),
  }
}

/** Function definitions at the top level; wasm2c ends each with a brace in the first column. */
function definitionsOf(source: string): Definition[] {
  const pattern = /^(?:static )?\w+ w2c_capsule_(\w+)\(w2c_capsule\* instance[^)]*\) \{\n[\s\S]*?^\}$/gm
  return [...source.matchAll(pattern)].map(([text, name]) => ({ name: ownName(name!), text }))
}

/** wasm2c numbers functions without a name: f32 is the thirty-second, but a type here. */
const ownName = (name: string): string => name.replace(/^f(\d+)$/, 'function_$1')

/** Each export is a wrapper that calls the function itself. */
function exportsOf(source: string, definitions: readonly Definition[]): Map<string, string> {
  const exports = new Map<string, string>()
  for (const [, name, wrapper] of source.matchAll(
    /^\/\* export: '(\w+)' \*\/\n(?:void|u32) w2c_capsule_(\w+)\(w2c_capsule\* instance\) \{$/gm,
  )) {
    const text = definitions.find((definition) => definition.name === ownName(wrapper!))?.text ?? ''
    const [, target] = / w2c_capsule_(\w+)\(instance\);/.exec(text) ?? []
    if (target) exports.set(name!, ownName(target))
  }
  return exports
}

const address = String.raw`&instance->w2c_memory, \(u64\)\((var_\w+)\)(?: \+ (\d+u?))?`

function rewrite(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replace(/^\s*FUNC_(?:PROLOGUE|EPILOGUE);\n/gm, '')
    .replace(new RegExp(String.raw`(\w+)_default32\(${address}`, 'g'), (_, operation, variable, offset) => {
      return `${operation}(memory, ${variable}, ${offset ?? '0'}`
    })
    .replaceAll('memory_fill(&instance->w2c_memory, ', 'memory_fill(memory, ')
    .replaceAll('memory_copy(&instance->w2c_memory, &instance->w2c_memory, ', 'memory_copy(memory, ')
    .replace(
      /memory_init\(&instance->w2c_memory, data_segment_data_w2c_capsule_d0, \(instance->\w+ \? 0 : (\d+)\), /g,
      'memory_init(memory, weights, $1, ',
    )
    .replace(/\bw2c_capsule\* ?instance\b/g, 'u8 *memory')
    .replace(/\bw2c_capsule\*/g, 'u8 *')
    .replace(/\(instance([,)])/g, '(memory$1')
    .replace(/\bw2c_capsule_(\w+)/g, (_, name) => ownName(name))
    .replace(/^( *var_f\d+ = )(-?[\d.]+(?:e[+-]?\d+)?);$/gm, (_, target, number) => {
      return `${target}${floatLiteral(number)};`
    })
}

/** Nine digits name a float32; as a double they would be another number, rounded once more. */
const floatLiteral = (number: string): string => `${/[.e]/.test(number) ? number : `${number}.0`}f`

const keywords = new Set(['if', 'while', 'for', 'switch', 'return', 'sizeof'])

/** Everything that is followed by a parenthesis is a keyword, a cast, a function of the capsule or in the header. */
function checkCalls(text: string, known: ReadonlySet<string>): void {
  const called = [...text.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)].map(([, name]) => name!)
  const stranger =
    called.find((name) => !known.has(name) && !keywords.has(name)) ??
    /\b(?:instance|f64|w2c_\w+)\b/.exec(text)?.[0]
  if (stranger) throw unknown(stranger)
}

/** WebAssembly traps when its call stack is exhausted; C does not. Without recursion the depth is fixed. */
function checkRecursion(definitions: readonly Definition[], names: ReadonlySet<string>): void {
  const callees = new Map(
    definitions.map(({ name, text }) => {
      const body = text.slice(text.indexOf('{'))
      return [
        name,
        [...body.matchAll(/\b(\w+)\(memory/g)].map(([, callee]) => callee!).filter((c) => names.has(c)),
      ]
    }),
  )
  const finished = new Set<string>()
  const visit = (name: string, above: readonly string[]): void => {
    if (above.includes(name)) throw internalError(`The capsule's function ${name} calls itself.`)
    if (finished.has(name)) return
    for (const callee of callees.get(name)!) visit(callee, [...above, name])
    finished.add(name)
  }
  for (const name of callees.keys()) visit(name, [])
}

const unknown = (what: string) =>
  internalError(`The native tier does not know what wasm2c wrote for the capsule: ${what}.`)
