// SPDX-License-Identifier: Apache-2.0
// One step's constants as AssemblyScript: the generated constants.ts beside the copy of its kernel.
import type { MemoryLayout } from './capsule.js'
import { internalError } from './internal-error.js'
import type { KernelConstant, Program, Step } from './program.js'
import { describeTensor, quote } from './text.js'

export interface ConstantPlaces {
  readonly layout: MemoryLayout
  /** Address of the step's scratch. */
  readonly scratch: number
  /** Offset of the step's bytes in the weight segment. */
  readonly segment: number
}

const declaration = (name: string, type: string, value: string, comment = '') =>
  `export const ${name}: ${type} = ${value}${comment && ` // ${comment}`}`

/** Bits of the float32 nearest to `value`, as eight hexadecimal digits. */
function floatBits(value: number): string {
  const view = new DataView(new ArrayBuffer(4))
  view.setFloat32(0, value)
  return `0x${view.getUint32(0).toString(16).padStart(8, '0')}`
}

const integerRanges = {
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  usize: [0, 2 ** 32 - 1],
} as const

function integer(name: string, type: keyof typeof integerRanges, value: number): string {
  const [low, high] = integerRanges[type]
  if (!Number.isInteger(value) || value < low || value > high) {
    throw internalError(`Constant ${name} = ${value} is no ${type}.`)
  }
  // -0 would print as 0 too, but only by luck of String().
  return String(value + 0)
}

function int64(value: bigint): string {
  // The literal of the smallest value would be the negation of one that does not exist.
  return value === -(2n ** 63n) ? 'i64.MIN_VALUE' : String(value)
}

function line(name: string, constant: KernelConstant, program: Program, places: ConstantPlaces): string {
  switch (constant.kind) {
    case 'i32':
    case 'u32':
    case 'usize':
      return declaration(name, constant.kind, integer(name, constant.kind, constant.value))
    case 'i64':
      return declaration(name, 'i64', int64(constant.value))
    case 'f32':
      return declaration(
        name,
        'f32',
        `reinterpret<f32>(${floatBits(constant.value)})`,
        String(Math.fround(constant.value)),
      )
    case 'bool':
      return declaration(name, 'bool', String(constant.value))
    case 'type':
      return `export type ${name} = ${constant.value}`
    case 'code':
      return `export { ${constant.symbol} as ${name} } from "../${constant.from.replace(/^(\.\.?\/)*/, '')}"`
    case 'address': {
      const address = places.layout.addresses.get(constant.tensor)
      const tensor = program.tensors.get(constant.tensor)
      if (address === undefined || !tensor)
        throw internalError(`Constant ${name}: no tensor ${constant.tensor}.`)
      const value = integer(name, 'usize', address + (constant.offset ?? 0))
      return declaration(name, 'usize', value, describeTensor(tensor) + offsetNote(constant.offset))
    }
    case 'scratch':
      return declaration(name, 'usize', integer(name, 'usize', places.scratch + constant.offset), 'scratch')
    case 'segment':
      return declaration(
        name,
        'usize',
        integer(name, 'usize', places.segment + constant.offset),
        'weight segment',
      )
  }
}

const offsetNote = (offset = 0) => (offset === 0 ? '' : ` ${offset < 0 ? '-' : '+'} ${Math.abs(offset)}`)

/** Names that a constants.ts exports. */
export function exportedNames(source: string): Set<string> {
  const names = new Set<string>()
  for (const [, name] of source.matchAll(/^export\s+(?:const|type)\s+(\w+)/gm)) names.add(name!)
  for (const [, list] of source.matchAll(/^export\s*\{([^}]*)\}/gm)) {
    for (const item of list!.split(',')) {
      const name = item
        .trim()
        .split(/\s+as\s+/)
        .at(-1)
      if (name) names.add(name)
    }
  }
  return names
}

/** A missing constant would be an error of asc; a surplus one would go unnoticed. */
export function checkConstantNames(step: Step, sample: string): void {
  const expected = exportedNames(sample)
  const given = new Set(Object.keys(step.constants))
  const missing = [...expected].filter((name) => !given.has(name))
  const surplus = [...given].filter((name) => !expected.has(name))
  if (missing.length === 0 && surplus.length === 0) return
  const parts = [
    missing.length > 0 ? `lacks ${missing.join(', ')}` : '',
    surplus.length > 0 ? `has ${surplus.join(', ')} too many` : '',
  ]
  throw internalError(
    `Node ${quote(step.name)} ${parts.filter(Boolean).join(' and ')} beside the sample in assembly/${step.kernel}.`,
    step.name,
    step.operator,
  )
}

/** The declarations of a step's constants.ts, in the order in which lowering lists them. */
export const constantLines = (step: Step, program: Program, places: ConstantPlaces): string[] =>
  Object.entries(step.constants).map(([name, constant]) => line(name, constant, program, places))
