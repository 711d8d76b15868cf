// SPDX-License-Identifier: Apache-2.0
// A test vector of CMSIS-NN as JSON: numbers by name (#define CASE_NAME) and arrays (case_name).
import { readFileSync } from 'node:fs'
import type { Data } from '../../compiler/ir/types.js'

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

  constructor(path: string) {
    this.#json = JSON.parse(readFileSync(path, 'utf8'))
    this.name = this.#json.case
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
    return this.#json.config[`${this.name.toUpperCase()}_${name}`]
  }

  /** The first of these arrays, of that length where one is given. */
  array(names: readonly string[], length?: number): Data {
    const found = this.arrayOrNull(names, length)
    if (found === null) throw new Incomplete(`it has no ${names.join(' or ')} of that size`)
    return found
  }

  arrayOrNull(names: readonly string[], length?: number): Data | null {
    for (const name of names) {
      const array = this.#json.arrays[`${this.name}_${name}`]
      if (array && (length === undefined || array.values.length === length)) {
        return arrayTypes[array.type]!(array.values)
      }
    }
    return null
  }

  numbers(names: readonly string[], length?: number): number[] {
    return Array.from(this.array(names, length) as ArrayLike<number | bigint>, Number)
  }
}
