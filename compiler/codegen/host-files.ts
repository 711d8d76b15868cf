// SPDX-License-Identifier: Apache-2.0
// What a C project takes over: model.h (sizes, offsets, quantization) and model.c (the capsule as constant data).
import { type ElementType, sizeOf } from '../ir/types.js'
import type { Capsule, PlacedEdge } from './capsule.js'
import { describeEdge, quote, render } from './text.js'

const cTypes: Partial<Record<ElementType, string>> = { bool: 'uint8_t', float32: 'float' }

/** The float32 as C source: nine significant digits name exactly one float32. */
export function floatLiteral(value: number): string {
  const digits = Math.fround(value).toPrecision(9)
  return `${/[.e]/.test(digits) ? digits : `${digits}.0`}f`
}

const macroPrefix = (capsule: Capsule) => `CAPLET_${capsule.name.toUpperCase()}`

function edgeMacros(prefix: string, edge: PlacedEdge): string[] {
  const { quantization: q } = edge
  return [
    `${prefix}_TYPE ${cTypes[edge.type] ?? `${edge.type}_t`}`,
    `${prefix}_OFFSET ${edge.offset}u`,
    `${prefix}_BYTES ${edge.bytes}u`,
    `${prefix}_ELEMENTS ${sizeOf(edge.shape)}u`,
    ...(q ? [`${prefix}_SCALE ${floatLiteral(q.scale)}`, `${prefix}_ZERO_POINT (${q.zeroPoint})`] : []),
  ]
}

export function headerSource(capsule: Capsule): string {
  const prefix = macroPrefix(capsule)
  const describe = (direction: string) => (edge: PlacedEdge, index: number) => ({
    comment: describeEdge(edge),
    macros: edgeMacros(`${prefix}_${direction}_${index}`, edge),
  })
  return render('model.h', {
    name: capsule.name,
    prefix,
    model: quote(capsule.model.name),
    modelSha256: capsule.model.sha256,
    version: capsule.compilerVersion,
    bytes: capsule.wasm.length,
    code: capsule.sizes.code,
    sha256: capsule.sha256,
    memory: capsule.memory,
    inputCount: capsule.inputs.length,
    outputCount: capsule.outputs.length,
    edges: [...capsule.inputs.map(describe('INPUT')), ...capsule.outputs.map(describe('OUTPUT'))],
  })
}

const bytesPerRow = 24

/** `header`: the file that declares the array. */
export function dataSource(capsule: Capsule, header: string): string {
  const rows: string[] = []
  for (let at = 0; at < capsule.wasm.length; at += bytesPerRow) {
    rows.push(`  ${capsule.wasm.subarray(at, at + bytesPerRow).join(', ')},`)
  }
  return render('model.c', {
    name: capsule.name,
    prefix: macroPrefix(capsule),
    header,
    version: capsule.compilerVersion,
    rows: rows.join('\n'),
  })
}
