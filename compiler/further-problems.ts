// SPDX-License-Identifier: Apache-2.0
// The reasons behind the first ones, for `inspect`: a compilation stops at the step that finds a problem, so what later
// steps, or nodes behind a refused one, would say is hidden. Here the refused nodes are cut away, and the rest goes on:
//
//     a -> Refused -> b -> Conv{wrong}          =>     a, output a
//     c -> Gemm{float weight}                          c -> Gemm{float weight}      one more reason is found
//
// Only what stays true in the whole model is kept: nothing that hangs on a guessed dimension or on the cut itself.
import { type CompileOptions, defaultOptions } from './compile.js'
import { CapletError, type Problem } from './errors.js'
import type { SourceModel } from './import/onnx.js'
import type { Node } from './ir/graph.js'
import { inferTypes, type Shapes } from './passes/infer-types.js'
import { lowerGraph } from './passes/lower.js'
import { normalize } from './passes/normalize.js'

/** Each round finds at least one more problem; more rounds than this help nobody. */
const mostRounds = 20

/** Codes whose problem may vanish with other dimensions than the guessed ones. */
const dependsOnShape = new Set(['malformed-model', 'empty-tensor', 'empty-window', 'unsupported-padding'])
/** Codes whose problem may be made by the cut: the node that would quantize a result is gone. */
const dependsOnNeighbours = new Set(['float-sum', 'float-function', 'float-model'])

/** Problems besides `first`, in the order in which they are found. */
export function furtherProblems(
  source: SourceModel,
  first: readonly Problem[],
  options: Partial<CompileOptions> = {},
): Problem[] {
  const { io, floatIslands, contract, edgeLayout, shapes } = { ...defaultOptions, ...options }
  const sums = { floatIslands, keepsIntegers: contract === 'integer' }
  const isGuessed = first.some(({ code }) => code === 'unbound-dimension')
  if (first.some(({ node, code }) => node === undefined && code !== 'unbound-dimension')) return []
  const bound = isGuessed ? boundToOne(source, shapes) : shapes
  const found: Problem[] = []
  for (let round = 0; round < mostRounds; round++) {
    const broken = new Set([...first, ...found].flatMap(({ node }) => node ?? []))
    const removed = behind(source.nodes, broken)
    const fresh = problemsOf(() => {
      const graph = normalize(inferTypes(cut(source, removed), bound), io, sums)
      lowerGraph(graph, { preferFloat: false, edgeLayout, quantization: graph.quantization })
    }).filter(
      ({ node, code }) =>
        node !== undefined &&
        !broken.has(node) &&
        !(isGuessed && dependsOnShape.has(code)) &&
        !(dependsOnNeighbours.has(code) && feeds(node, source.nodes, removed)),
    )
    if (fresh.length === 0) break
    found.push(...fresh)
  }
  return found
}

function problemsOf(work: () => void): readonly Problem[] {
  try {
    work()
    return []
  } catch (error) {
    if (error instanceof CapletError) return error.problems
    throw error
  }
}

/** Every dimension without a number, of inputs that --shape does not bind, as 1. */
const boundToOne = (source: SourceModel, shapes: Shapes): Shapes =>
  new Map([
    ...source.inputs.flatMap(({ name, shape }) =>
      shape === null ? [] : [[name, shape.map((d) => (typeof d === 'number' ? d : 1))] as const],
    ),
    ...shapes,
  ])

/** The named nodes and all that need their results. */
function behind(nodes: readonly Node[], broken: ReadonlySet<string>): Set<Node> {
  const removed = new Set<Node>()
  const lost = new Set<string>()
  for (const node of nodes) {
    if (!broken.has(node.name) && !node.inputs.some((input) => lost.has(input))) continue
    removed.add(node)
    for (const output of node.outputs) lost.add(output)
  }
  return removed
}

/** The model without these nodes; what they read of the others becomes an output. */
function cut(source: SourceModel, removed: ReadonlySet<Node>): SourceModel {
  const nodes = source.nodes.filter((node) => !removed.has(node))
  const written = new Set(nodes.flatMap((node) => node.outputs))
  const frontier = [...removed].flatMap((node) => node.inputs)
  const outputs = [...new Set([...source.outputs, ...frontier])].filter((name) => written.has(name))
  return { ...source, nodes, outputs }
}

/** A removed node reads the node's result, before anything quantizes it. */
function feeds(name: string, nodes: readonly Node[], removed: ReadonlySet<Node>): boolean {
  const reached = new Set(nodes.find((node) => node.name === name)?.outputs)
  for (const node of nodes) {
    if (!node.inputs.some((input) => reached.has(input))) continue
    if (removed.has(node)) return true
    if (!node.operator.endsWith('QuantizeLinear')) for (const output of node.outputs) reached.add(output)
  }
  return false
}
