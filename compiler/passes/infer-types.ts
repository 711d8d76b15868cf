// SPDX-License-Identifier: Apache-2.0
// Step 3: every tensor gets an element type and a static shape; what depends on constants alone becomes a constant.
//
//     x[batch,3] -> Shape -> Gather -> Reshape     =>     x[1,3] -> Reshape(constant shape)
//
// Post: no dynamic dimension, no unknown operator or attribute. Leaves DequantizeLinear of constants as it is:
// the reference's fusions look for it.
import { CapletError, type Problem } from '../errors.js'
import type { DeclaredInput } from '../import/declared.js'
import type { OnnxGraph, SourceModel } from '../import/onnx.js'
import type { Node, Tensor } from '../ir/graph.js'
import { type Constant, isNibbleType, sizeOf } from '../ir/types.js'
import { type AttributeKind, OnnxNode, type OnnxOperator } from '../operators/onnx.js'
import { onnxOperators } from '../operators/onnx-list.js'
import { refuseBeforeItsTime } from '../operators/since.js'
import { contradictedTypes } from './declared-types.js'
import { floatModelProblems } from './refuse-float-model.js'
import { nibbleEdge, refuseNibbles } from './refuse-nibbles.js'
import { earlierForm, upgradeNode } from './upgrade-node.js'

/** Of an activation: far more than any device holds, and few enough for a compilation that ends. */
const mostElements = 1 << 24

/** `--shape`: name -> dimensions. */
export type Shapes = ReadonlyMap<string, readonly number[]>

export function inferTypes(model: SourceModel, shapes: Shapes): OnnxGraph {
  const problems: Problem[] = []
  const tensors = new Map<string, Tensor>()
  for (const [name, constant] of model.constants) {
    tensors.set(name, { name, type: constant.type, shape: constant.shape, constant })
  }
  for (const name of shapes.keys()) {
    if (!model.inputs.some((input) => input.name === name)) {
      problems.push({
        code: 'unknown-input',
        message: `--shape names "${name}", but the model's inputs are ${model.inputs.map((i) => `"${i.name}"`).join(', ')}`,
        remedy: 'Use the name of an input.',
      })
    }
  }
  for (const input of model.inputs) {
    const shape = staticShape(input, shapes.get(input.name), problems)
    if (!shape) continue
    if (sizeOf(shape) > mostElements) problems.push(tooLarge(input.name, shape))
    if (isNibbleType(input.type)) problems.push(nibbleEdge(input.name, input.type))
    tensors.set(input.name, { name: input.name, type: input.type, shape })
  }
  const nodes: Node[] = []
  for (const node of model.nodes) {
    const kept = inferNode(node, model.opset, tensors, problems)
    if (kept) nodes.push(kept)
  }
  problems.push(...contradictedTypes(model, tensors))
  for (const output of model.outputs) {
    const type = tensors.get(output)?.type
    if (type && isNibbleType(type)) problems.push(nibbleEdge(output, type))
    if (tensors.has(output) || problems.length > 0) continue
    problems.push({
      code: 'malformed-model',
      message: `Output "${output}" is written by no node`,
      remedy: 'Check the model with onnx.checker and export it again.',
    })
  }
  if (problems.length > 0) throw new CapletError([...floatModelProblems(model), ...problems])
  const inputs = model.inputs.map((i) => i.name)
  return { name: model.graphName, opset: model.opset, inputs, outputs: model.outputs, tensors, nodes }
}

function staticShape(
  input: DeclaredInput,
  bound: readonly number[] | undefined,
  problems: Problem[],
): readonly number[] | null {
  const declared = input.shape
  if (bound) {
    const fits =
      declared === null ||
      (declared.length === bound.length && declared.every((d, i) => typeof d === 'string' || d === bound[i]))
    if (!fits) {
      problems.push({
        code: 'shape-mismatch',
        message: `--shape gives "${input.name}" [${bound}], but the model declares [${declared}]`,
        remedy: 'Give the same rank and fixed dimensions.',
      })
      return null
    }
    return bound
  }
  if (declared?.every((d) => typeof d === 'number')) return declared as number[]
  const suggestion = declared ? declared.map((d) => (typeof d === 'number' ? d : 1)).join(',') : '1,...'
  problems.push({
    code: 'unbound-dimension',
    message: `Input "${input.name}" has a dynamic shape${declared ? ` [${declared.map((d) => d || '?')}]` : ''}`,
    remedy: `Bind it: --shape ${input.name}=${suggestion}`,
  })
  return null
}

