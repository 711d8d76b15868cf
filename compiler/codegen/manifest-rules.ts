// SPDX-License-Identifier: Apache-2.0
// The rules of a manifest. A rule looks at a value and says what is wrong with it, or null.
import { bytesPerElement, type ElementType, type NibbleType, sizeOf } from '../ir/types.js'

type Rule = (value: unknown, path: string) => string | null

/** Types of edges, and the range of their quanta where they can be quantized. */
const edgeTypes: Readonly<
  Record<Exclude<ElementType, NibbleType | 'float64'>, readonly [number, number] | null>
> = {
  bool: null,
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: null,
  int64: null,
  uint64: null,
  float32: null,
}

const show = (value: unknown): string => JSON.stringify(value) ?? String(value)

const rule =
  (expected: string, holds: (value: unknown) => boolean): Rule =>
  (value, path) =>
    holds(value) ? null : `${path} is ${show(value)}, not ${expected}`

const isIntegerIn = (value: unknown, least: number, most: number): value is number =>
  Number.isSafeInteger(value) && least <= (value as number) && (value as number) <= most

const integer = (least: number, most: number, expected: string): Rule =>
  rule(expected, (value) => isIntegerIn(value, least, most))

/** Exactly these keys, and perhaps the optional ones. */
const object =
  (fields: Readonly<Record<string, Rule>>, optional: Readonly<Record<string, Rule>> = {}): Rule =>
  (value, path) => {
    const at = path || 'the manifest'
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return `${at} is ${show(value)}, not an object`
    const extra = Object.keys(value).find(
      (key) => !Object.hasOwn(fields, key) && !Object.hasOwn(optional, key),
    )
    if (extra !== undefined) return `${at} has an unknown key ${show(extra)}`
    for (const [key, check] of Object.entries({ ...fields, ...optional })) {
      const inner = path ? `${path}.${key}` : key
      if (Object.hasOwn(optional, key) && !Object.hasOwn(value, key)) continue
      if (!Object.hasOwn(value, key)) return `${inner} is missing`
      const problem = check((value as Record<string, unknown>)[key], inner)
      if (problem !== null) return problem
    }
    return null
  }

const list =
  (item: Rule): Rule =>
  (value, path) => {
    if (!Array.isArray(value)) return `${path} is ${show(value)}, not a list`
    return value.reduce<string | null>(
      (found, element, index) => found ?? item(element, `${path}[${index}]`),
      null,
    )
  }

const nullOr =
  (inner: Rule): Rule =>
  (value, path) =>
    value === null ? null : inner(value, path)

const text = rule('a string', (value) => typeof value === 'string')
const filledText = rule('a string with something in it', (value) => typeof value === 'string' && value !== '')
const byteCount = integer(0, 2 ** 32 - 1, 'a number of bytes')
const isScale = (value: unknown) =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) && Math.fround(value) === value

const edgeFields = object({
  name: text,
  type: rule('a type of tensors', (value) => typeof value === 'string' && Object.hasOwn(edgeTypes, value)),
  shape: list(integer(0, 2 ** 32 - 1, 'a dimension')),
  scale: nullOr(rule('a float32 greater than 0', isScale)),
  zero_point: nullOr(integer(-(2 ** 31), 2 ** 31 - 1, 'a 32-bit integer')),
  offset: byteCount,
  bytes: byteCount,
})

interface EdgeValue {
  readonly type: keyof typeof edgeTypes
  readonly shape: readonly number[]
  readonly scale: number | null
  readonly zero_point: number | null
  readonly offset: number
  readonly bytes: number
}

const edge: Rule = (value, path) => edgeFields(value, path) ?? edgeProblem(value as EdgeValue, path)

function edgeProblem({ type, shape, scale, zero_point, bytes }: EdgeValue, path: string): string | null {
  const needed = sizeOf(shape) * bytesPerElement(type)
  if (bytes !== needed) return `${path}.bytes is ${bytes}, but ${show(shape)} of ${type} are ${needed}`
  if ((scale === null) !== (zero_point === null)) return `${path} has only one of scale and zero_point`
  if (zero_point === null) return null
  const range = edgeTypes[type]
  if (range === null) return `${path} is quantized, but its type is ${type}`
  if (!isIntegerIn(zero_point, ...range)) return `${path}.zero_point is ${zero_point}, outside ${type}`
  return null
}

const manifest = object(
  {
    format: integer(1, 1, '1'),
    compiler: filledText,
    contract: object(
      { name: filledText, reference: filledText, version: filledText },
      { multipliers: rule('float64 or float32', (value) => value === 'float64' || value === 'float32') },
    ),
    model: object({
      name: text,
      sha256: rule(
        '64 hexadecimal digits',
        (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
      ),
    }),
    inputs: list(edge),
    outputs: list(edge),
    memory: object({ arena: byteCount, state: byteCount, total: byteCount }),
    macs: integer(0, Number.MAX_SAFE_INTEGER, 'a count'),
    kernel_interface: nullOr(integer(1, 2 ** 32 - 1, 'a version')),
  },
  { states: list(object({ input: text, output: text })) },
)

/** The first rule that the value breaks, as the end of a sentence; null: it is a manifest. */
export function manifestProblem(value: unknown): string | null {
  const problem = manifest(value, '')
  if (problem !== null) return problem
  const { memory, inputs, outputs } = value as {
    readonly memory: { readonly arena: number; readonly state: number; readonly total: number }
    readonly inputs: readonly EdgeValue[]
    readonly outputs: readonly EdgeValue[]
  }
  const { arena, state, total } = memory
  if (arena + state > total) return `memory.total is ${total}, less than arena and state together`
  const outside = [...inputs, ...outputs].find(({ offset, bytes }) => offset + bytes > total)
  return outside ? `an edge ends at byte ${outside.offset + outside.bytes} of ${total}` : null
}
