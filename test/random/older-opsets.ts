// SPDX-License-Identifier: Apache-2.0
// A random model rewritten for an operator set from 9 to 12, in which axes were attributes, some attributes were unknown
// and Resize was simpler, or Upsample.
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

/** Operators that sets 9 and 10 have in the same form; QLinearConv and its kin came with 10. */
const early = new Set([
  ...['Abs', 'Add', 'ArgMax', 'ArgMin', 'AveragePool', 'BatchNormalization', 'Concat', 'Constant', 'Conv'],
  ...[
    'DequantizeLinear',
    'Div',
    'Elu',
    'Erf',
    'Exp',
    'Flatten',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'Identity',
  ],
  ...[
    'LeakyRelu',
    'MatMul',
    'MaxPool',
    'Mul',
    'Neg',
    'Pow',
    'PRelu',
    'QuantizeLinear',
    'ReduceMax',
    'ReduceMean',
  ],
  ...[
    'ReduceMin',
    'ReduceSum',
    'Relu',
    'Reshape',
    'Resize',
    'Selu',
    'Sigmoid',
    'Softmax',
    'Softplus',
    'Softsign',
  ],
  ...['Sqrt', 'Squeeze', 'Sub', 'Tanh', 'TopK', 'Transpose', 'Unsqueeze'],
])

export type OlderOpset = 9 | 10 | 11 | 12

/** null where the model says what those operator sets cannot. */
export function atOpset(model: RandomModel, opset: OlderOpset): RandomModel | null {
  const constants = new Map(
    (model.initializers ?? []).map((initializer) => [initializer.name, initializer.data]),
  )
  const nodes: ModelNode[] = []
  for (const node of model.nodes) {
    const rewritten = opset < 11 ? rewriteEarly(node, constants, opset) : rewrite(node, constants)
    if (!rewritten) return null
    nodes.push(rewritten)
  }
  const isRead = (name: string) => nodes.some(({ inputs }) => inputs.includes(name))
  const initializers = (model.initializers ?? []).filter(({ name }) => isRead(name))
  return { ...model, nodes, initializers, opset }
}

type Constants = ReadonlyMap<string, ArrayLike<number | bigint>>

function rewriteEarly(node: ModelNode, constants: Constants, opset: number): ModelNode | null {
  const isQuantization = node.operator === 'QuantizeLinear' || node.operator === 'DequantizeLinear'
  if (!early.has(node.operator)) return opset === 10 && node.operator.startsWith('QLinear') ? node : null
  if (node.operator === 'Resize') return rewriteResize(node, constants, opset)
  if (node.operator === 'TopK' && opset < 10) return null
  const rewritten = rewrite(node, constants)
  if (!rewritten) return null
  const { sorted: _, largest: __, select_last_index: ___, ...attributes } = rewritten.attributes ?? {}
  if (isQuantization && opset < 10) return { ...rewritten, attributes, domain: 'com.microsoft' }
  return { ...rewritten, attributes }
}

/** Set 10 has scales only, and one way to find coordinates; set 9 calls it Upsample, and it makes nothing smaller. */
function rewriteResize(node: ModelNode, constants: Constants, opset: number): ModelNode | null {
  const scales = constants.get(node.inputs[2] ?? '')
  if (!scales) return null
  const isUpsample = opset < 10
  if (isUpsample && Array.from(scales, Number).some((scale) => scale < 1)) return null
  const mode = node.attributes?.mode
  return {
    ...node,
    operator: isUpsample ? 'Upsample' : 'Resize',
    inputs: [node.inputs[0]!, node.inputs[2]!],
    attributes: mode === undefined ? {} : { mode },
  }
}

function rewrite(node: ModelNode, constants: Constants): ModelNode | null {
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
