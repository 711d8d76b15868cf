// SPDX-License-Identifier: Apache-2.0
// A test vector of CMSIS-NN as JSON: numbers by name (#define CASE_NAME) and arrays (case_name).
import { readFileSync } from 'node:fs'
import type { Data } from '../../compiler/ir/types.js'
import { type Completion, completions } from './vectors/completions.js'

interface Json {
  readonly case: string
  readonly config: Readonly<Record<string, string>>
  readonly arrays: Readonly<Record<string, { readonly type: string; readonly values: readonly number[] }>>
}

const arrayTypes: Readonly<Record<string, (values: readonly number[]) => Data>> = {
  int8_t: (values) => Int8Array.from(values),
  int16_t: (values) => Int16Array.from(values),
  int32_t: (values) => Int32Array.from(values),
  int64_t: (values) => BigInt64Array.from(values, BigInt),
}

/** The file lacks what its layer needs. */
export class Incomplete extends Error {}

export class VectorFile {
  readonly name: string
  readonly #json: Json
  /** In front of every name of a number. */
  readonly #prefix: string
  readonly #completion: Completion

  constructor(json: Json, name = json.case, prefix = name.toUpperCase()) {
    this.#json = json
    this.name = name
    this.#prefix = prefix
    this.#completion = completions[name] ?? {}
  }

  static read(path: string): VectorFile {
    return new VectorFile(JSON.parse(readFileSync(path, 'utf8')))
  }

  /** Number and operator of a network's layer -> what the file has of it. */
  layer(index: number, operator: string): VectorFile {
    const prefix = `${operator.toUpperCase()}_${index}`
    return new VectorFile(this.#json, `${this.name}_layer_${index}_${operator}`, prefix)
  }

  /** Arrays of two vectors stand in it, and nothing says which numbers belong to them. */
  get isMixed(): boolean {
    const has = (name: string) => this.arrayOrNull([name]) !== null
    return has('weights') && has('input_weights') && !completions[this.name]
  }

  has(name: string): boolean {
    return this.#text(name) !== undefined
  }

  /** Throws where it is not there. */
  number(name: string): number {
    const value = Number(this.#text(name))
    if (!Number.isInteger(value)) throw new Incomplete(`it has no ${name}`)
    return value
  }

  text(name: string): string {
    return this.#text(name) ?? ''
  }

  #text(name: string): string | undefined {
    return this.#completion.numbers?.[name]?.toString() ?? this.#json.config[`${this.#prefix}_${name}`]
  }

  /** Numbers in braces, of which the file itself has none. */
  list(name: string): readonly number[] {
    const list = this.#completion.lists?.[name]
    if (!list) throw new Incomplete(`it has no ${name}`)
    return list
  }

  /** The first of these arrays, of that length where one is given. */
  array(names: readonly string[], length?: number): Data {
    const found = this.arrayOrNull(names, length)
    if (found === null) throw new Incomplete(`it has no ${names.join(' or ')} of that size`)
    return found
  }

  arrayOrNull(names: readonly string[], length?: number): Data | null {
    for (const name of names) {
      const array = this.#array(name)
      if (array && (length === undefined || array.values.length === length)) {
        return arrayTypes[array.type]!(array.values)
      }
    }
    return null
  }

  #array(name: string): Json['arrays'][string] | undefined {
    const array = this.#json.arrays[`${this.name}_${name}`]
    const isZero = array && this.#completion.zeros?.includes(name)
    return isZero ? { ...array, values: array.values.map(() => 0) } : array
  }

  numbers(names: readonly string[], length?: number): number[] {
    return Array.from(this.array(names, length) as ArrayLike<number | bigint>, Number)
  }
}
