// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { catalogue, chapters, nearestCode } from './catalogue.js'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Sources that can raise an error; the catalogue itself and tests are none. */
function sources(): { path: string; text: string }[] {
  return ['compiler', 'runtime', 'examples'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((path) => join(folder, path).replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.ts') && !/\.(test|fixture)\.ts$|^compiler\/errors\//.test(path))
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  )
}

/** Codes in `code: 'x'`, in `code: 'x' | 'y'`, and as the first argument of a function that makes a problem. */
function codesIn(text: string): string[] {
  const literal = /'([a-z][a-z0-9]*(?:-[a-z0-9]+)*)'/g
  const places = [
    ...text.matchAll(/\bcode:\s*((?:\|?\s*'[a-z0-9-]+'\s*)+)/g),
    ...text.matchAll(/\bcode:\s*[^,\n]*\?\s*('[a-z0-9-]+'\s*:\s*'[a-z0-9-]+')/g),
    ...text.matchAll(/\b(?:error|fault|problem|refuse|refusal|refused)\(\s*('[a-z0-9]+(?:-[a-z0-9]+)+')/gi),
  ]
  return places.flatMap((place) => [...place[1]!.matchAll(literal)].map((match) => match[1]!))
}

describe('the error catalogue', () => {
  it('has an entry for every code in the source', () => {
    const missing = sources().flatMap(({ path, text }) =>
      codesIn(text)
        .filter((code) => !catalogue.has(code))
        .map((code) => `${path}: ${code}`),
    )
    expect([...new Set(missing)]).toEqual([])
  })

  it('has no entry that nothing raises', () => {
    const all = sources()
      .map(({ text }) => text)
      .join('\n')
    expect([...catalogue.keys()].filter((code) => !all.includes(`'${code}'`))).toEqual([])
  })

  it('has each code once, in kebab-case, with every part filled in', () => {
    const codes = chapters.flatMap(({ entries }) => Object.keys(entries))
    expect(codes.length).toBe(catalogue.size)
    for (const [code, entry] of catalogue) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
      for (const part of [entry.title, entry.meaning, entry.remedy, entry.example]) {
        expect(part.length, code).toBeGreaterThan(8)
      }
    }
  })

  it('finds codes in each form in which the source has them', () => {
    expect(codesIn("throw new CapletError({ code: 'a-b', message })")).toEqual(['a-b'])
    expect(codesIn("code: 'a-b' | 'c-d',")).toEqual(['a-b', 'c-d'])
    expect(codesIn("code: isEmpty ? 'a-b' : 'c-d',")).toEqual(['a-b', 'c-d'])
    expect(codesIn("throw node.error(\n  'a-b',\n  'message',")).toEqual(['a-b'])
  })
})

describe('nearestCode', () => {
  it('repairs a typing error and leaves other words alone', () => {
    expect(nearestCode('unbound-dimensions')).toBe('unbound-dimension')
    expect(nearestCode('Unsuported-Operator')).toBe('unsupported-operator')
    expect(nearestCode('xyzzy')).toBeNull()
  })
})
