// SPDX-License-Identifier: Apache-2.0
// A random model rewritten for operator set 11 or 12, in which axes were attributes and some attributes were unknown.
import type { Attribute, ModelNode } from '../../runtime/oracle/write-model.js'
import type { RandomModel } from './model.js'

/** Operators whose second input was an attribute until opset 12. */
const withAxes = new Set(['Squeeze', 'Unsqueeze', 'ReduceSum', 'Split'])
/** Until opset 17. */
const withAxesLonger = new Set(['ReduceMax', 'ReduceMin', 'ReduceMean', 'ReduceProd', 'ReduceL1', 'ReduceL2'])

const later: Readonly<Record<string, readonly string[]>> = {
  QuantizeLinear: ['axis', 'output_dtype', 'saturate', 'block_size', 'precision'],
  DequantizeLinear: ['axis', 'block_size', 'output_dtype'],
  Reshape: ['allowzero'],
  AveragePool: ['dilations'],
  BatchNormalization: ['training_mode'],
}

/** null where the model says what those operator sets cannot. */
export function atOpset(model: RandomModel, opset: 11 | 12): RandomModel | null {
  const constants = new Map(
    (model.initializers ?? []).map((initializer) => [initializer.name, initializer.data]),
  )
  const nodes: ModelNode[] = []
  for (const node of model.nodes) {
    const rewritten = rewrite(node, constants)
    if (!rewritten) return null
    nodes.push(rewritten)
  }
  return { ...model, nodes, opset }
}

function rewrite(
  node: ModelNode,
  constants: ReadonlyMap<string, ArrayLike<number | bigint>>,
): ModelNode | null {
  const unknown = later[node.operator] ?? []
  // Of com.microsoft, too: the reference moves some into the default domain and then does not load them.
  if (Object.keys(node.attributes ?? {}).some((name) => unknown.includes(name))) return null
  // Until opset 12 its roi could not be left out.
  if (node.operator === 'Resize' && node.inputs.includes('')) return null
  if (!withAxes.has(node.operator) && !withAxesLonger.has(node.operator)) return node
  const [input, axes, ...more] = node.inputs
  if (axes === undefined || axes === '') return node
  const values = constants.get(axes)
  if (!values || more.length > 0) return null
  const attributes: Record<string, Attribute> = {
    ...node.attributes,
    [node.operator === 'Split' ? 'split' : 'axes']: Array.from(values, Number),
  }
  return { ...node, inputs: [input!], attributes }
}
