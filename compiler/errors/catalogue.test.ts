// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CapletError } from '../errors.js'
import { catalogue, chapters, findError, nearestName } from './catalogue.js'

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

describe('the error catalogue', () => {
  it('is the only source of errors: no other name has the type of one', () => {
    // @ts-expect-error the type check of the tests fails where this line is accepted
    const unknown = new CapletError({ code: 'no-such-error', message: 'a', remedy: 'b' })
    expect(catalogue.has(unknown.problems[0]!.code)).toBe(false)
  })

  it('has no entry that nothing raises', () => {
    const all = sources()
      .map(({ text }) => text)
      .join('\n')
    expect([...catalogue.keys()].filter((name) => !all.includes(`'${name}'`))).toEqual([])
  })

  it('has each name once, in kebab-case, with every part filled in', () => {
    const names = chapters.flatMap(({ entries }) => Object.keys(entries))
    expect(names.length).toBe(catalogue.size)
    for (const [name, entry] of catalogue) {
      expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      for (const part of [entry.title, entry.meaning, entry.remedy, entry.example]) {
        expect(part.length, name).toBeGreaterThan(8)
      }
    }
  })

  it('has each code once, CAP and three digits without a gap: the next free one is the size of the catalogue plus 1', () => {
    const codes = [...catalogue.values()].map((entry) => entry.code).sort()
    expect(codes).toEqual(codes.map((_, i) => `CAP${String(i + 1).padStart(3, '0')}`))
  })

  it('is found by code and by name, in small letters or capitals', () => {
    const { code } = catalogue.get('unbound-dimension')!
    for (const written of [code, code.toLowerCase(), 'unbound-dimension', 'Unbound-Dimension']) {
      expect(findError(written)?.name).toBe('unbound-dimension')
    }
    expect(findError('CAP')).toBeNull()
  })
})

describe('nearestName', () => {
  it('repairs a typing error and leaves other words alone', () => {
    expect(nearestName('unbound-dimensions')).toBe('unbound-dimension')
    expect(nearestName('Unsuported-Operator')).toBe('unsupported-operator')
    expect(nearestName('xyzzy')).toBeNull()
  })
})
