// SPDX-License-Identifier: Apache-2.0
// Random models whose sums ONNX Runtime leaves in float, and networks of 16-bit activations and 4-bit weights, under the
// contract `integer`: its definition and the kernels of the built capsule give the same bytes.
import { expect, it } from 'vitest'
import { defaultOptions, lower } from '../../compiler/compile.js'
import type { ContractName } from '../../compiler/contracts.js'
import { CapletError } from '../../compiler/errors.js'
import { evaluateBytes } from '../../compiler/evaluate.js'
import { modelFromBytes } from '../../compiler/read-model.js'
import { elementsOf } from '../../runtime/edge-values.js'
import { writeModel } from '../../runtime/oracle/write-model.js'
import type { ModelEdge } from '../../runtime/verify/feeds.js'
import { generatedSamples } from '../../runtime/verify/samples.js'
import { compareKernels } from './batch.js'
import type { Subject } from './compare.js'
import { randomModel } from './generator.js'
import { parseModel } from './text.js'

/** Codes of what stands in the way under the contract, or the model with samples and what its definition gives. */
function subjectOf(bytes: Uint8Array, contract: ContractName, seed: number): Subject | readonly string[] {
  try {
    const { graph, program } = lower(modelFromBytes(bytes, 'random.onnx'), { ...defaultOptions, contract })
    const edge = (e: (typeof program.inputs)[number]): ModelEdge => ({
      ...{ name: e.name, type: e.type, shape: e.shape, modelShape: e.shape },
      ...{ scale: e.quantization?.scale ?? null, zero_point: e.quantization?.zeroPoint ?? null },
    })
    const [inputs, outputs] = [program.inputs.map(edge), program.outputs.map(edge)]
    const given = generatedSamples(
      inputs.map((input) => ({ ...input, grid: null })),
      6,
      seed,
    )
    const samples = Array.from({ length: given.length }, (_, i) => {
      const results = evaluateBytes(graph, given.at(i), 'model')
      const expected = outputs.map((output, k) => {
        const data = elementsOf(results[k]!, output)
        return [output.name, { type: output.type, dims: output.shape, data }] as const
      })
      return { bytes: given.at(i), expected: Object.fromEntries(expected) }
    })
    return { graph, inputs, outputs, samples }
  } catch (error) {
    if (error instanceof CapletError) return error.problems.map(({ code }) => code)
    throw error
  }
}

const isSubject = (found: Subject | readonly string[]): found is Subject => 'graph' in found

it('the kernels equal the definition on random models that ONNX Runtime leaves partly in float', async () => {
  const subjects: Subject[] = []
  for (let seed = 20_000; seed < 20_600 && subjects.length < 15; seed++) {
    const bytes = writeModel(randomModel(seed))
    const refused = subjectOf(bytes, 'onnxruntime', seed)
    if (isSubject(refused) || !refused.every((code) => code === 'float-sum')) continue
    const found = subjectOf(bytes, 'integer', seed)
    if (isSubject(found)) subjects.push(found)
  }
  expect(subjects.length).toBeGreaterThan(10)
  const differences = await compareKernels(subjects)
  expect(differences.filter((text) => text !== null)).toEqual([])
}, 240_000)

const wide = `
opset 21
input x: float32[1,2,6]
q: int16[1,2,6] = QuantizeLinear(x, float32 0.0002, int16 0)
d: float32[1,2,6] = DequantizeLinear(q, float32 0.0002, int16 0)
w: float32[3,2,3] = DequantizeLinear(int8[3,2,3] {7 -90 41 127 3 -65 20 88 -14}, float32[3] {0.01 0.021 0.013}, int8[3] {0 0 0}) {axis=0}
c: float32[1,3,4] = Conv(d, w)
r: float32[1,3,4] = Relu(c)
e: int16[1,3,4] = QuantizeLinear(r, float32 0.0004, int16 -7)
f: float32[1,3,4] = DequantizeLinear(e, float32 0.0004, int16 -7)
s: float32[1,3,4] = Add(f, f)
t: int16[1,3,4] = QuantizeLinear(s, float32 0.0007, int16 0)
u: float32[1,3,4] = DequantizeLinear(t, float32 0.0007, int16 0)
g: float32[1,12] = Flatten(u)
v: float32[12,4] = DequantizeLinear(int4[12,4] {-5 7 -8 2 0 3 1}, float32[4] {0.1 0.2 0.3 0.1}, int4[4] {0 0 0 0}) {axis=1}
h: float32[1,4] = Gemm(g, v)
i: uint8[1,4] = QuantizeLinear(h, float32 0.2, uint8 120)
y: float32[1,4] = DequantizeLinear(i, float32 0.2, uint8 120)
output y
output u`.trim()

it('16-bit activations and 4-bit weights make a network of quanta throughout', async () => {
  const bytes = writeModel(parseModel(wide))
  expect(subjectOf(bytes, 'onnxruntime', 1)).toContain('not-eight-bit')
  const subject = subjectOf(bytes, 'integer', 1)
  if (!isSubject(subject)) throw new Error(subject.join())
  expect(subject.inputs.map(({ type }) => type)).toEqual(['int16'])
  expect(subject.outputs.map(({ type }) => type)).toEqual(['uint8', 'int16'])
  expect(await compareKernels([subject])).toEqual([null])
})
