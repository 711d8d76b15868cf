// SPDX-License-Identifier: Apache-2.0
// The emitted AssemblyScript is what users read: one golden file shows all of it for a small program, the command included.
// After an intended change: npx vitest run compiler/codegen/emit.test.ts -u, and read the diff.
import { expect, test } from 'vitest'
import { type Emission, emit, emitWasi, placeEdges } from './emit.js'
import { exampleAssembly, exampleInfo, exampleProgram } from './example.fixture.js'
import { layoutMemory } from './memory-layout.js'
import type { Program } from './program.js'
import { layoutSegment } from './segment.js'
import { quote } from './text.js'

function emission(program: Program, reuseMemory = true): Emission {
  const layout = layoutMemory(program, reuseMemory)
  const inputs = placeEdges(program.inputs, layout)
  const outputs = placeEdges(program.outputs, layout)
  const parts = { program, layout, segment: layoutSegment(program), inputs, outputs }
  const more = {
    assembly: exampleAssembly(),
    name: 'example',
    total: layout.arena,
    info: exampleInfo,
    checksum: 7,
  }
  return { ...parts, ...more }
}

test('emitted files', async () => {
  const input = emission(exampleProgram(), false)
  const files = [...emit(input), ['command.ts', emitWasi(input, input.total)] as const]
  // Shared files are copies of those in assembly/.
  const shown = files.filter(([path]) => path.includes('/') || path === 'capsule.ts' || path === 'command.ts')
  const text = shown.map(([path, source]) => `==> ${path} <==\n${source}`).join('\n')
  await expect(text).toMatchFileSnapshot('../../test/golden/emit/expected.txt')
})

test('text of the model cannot leave its comment', () => {
  const hostile = 'a"\n*/ export function evil(): void {}\r\u2028\u0000\\'
  const program = exampleProgram()
  const steps = program.steps.map((step) => ({ ...step, name: `${hostile}${step.name}` }))
  const inputs = program.inputs.map((edge) => ({ ...edge, name: hostile }))
  for (const [, source] of emit(emission({ ...program, steps, inputs }))) {
    for (const line of source.split(/[\n\r\u2028\u2029]/)) {
      const at = line.indexOf('evil')
      if (at >= 0) expect(line.slice(0, at)).toContain('//')
    }
  }
  expect(quote(hostile)).toMatch(/^"[\x20-\x7e]*"$/)
  expect(JSON.parse(quote(hostile))).toBe(hostile)
})
