// SPDX-License-Identifier: Apache-2.0
// What LSTM, GRU, RNN and DynamicQuantizeLSTM have in common: shapes, states, outputs, and what is refused.
import type { RecurrentAttributes, RecurrentOutput } from '../../ir/recurrent-operators.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import type { AttributeKind, OnnxNode, TensorType } from '../onnx.js'
import { directionsOf } from './onnx-attributes.js'

export const attributes: Readonly<Record<string, AttributeKind>> = {
  activation_alpha: 'floats',
  activation_beta: 'floats',
  activations: 'strings',
  clip: 'float',
  direction: 'string',
  hidden_size: 'int',
}
export const lstmAttributes = { ...attributes, input_forget: 'int' } as const

export interface LayerShapes {
  readonly steps: number
  readonly batch: number
  readonly depth: number
  readonly hidden: number
  readonly directions: number
  /** Of Y, Y_h and Y_c. */
  outputs(count: number): TensorType[]
}

export function layerShapes(node: OnnxNode): LayerShapes {
  const { type, shape } = node.type(0)
  const hidden = node.int('hidden_size', 0)
  const directions = directionsOf(node).length
  if (type !== 'float32') {
    throw node.error('unsupported-type', `Input 0 is ${type} where float is expected`, 'Give it float32.')
  }
  if (shape.length !== 3 || hidden < 1) {
    const remedy = 'Give it [steps, batch, inputs] and the attribute hidden_size.'
    throw node.error('malformed-model', `Its input is [${shape}], its hidden_size ${hidden}`, remedy)
  }
  if (node.int('layout', 0) !== 0) {
    const remedy = 'Export with layout 0 ([steps, batch, inputs]) and transpose around the layer.'
    throw node.error('unsupported-attribute', 'The reference has no layout 1', remedy, 'layout')
  }
  const [steps, batch, depth] = shape as [number, number, number]
  const state = [directions, batch, hidden]
  const all = [[steps, directions, batch, hidden], state, state]
  return {
    steps,
    batch,
    depth,
    hidden,
    directions,
    outputs: (count) => all.slice(0, count).map((of) => ({ type: 'float32', shape: of })),
  }
}

/** Sequences of lengths of their own are not run: only constant lengths that are the whole are taken. */
export function refuseLengths(node: OnnxNode, conversion: Conversion): void {
  if (!node.has(4)) return
  const lengths = conversion.constant(node, 4)
  const { steps } = layerShapes(node)
  if (lengths && Array.from(lengths.data as ArrayLike<number>, Number).every((n) => n === steps)) return
  throw node.error(
    'unsupported-feature',
    lengths ? 'Its sequence_lens are shorter than the input' : 'Its sequence_lens are computed at run time',
    'Leave sequence_lens out: the number of steps of a capsule is fixed.',
  )
}

/** A constant float32 input of `count` elements; null where the node has none. */
export function floatParameter(
  node: OnnxNode,
  conversion: Conversion,
  input: number,
  what: string,
  count: number,
): Float32Array | null {
  if (!node.has(input)) return null
  const data = conversion.requiredConstant(node, input, `the ${what}`).data
  if (data instanceof Float32Array && data.length === count) return data
  const remedy = `Give it ${count} float32 elements.`
  throw node.error('malformed-model', `Its ${what} has ${data.length} elements`, remedy)
}

type Layer = Omit<RecurrentAttributes, 'hasInitialHidden' | 'hasInitialCell' | 'inputValues' | 'yields'>

/** Emits the layer. `states`: the inputs that hold the first states. */
export function defineRecurrent(
  node: OnnxNode,
  conversion: Conversion,
  layer: Layer,
  states: { readonly hidden: number; readonly cell?: number },
): void {
  const value = conversion.float(node, 0)
  const grid = layer.arithmetic === 'float' && value.grid?.axis === null ? value.grid : null
  const initialHidden = initialState(node, conversion, states.hidden)
  const initialCell = states.cell === undefined ? null : initialState(node, conversion, states.cell)
  const kinds: readonly RecurrentOutput[] = ['sequence', 'hidden', 'cell']
  const types = layerShapes(node).outputs(3)
  const used = kinds.filter((_, index) => isUsed(conversion, node.node.outputs[index] ?? ''))
  const nameOf = (kind: RecurrentOutput) => node.node.outputs[kinds.indexOf(kind)]!
  const tensors = conversion.emitAll(
    'recurrent',
    [grid ? grid.tensor : value.stored(), ...[initialHidden, initialCell].flatMap((state) => state ?? [])],
    used.map((kind) => ({ ...types[kinds.indexOf(kind)]!, name: nameOf(kind) })),
    {
      ...layer,
      hasInitialHidden: initialHidden !== null,
      hasInitialCell: initialCell !== null,
      inputValues: grid ? grid.values : null,
      yields: used,
    },
  )
  used.forEach((kind, index) => {
    conversion.define(nameOf(kind), conversion.stored(types[kinds.indexOf(kind)]!.shape, tensors[index]!))
  })
}

/** A state that starts at 0 is none. */
function initialState(node: OnnxNode, conversion: Conversion, input: number): string | null {
  if (!node.has(input)) return null
  const constant = conversion.constant(node, input)
  if (constant && Array.from(constant.data as Float32Array).every((value) => Object.is(value, 0))) return null
  return conversion.float(node, input).stored()
}

const isUsed = ({ graph }: Conversion, name: string): boolean =>
  name !== '' && (graph.outputs.includes(name) || graph.nodes.some(({ inputs }) => inputs.includes(name)))
