// SPDX-License-Identifier: Apache-2.0
// A verifier is worth what it finds: faults planted in a kernel, in the lowering, in the memory plan and in the file.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { assemble } from '../compiler/codegen/assemble.js'
import { readSections, sectionIds } from '../compiler/codegen/module-sections.js'
import { type Assembly, assemblyFolder } from '../compiler/codegen/package-files.js'
import type { Program } from '../compiler/codegen/program.js'
import { assembleProgram, compileFile, lower } from '../compiler/compile.js'
import type { ConvolutionAttributes } from '../compiler/ir/operators.js'
import { lowerGraph } from '../compiler/passes/lower.js'
import type { NormalizedGraph } from '../compiler/passes/normalize.js'
import { openNode } from '../runtime/node.js'
import { type Toolchain, toolchain } from '../runtime/verify/subject.js'
import { type VerifyOptions, verifyModel } from '../runtime/verify.js'
import { committedNetworks, modelPath } from './networks/committed.js'
import { root } from './run-caplet.js'

const network = (name: string) => modelPath(committedNetworks().find((n) => n.name === name)!)
const quick: VerifyOptions = { count: 20, runtimes: ['node'] }

const folder = mkdtempSync(join(tmpdir(), 'caplet-faults-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The package's kernels with one text replaced in one of them. */
function patchedAssembly(kernel: string, from: string, to: string): Assembly {
  const copy = join(folder, `assembly-${kernel}`)
  cpSync(join(root, 'assembly'), copy, { recursive: true })
  const file = join(copy, kernel, 'kernel.ts')
  const source = readFileSync(file, 'utf8')
  if (source.split(from).length !== 2) throw new Error(`${kernel} has not exactly one ${from}`)
  writeFileSync(file, source.replace(from, to))
  return assemblyFolder(copy)
}

const withKernels = (assembly: Assembly): Toolchain => ({
  lower,
  assemble: (_model, _graph, program, options) =>
    assemble(
      { ...program, name: 'faulty' },
      {
        compilerVersion: '0',
        contract: { name: 'onnxruntime', reference: 'onnxruntime-web', version: '1.30.0' },
        modelName: 'faulty',
        modelSha256: '0'.repeat(64),
        expectedOutputs: null,
      },
      { name: 'faulty', assembly, reuseMemory: options.reuseMemory },
    ),
})

/** The compiler, except that it changes the normalized graph. */
const withGraphs = (change: (graph: NormalizedGraph) => NormalizedGraph): Toolchain => ({
  ...toolchain,
  lower: (model, options) => {
    const graph = change(lower(model, options).graph)
    const { edgeLayout } = options
    return {
      graph,
      program: lowerGraph(graph, { preferFloat: false, edgeLayout, quantization: graph.quantization }),
    }
  },
})

const stepsOf = (graph: NormalizedGraph, operator: string) =>
  graph.nodes.filter((node) => node.operator === operator).map(({ name }) => name)

describe('a planted fault', () => {
  it('of a kernel is found, and its first node named', async () => {
    const path = network('residual.qdq.int8')
    const assembly = patchedAssembly(
      'quantized-binary',
      'roundPair(sum, ADDEND,',
      'roundPair(sum + 1000000000000, ADDEND,',
    )
    const { exact, runtimes } = await verifyModel(path, { ...quick, tools: withKernels(assembly) })
    expect(exact).toBe(false)
    const first = runtimes[0]!.firstMismatch!
    expect(runtimes[0]!.mismatches).toBeGreaterThan(0)
    const added = (await compileFile(path)).steps.filter((step) => step.operator === 'quantized_binary')
    expect(first.node).toBe(added[0]!.name)
    expect(first.note).toMatch(/kernel of quantized_binary/)
    expect(first.expected).not.toBe(first.actual)
  })

  it.each(['residual.qdq.int8', 'mobile.qdq.symmetric', 'residual.qoperator.uint8', 'external.qdq.int8'])(
    'of the lowering is found in %s, and its node named',
    async (name) => {
      let planted = ''
      const tools = withGraphs((graph) => {
        const convolutions = stepsOf(graph, 'convolution')
        planted ||= convolutions[Math.floor(convolutions.length / 2)]!
        return { ...graph, nodes: graph.nodes.map((node) => (node.name === planted ? shifted(node) : node)) }
      })
      const runtimes = ['node', 'reference']
      const verification = await verifyModel(network(name), { ...quick, runtimes, tools })
      expect(verification.exact).toBe(false)
      for (const { firstMismatch } of verification.runtimes) {
        expect(firstMismatch!.node).toBe(planted)
        expect(firstMismatch!.note).toMatch(/fault of the lowering/)
      }
    },
  )

  it('of the memory plan is told apart from one of a kernel', async () => {
    const inPlace = (program: Program): Program => ({
      ...program,
      steps: program.steps.map((step) =>
        step.operator === 'convolution' ? { ...step, inPlace: [{ input: 0, output: 0 }] } : step,
      ),
    })
    const tools: Toolchain = {
      lower: (model, options) => {
        const { graph, program } = lower(model, options)
        return { graph, program: inPlace(program) }
      },
      assemble: assembleProgram,
    }
    const { exact, runtimes } = await verifyModel(network('residual.qdq.int8'), { ...quick, tools })
    expect(exact).toBe(false)
    expect(runtimes[0]!.firstMismatch!.node).toBeNull()
    expect(runtimes[0]!.firstMismatch!.note).toMatch(/memory plan, or the file itself/)
  })

  it('of the file fails its verification', async () => {
    const path = network('perceptron.qdq.int8')
    const capsule = await compileFile(path)
    const { first, length } = weightsOf(capsule.wasm)
    const file = join(folder, 'damaged.wasm')
    const damaged = capsule.wasm.slice()
    for (let at = first; at < first + length; at += 5) damaged[at]! ^= 0x80
    writeFileSync(file, damaged)
    const { exact, sha256, runtimes } = await verifyModel(path, { ...quick, capsule: file })
    expect(exact).toBe(false)
    expect(sha256).not.toBe(capsule.sha256)
    expect(runtimes[0]!.firstMismatch!.note).toMatch(/the file itself/)
  })

  it('of one bit of the weights fails the self test, and with it the verification', async () => {
    const path = network('perceptron.qdq.int8')
    const { wasm } = await compileFile(path)
    const { first, length } = weightsOf(wasm)
    expect((await openNode(wasm)).selftest()).toBe(0)
    for (let at = 0; at < length; at += Math.ceil(length / 40)) {
      const damaged = wasm.slice()
      damaged[first + at]! ^= 1 << (at % 8)
      expect((await openNode(damaged)).selftest(), `byte ${at}`).not.toBe(0)
    }
    const file = join(folder, 'one-bit.wasm')
    const damaged = wasm.slice()
    damaged[first + length - 1]! ^= 1
    writeFileSync(file, damaged)
    const outcome = await verifyModel(path, { ...quick, capsule: file }).catch((error) => error)
    expect(outcome.exact === false || outcome.problems?.[0].name === 'selftest-failed').toBe(true)
  })
})

/** A convolution whose bias is a little too large in every channel. */
function shifted(node: NormalizedGraph['nodes'][number]): NormalizedGraph['nodes'][number] {
  const { weight, bias } = node.attributes as unknown as ConvolutionAttributes
  const shiftedBias = Int32Array.from(
    { length: weight.shape[0]! },
    (_, channel) => (bias?.[channel] ?? 0) + 3000,
  )
  return { ...node, attributes: { ...node.attributes, bias: shiftedBias } }
}

/** The weight segment: the last bytes of the data section. */
function weightsOf(wasm: Uint8Array): { first: number; length: number } {
  const { bytes } = readSections(wasm).find(({ id }) => id === sectionIds.data)!
  const header = 8 // at most: number of segments, kind, length
  return { first: bytes.byteOffset - wasm.byteOffset + header, length: bytes.length - header }
}