/** Types of the node's outputs go to `tensors`. Returns the node, or null where it became a constant or failed. */
function inferNode(
  written: Node,
  opset: number,
  tensors: Map<string, Tensor>,
  problems: Problem[],
): Node | null {
  const operator = onnxOperators.get(written.operator)
  if (!operator) {
    problems.push(unsupportedOperator(written))
    return null
  }
  const isKnown = written.inputs.every((input) => input === '' || tensors.has(input))
  if (!isKnown) return null // an earlier node failed and has said so
  const viewOf = (seen: Node) =>
    new OnnxNode(
      seen,
      opset,
      (name) => tensors.get(name),
      (name) => tensors.get(name)?.constant,
    )
  try {
    const node = inNewestForm(viewOf(written), operator, tensors)
    const view = viewOf(node)
    const types = operator.infer(view)
    const read = node.inputs.flatMap((name) => tensors.get(name)?.type ?? [])
    refuseNibbles(view, [...read, ...types.map(({ type }) => type)])
    const constants = evaluateConstants(view, operator)
    node.outputs.forEach((name, i) => {
      if (name === '') return
      const type = types[i]
      if (!type)
        throw view.error(
          'unsupported-feature',
          `Output ${i} ("${name}") is not supported`,
          'Export the model without it.',
        )
      if (sizeOf(type.shape) === 0) {
        throw view.error(
          'unsupported-feature',
          `Tensor "${name}" has no elements: [${type.shape}]`,
          'Check the bounds of the Slice, or the shape, that makes it empty.',
        )
      }
      if (!constants && sizeOf(type.shape) > mostElements) {
        const { code, message, remedy } = tooLarge(name, type.shape)
        throw view.error(code, message, remedy)
      }
      tensors.set(name, { name, ...type, constant: constants?.[i] })
    })
    return constants ? null : node
  } catch (error) {
    if (!(error instanceof CapletError)) throw error
    problems.push(...error.problems)
    return null
  }
}

const tooLarge = (name: string, shape: readonly number[]): Problem => ({
  code: 'arena-too-large',
  message: `Tensor "${name}" has ${sizeOf(shape)} elements: [${shape}]; at most ${mostElements} are supported`,
  remedy: 'Use a smaller input shape or batch, and check pads and strides.',
})

function evaluateConstants(view: OnnxNode, operator: OnnxOperator): Constant[] | null {
  if (operator.evaluateFromTypes) return operator.evaluateFromTypes(view)
  if (!operator.evaluate) return null
  const inputs: Constant[] = []
  for (let i = 0; i < view.node.inputs.length; i++) {
    if (!view.has(i)) continue
    const constant = view.constant(i)
    if (!constant) return null
    inputs.push(constant)
  }
  return operator.evaluate(view, inputs)
}

const unsupportedOperator = (node: Node): Problem => ({
  code: 'unsupported-operator',
  message: `Operator ${node.operator} is not supported`,
  remedy: 'See `caplet operators` for the supported ones; replace it or cut the model in front of it.',
  node: node.name,
  operator: node.operator,
})

/** The node as its operator set writes it, checked, and then as the newest one does. */
function inNewestForm(view: OnnxNode, operator: OnnxOperator, tensors: Map<string, Tensor>): Node {
  const earlier = earlierForm(operator, view.opset)
  checkForm(view, earlier ?? operator)
  refuseBeforeItsTime(view)
  return earlier ? upgradeNode(view, earlier, tensors) : view.node
}

/** Refuses unknown attributes, attributes of another kind and wrong numbers of inputs. */
function checkForm(view: OnnxNode, operator: Pick<OnnxOperator, 'inputs' | 'attributes'>): void {
  const { node } = view
  const [minimum, maximum] = operator.inputs
  if (node.inputs.length > maximum || node.inputs.length < minimum) {
    throw view.error(
      'malformed-model',
      `It has ${node.inputs.length} inputs, but takes ${minimum} to ${maximum}`,
      'Check the model with onnx.checker.',
    )
  }
  for (const [name, value] of Object.entries(node.attributes)) {
    const kind = operator.attributes[name]
    if (!kind) {
      const remedy =
        'Export the model without it; `caplet operators` lists the attributes that are understood.'
      throw view.error('unsupported-attribute', `Attribute "${name}" is not supported`, remedy, name)
    }
    if (!isOfKind(value, kind)) {
      const remedy = `The ONNX specification has it as ${kind}: export the model again.`
      throw view.error('malformed-model', `Attribute "${name}" is not of kind ${kind}`, remedy, name)
    }
  }
}

function isOfKind(value: unknown, kind: AttributeKind): boolean {
  const isNumbers = (v: unknown) => Array.isArray(v) && v.every((x) => typeof x === 'number')
  switch (kind) {
    case 'int':
    case 'float':
      return typeof value === 'number'
    case 'ints':
    case 'floats':
      return isNumbers(value)
    case 'string':
      return typeof value === 'string'
    case 'strings':
      return Array.isArray(value) && value.every((x) => typeof x === 'string')
    case 'tensor':
      return typeof value === 'object' && value !== null && 'data' in value
  }
}
