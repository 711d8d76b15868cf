// SPDX-License-Identifier: Apache-2.0
// ONNX ConvTranspose: float in the reference, in an order that is known for up to 128 input channels in a group.
import { type Constant, sizeOf } from '../../ir/types.js'
import { computedFloat } from '../../passes/convert/computed.js'
import type { Conversion } from '../../passes/convert/conversion.js'
import { ConstantFloat } from '../../passes/convert/floats.js'
import type { OnnxNode, OnnxOperator } from '../onnx.js'
import { windowAttributes } from '../window.js'

interface Placed {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Begin of each spatial dimension. */
  readonly pads: readonly number[]
  readonly output: readonly number[]
}

/** Formulas: ONNX operator specification, ConvTranspose. */
function placed(node: OnnxNode): Placed {
  const [input, weight] = [node.shape(0), node.shape(1)]
  const spatial = input.slice(2)
  const kernel = weight.slice(2)
  if (spatial.length < 1 || spatial.length > 2 || kernel.length !== spatial.length) {
    throw node.error('unsupported-feature', `It has ${spatial.length} spatial dimensions`, 'Use 1 or 2.')
  }
  const group = node.int('group', 1)
  if (input[1] !== weight[0] || group < 1 || input[1]! % group !== 0) {
    throw node.error('malformed-model', `Weight [${weight}] does not fit [${input}]`, 'Correct the shapes.')
  }
  const list = (name: string, fallback: number, count = spatial.length) => {
    const values = node.ints(name) ?? new Array<number>(count).fill(fallback)
    if (values.length === count && values.every((v) => v >= (name.endsWith('s') && name !== 'pads' ? 1 : 0)))
      return values
    throw node.error('malformed-model', `${name} [${values}] does not fit`, `Give ${count} entries.`, name)
  }
  const [strides, dilations] = [list('strides', 1), list('dilations', 1)]
  const extra = list('output_padding', 0)
  if (`${node.ints('kernel_shape') ?? kernel}` !== `${kernel}`) {
    throw node.error(
      'malformed-model',
      'kernel_shape is not that of the weight',
      'Correct it.',
      'kernel_shape',
    )
  }
  const mode = node.string('auto_pad', 'NOTSET')
  const whole = spatial.map(
    (d, i) => (d - 1) * strides[i]! + (kernel[i]! - 1) * dilations[i]! + 1 + extra[i]!,
  )
  const requested = node.ints('output_shape')?.slice(-spatial.length)
  if (mode === 'NOTSET' && !requested) {
    const pads = list('pads', 0, 2 * spatial.length)
    const output = whole.map((d, i) => d - pads[i]! - pads[i + spatial.length]!)
    return { strides, dilations, pads: pads.slice(0, spatial.length), output }
  }
  if (mode === 'VALID' && !requested) return { strides, dilations, pads: spatial.map(() => 0), output: whole }
  const output = requested ?? spatial.map((d, i) => d * strides[i]!)
  const totals = whole.map((d, i) => Math.max(0, d - output[i]!))
  const isUpper = mode === 'SAME_UPPER'
  if (!isUpper && mode !== 'SAME_LOWER' && mode !== 'NOTSET') {
    throw node.error(
      'unsupported-attribute',
      `auto_pad "${mode}" is not supported here`,
      'Give pads.',
      'auto_pad',
    )
  }
  const pads = totals.map((total) => (isUpper ? Math.floor(total / 2) : total - Math.floor(total / 2)))
  return { strides, dilations, pads, output }
}

const outputChannels = (node: OnnxNode): number => node.shape(1)[1]! * node.int('group', 1)

/** The reference multiplies matrices: sums of more terms, and of a single row of weights, are in another order. */
const mostChannels = 128

function refuseOtherOrders(node: OnnxNode): void {
  const [channels, perGroup, ...kernel] = node.shape(1) as [number, number, ...number[]]
  const terms = channels / node.int('group', 1)
  if (terms <= mostChannels && perGroup * sizeOf(kernel) > 1) return
  throw node.error(
    'float-order',
    `It sums ${terms} input channels with ${perGroup * sizeOf(kernel)} weights each: the reference's order is not known for that`,
    `Use at most ${mostChannels} input channels in a group, and a kernel of more than one weight.`,
  )
}

interface Weight {
  readonly weight: Constant
  readonly weightScales: Float32Array | null
  readonly weightZeroPoints: readonly number[]
}

/** The 8-bit constant that a DequantizeLinear gives as float, per tensor or per output channel; else the float32 values. */
function weightOf(node: OnnxNode, conversion: Conversion): Weight {
  const quantized = quantizedWeight(node, conversion)
  if (quantized) return quantized
  const value = conversion.float(node, 1)
  if (value instanceof ConstantFloat)
    return { weight: value.constant, weightScales: null, weightZeroPoints: [] }
  throw node.error('not-constant', 'Its weight is computed at run time', 'Make the weight an initializer.')
}

function quantizedWeight(node: OnnxNode, conversion: Conversion): Weight | null {
  const { graph } = conversion
  const dequantize = graph.nodes.find((n) => n.outputs.includes(node.node.inputs[1]!))
  if (dequantize?.operator !== 'DequantizeLinear') return null
  const [weight, scale, zero] = dequantize.inputs.map((name) => graph.tensors.get(name)?.constant)
  if (!weight || !scale || (weight.type !== 'int8' && weight.type !== 'uint8')) return null
  const outputs = outputChannels(node)
  const isOne = scale.data.length === 1
  const axis = (dequantize.attributes.axis as number | undefined) ?? 1
  const isPerChannel =
    scale.data.length === outputs &&
    (axis === 1 || axis === 1 - weight.shape.length) &&
    node.int('group', 1) === 1
  if (!isOne && !isPerChannel) return null
  const list = (constant: Constant | undefined) =>
    Array.from({ length: outputs }, (_, o) => Number(constant?.data[isOne ? 0 : o] ?? 0))
  return { weight, weightScales: Float32Array.from(list(scale)), weightZeroPoints: list(zero) }
}

function biasOf(node: OnnxNode, conversion: Conversion): Float32Array | null {
  if (!node.has(2)) return null
  const value = conversion.float(node, 2)
  if (value instanceof ConstantFloat) return value.constant.data as Float32Array
  throw node.error('not-constant', 'Its bias is computed at run time', 'Make the bias an initializer.')
}

export const convTranspose: OnnxOperator = {
  name: 'ConvTranspose',
  inputs: [2, 3],
  attributes: { ...windowAttributes, group: 'int', output_padding: 'ints', output_shape: 'ints' },
  infer: (node) => {
    const shape = [node.shape(0)[0]!, outputChannels(node), ...placed(node).output]
    if (shape.every((d) => d >= 1)) return [{ type: node.type(0).type, shape }]
    throw node.error('malformed-model', `Its output would be [${shape}]`, 'Make its pads smaller.', 'pads')
  },
  convert: (node, conversion) => {
    refuseOtherOrders(node)
    const output = node.node.outputs[0]!
    const { shape } = conversion.graph.tensors.get(output)!
    const { strides, dilations, pads } = placed(node)
    const attributes = {
      ...{ group: node.int('group', 1), strides, dilations, pads },
      ...weightOf(node, conversion),
      bias: biasOf(node, conversion),
    }
    const value = conversion.float(node, 0)
    conversion.define(
      output,
      computedFloat(conversion, 'convolution_transpose', value, shape, attributes, true),
    )
  },
}
