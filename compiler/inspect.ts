// SPDX-License-Identifier: Apache-2.0
// What a model holds and whether it compiles: steps 2 to 8 of the compilation, without building anything. That a model
// does not compile is no exception here: the reasons are part of the answer.
import { realMultiplier } from './arithmetic/fixed-point.js'
import { arenaBase, bytesOf, layoutMemory, memoryGraph } from './codegen/memory-layout.js'
import type { Edge, Program, Step } from './codegen/program.js'
import { type CompileOptions, defaultOptions, inFile, lower, type StepResults } from './compile.js'
import { CapletError, type Problem } from './errors.js'
import { furtherProblems } from './further-problems.js'
import type { SourceModel } from './import/onnx.js'
import type { TfliteModel } from './import/tflite.js'
import type { FixedRequantization } from './ir/fixed-operators.js'
import type { Attributes } from './ir/graph.js'
import type { Requantization } from './ir/operators.js'
import { printGraph, printProgram, printSource, typeText } from './ir/print.js'
import type { Quantization } from './ir/types.js'
import { drawMemory, type MemoryReport, reportMemory } from './memory/draw.js'
import { analyzeLifetimes } from './memory/lifetimes.js'
import { planLifetimes } from './memory/plan-lifetimes.js'
import type { ModelFile } from './read-model.js'
import type { InspectableStep } from './steps.js'

export interface InspectedNode {
  readonly name: string
  readonly operator: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly macs: number
  readonly weights: number
  readonly requantizer: string | null
  readonly proof: number
  /** Type and shape of the first output, '' where it is not known. */
  readonly type: string
  /** How its results become quanta, for people; '' where it has no such rule. */
  readonly quantization: string
}

export interface Inspection {
  readonly problems: readonly Problem[]
  /** Steps of the program; of a model that does not compile, the model's own nodes. */
  readonly nodes: readonly InspectedNode[]
  readonly inputs: readonly Edge[]
  readonly outputs: readonly Edge[]
  /** Edges that stay float, and why. */
  readonly notes: readonly string[]
  /** null where the model does not compile. */
  readonly memory: (MemoryReport & { readonly picture: string }) | null
}

interface Progress {
  readonly results: Partial<StepResults>
  readonly problems: readonly Problem[]
}

/** Goes as far as the model lets it. Throws CapletError only where the file holds no model at all. */
function advance(model: ModelFile, options: Partial<CompileOptions>): Progress {
  const results: { -readonly [Step in keyof StepResults]?: StepResults[Step] } = {}
  try {
    inFile(model, () =>
      lower(model, { ...defaultOptions, ...options }, (step, result) => {
        results[step] = result
      }),
    )
    return { results, problems: [] }
  } catch (error) {
    const isModel = results.import !== undefined || !(error instanceof CapletError && isNoModel(error))
    if (error instanceof CapletError && isModel) return { results, problems: error.problems }
    throw error
  }
}

const isNoModel = ({ problems }: CapletError): boolean =>
  problems.some(({ code }) => code === 'unreadable-model' || code === 'unsupported-format')

/** Every reason why the model does not compile, or its nodes and its memory plan. */
export function inspectModel(model: ModelFile, options: Partial<CompileOptions> = {}): Inspection {
  const { results, problems } = advance(model, options)
  const { lower: program, fuse, normalize } = results
  const notes = (fuse ?? normalize)?.notes ?? []
  if (!program) {
    const source = results.import
    const nodes = source ? sourceNodes(source, results) : []
    const further = source && 'opset' in source ? furtherProblems(source, problems, options) : []
    const all = [...problems, ...further.map((problem) => ({ file: model.path, ...problem }))]
    return { problems: all, nodes, inputs: [], outputs: [], notes, memory: null }
  }
  const { inputs, outputs } = program
  const attributes = new Map(fuse?.nodes.map((node) => [node.name, node.attributes]))
  const nodes = program.steps.map((step) => inspectedStep(step, program, attributes.get(step.name) ?? {}))
  try {
    return { problems, nodes, inputs, outputs, notes, memory: inFile(model, () => planOf(program)) }
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    return { problems: error.problems, nodes, inputs, outputs, notes, memory: null }
  }
}

function inspectedStep(step: Step, program: Program, attributes: Attributes): InspectedNode {
  const { name, operator, inputs, outputs, macs, weightBytes, requantizer, proof } = step
  const tensor = program.tensors.get(outputs[0] ?? '')
  const type = tensor ? typeText(tensor.type, tensor.shape) : ''
  const quantization = quantizationText(attributes)
  return {
    name,
    operator,
    inputs,
    outputs,
    macs,
    weights: weightBytes,
    requantizer,
    proof,
    type,
    quantization,
  }
}

/** Multipliers of rule R or M, or scale and zero point of the output, whichever the operator has (ir/operators.ts). */
function quantizationText(attributes: Attributes): string {
  const rule = attributes.requantization as Requantization | FixedRequantization | null | undefined
  if (rule) {
    const factors = 'fixed' in rule ? rule.fixed.map(realMultiplier) : [...rule.multipliers]
    const range = [Math.min(...factors), Math.max(...factors)].map((m) => m.toPrecision(4))
    return `x ${[...new Set(range)].join(' to ')}, zero point ${rule.zeroPoint}`
  }
  const output = attributes.output as Quantization | null | undefined
  if (output) return `scale ${output.scale.toPrecision(4)}, zero point ${output.zeroPoint}`
  return typeof attributes.label === 'string' ? attributes.label : ''
}

const sourceNodes = (source: SourceModel | TfliteModel, results: Partial<StepResults>): InspectedNode[] =>
  source.nodes.map(({ name, operator, inputs, outputs }) => {
    const tensor = results['infer-types']?.tensors.get(outputs[0] ?? '')
    const type = tensor ? typeText(tensor.type, tensor.shape) : ''
    return {
      name,
      operator,
      inputs,
      outputs,
      macs: 0,
      weights: 0,
      requantizer: null,
      proof: 0,
      type,
      quantization: '',
    }
  })

/** As codegen/memory-layout.ts places it. */
function planOf(program: Program): MemoryReport & { picture: string } {
  const lifetimes = analyzeLifetimes(memoryGraph(program))
  const plan = planLifetimes(lifetimes, { base: arenaBase })
  const { arena, state } = layoutMemory(program, true)
  return { ...reportMemory(lifetimes, plan), arena, state, picture: drawMemory(lifetimes, plan) }
}

/**
 * The model after a step, as text. Throws CapletError with the reasons where it does not get that far.
 */
export function printAfter(
  step: InspectableStep,
  model: ModelFile,
  options: Partial<CompileOptions> = {},
): string {
  const { results, problems } = advance(model, options)
  const needed = step === 'plan' ? 'lower' : step
  if (results[needed] === undefined) throw new CapletError(problems)
  switch (step) {
    case 'import':
      return 'opset' in results.import! ? printSource(results.import) : printGraph(results.import!)
    case 'lower':
      return printProgram(results.lower!)
    case 'plan':
      return printPlan(results.lower!)
    default:
      return printGraph(results[step]!)
  }
}

function printPlan(program: Program): string {
  const { tensors } = planOf(program)
  const lines = tensors.map(({ name, offset, bytes, first, last }) => {
    return `${name}: bytes ${offset} to ${offset + bytes}, nodes ${first} to ${last}`
  })
  const total = [...program.tensors.values()].reduce((sum, tensor) => sum + bytesOf(tensor), 0)
  return [...lines, `${total} bytes of tensors in an arena of ${layoutMemory(program, true).arena}`].join(
    '\n',
  )
}
