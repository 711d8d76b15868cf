// SPDX-License-Identifier: Apache-2.0
// The accelerated tier: the same bits as the reference, in integers and in float32, on every committed network; and a
// file that says what it needs. The kernels are the twin's here; devices run those of targets/kernels.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeDescriptor } from '../../compiler/codegen/descriptor.js'
import { readSections, sectionBytes, sectionIds } from '../../compiler/codegen/module-sections.js'
import { kernelModule } from '../../compiler/tiers/kernel-interface.js'
import { openNode } from '../../runtime/node.js'
import { verifyModel } from '../../runtime/verify.js'
import { committedNetworks, modelPath } from '../networks/committed.js'
import { caplet, capletJson, root } from '../run-caplet.js'

const examples = ['ecg-beat', 'digits'].map((name) => ({
  name,
  path: join(root, 'examples', name, 'model.onnx'),
  shapes: new Map<string, readonly number[]>(),
}))
const networks = committedNetworks().map((network) => ({
  name: network.name,
  path: modelPath(network),
  shapes: new Map(Object.entries(network.dynamic)),
}))

describe.each([null, 'cortex-m4f'])('target %s', (target) => {
  it.each([...examples, ...networks])('$name equals the reference', async ({ path, shapes }) => {
    const found = await verifyModel(path, { tier: 'accelerated', target, shapes, count: 20 })
    expect(found.exact, JSON.stringify(found.runtimes)).toBe(true)
    expect(found.runtimes.map(({ name }) => name)).toContain('node')
  })
})

describe('the files of --tier accelerated', () => {
  const keyword = networks.find(({ name }) => name === 'keyword.qdq')!.path
  let folder: string
  let files: Record<string, string>
  let wasm: Uint8Array<ArrayBuffer>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'caplet-accelerated-'))
    const flags = ['--tier', 'accelerated', '--name', 'words', '-o', join(folder, 'out')]
    files = (await capletJson('compile', 'compile', keyword, ...flags)).json.files
    wasm = new Uint8Array(readFileSync(files.accelerated!))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('lie beside the portable twin, which imports nothing', () => {
    const imports = (path: string) =>
      WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(path))).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      )
    expect(imports(files.wasm!)).toEqual([])
    expect(imports(files.accelerated!)).toEqual(
      ['convolution', 'depthwise', 'fully_connected', 'pool'].map((name) => ({
        kind: 'function',
        module: kernelModule,
        name,
      })),
    )
    expect(findBlock(wasm) % 4, 'where the weights begin').toBe(0)
    expect(readFileSync(files.accelerated_c!, 'utf8')).toContain('caplet_words_accelerated_capsule[')
    expect(readFileSync(files.accelerated_header!, 'utf8')).toContain(`_CAPSULE_BYTES ${wasm.length}u`)
  })

  it('name the interface in manifest and descriptor', () => {
    const sections = readSections(wasm)
    const section = (name: string) => sectionBytes(sections, sectionIds.custom, name)
    expect(JSON.parse(new TextDecoder().decode(section('caplet.manifest'))).kernel_interface).toBe(1)
    expect(decodeDescriptor(section('caplet.descriptor')).kernelInterface).toBe(1)
    expect(JSON.parse(readFileSync(files.manifest!, 'utf8')).kernel_interface).toBeNull()
  })

  it('are verified as the very files they are', async () => {
    const words = ['verify', keyword, '--capsule', files.accelerated!, '-n', '3', '--runtime', 'node']
    expect((await capletJson('verify', ...words)).json.exact).toBe(true)
  })

  it('go away with the next portable compilation', async () => {
    await caplet('compile', keyword, '-o', join(folder, 'out'))
    expect(existsSync(files.wasm!)).toBe(true)
    expect(existsSync(files.accelerated!)).toBe(false)
  })

  it('refuse a block that is not as documented, as a trap', async () => {
    for (const [at, value] of [
      [0, 9],
      [1, 6],
      [2, 2],
      [12, 0],
      [44, 3],
    ] as const) {
      const damaged = wasm.slice()
      damaged[findBlock(damaged) + at] = value
      const capsule = await openNode(damaged)
      const zeros = capsule.inputs.map(({ bytes }) => new Uint8Array(bytes))
      expect(() => capsule.invoke(zeros), `byte ${at}`).toThrow(/refuses its block/)
    }
  })
})

/** Where the first parameter block begins: the first byte of the passive segment. */
function findBlock(wasm: Uint8Array): number {
  const data = sectionBytes(readSections(wasm), sectionIds.data)
  // One segment: count, flags, then its length in as many bytes as it takes.
  let at = 2
  while (data[at]! >= 0x80) at++
  return data.byteOffset - wasm.byteOffset + at + 1
}
