// SPDX-License-Identifier: Apache-2.0
// Layers with weights (Conv, Gemm, MatMul) in both forms: quantized or float weights, bias as int32, float or absent.
import { sizeOf } from '../../compiler/ir/types.js'
import type { Activation, Attributes, ModelBuilder, QuantizedType } from './forms.js'

export interface Weighted {
  readonly shape: readonly number[]
  /** Axis of the output channels. */
  readonly channelAxis: number
  readonly attributes?: Attributes
  readonly bias?: 'int32' | 'float' | 'none'
  /** float: the reference quantizes it itself; requantized: a float initializer behind QuantizeLinear. */
  readonly weight?: 'quantized' | 'float' | 'requantized'
  /** Float operators between the layer and its QuantizeLinear. */
  readonly before?: (build: ModelBuilder, float: string) => string
  readonly range?: readonly [number, number]
}

interface Weights {
  readonly tensor: string
  readonly scaleName: string
  readonly zeroPointName: string
  readonly scales: readonly number[]
  readonly isPerChannel: boolean
}

/** int8 per channel; beside uint8 activations also uint8 per tensor. */
function quantizedWeights(build: ModelBuilder, layer: Weighted): Weights {
  const { random } = build
  const type: QuantizedType = build.type === 'uint8' && random.boolean() ? 'uint8' : 'int8'
  const isPerChannel = type === 'int8' && layer.weight !== 'requantized'
  const channels = layer.shape[layer.channelAxis]!
  const scales = Array.from({ length: isPerChannel ? channels : 1 }, () => random.float(0.001, 0.006))
  const shape = isPerChannel ? [channels] : []
  const lowest = type === 'int8' ? -127 : 0
  const zeroPoint = type === 'int8' ? 0 : random.integer(110, 140)
  const values = Array.from({ length: sizeOf(layer.shape) }, () => random.integer(lowest, lowest + 254))
  const scaleName = build.floats(scales, shape)
  const zeroPointName = build.quanta(new Array<number>(scales.length).fill(zeroPoint), shape, type)
  const reals = values.map((value) => (value - zeroPoint) * scales[0]!)
  const tensor =
    layer.weight === 'requantized'
      ? build.node('QuantizeLinear', [build.floats(reals, layer.shape), scaleName, zeroPointName])
      : build.quanta(values, layer.shape, type)
  return { tensor, scaleName, zeroPointName, scales, isPerChannel }
}

function int32Bias(build: ModelBuilder, length: number): string {
  const values = Int32Array.from({ length }, () => build.random.integer(-4000, 4000))
  return build.initializer('int32', [length], values)
}

/** int32 with the scale that the quantizer gives it, or float. */
function qdqBias(build: ModelBuilder, x: Activation, weights: Weights | null, layer: Weighted): string[] {
  const channels = layer.shape[layer.channelAxis]!
  if (layer.bias === 'none') return []
  if (layer.bias === 'float' || !weights) {
    return [build.floats(Array.from({ length: channels }, () => build.random.float(-0.5, 0.5)))]
  }
  const scales = weights.scales.map((scale) => Math.fround(x.scale * scale))
  const shape = weights.isPerChannel ? [channels] : []
  const zero = build.initializer('int32', shape, new Int32Array(scales.length))
  const axis: Attributes = weights.isPerChannel ? { axis: 0 } : {}
  const inputs = [int32Bias(build, channels), build.floats(scales, shape), zero]
  return [build.node('DequantizeLinear', inputs, axis)]
}

function qdqLayer(build: ModelBuilder, operator: string, x: Activation, layer: Weighted): Activation {
  const weights = layer.weight === 'float' ? null : quantizedWeights(build, layer)
  const axis: Attributes = weights?.isPerChannel ? { axis: layer.channelAxis } : {}
  const weight = weights
    ? build.node('DequantizeLinear', [weights.tensor, weights.scaleName, weights.zeroPointName], axis)
    : build.floats(
        Array.from({ length: sizeOf(layer.shape) }, () => build.random.float(-0.5, 0.5)),
        layer.shape,
      )
  const inputs = [build.dequantize(x), weight, ...qdqBias(build, x, weights, layer)]
  const float = build.node(operator, inputs, layer.attributes ?? {})
  return build.quantize(layer.before?.(build, float) ?? float, build.quantum(layer.range ?? [-4, 5]))
}

const linear = {
  Conv: ['QLinearConv', ''],
  MatMul: ['QLinearMatMul', ''],
  Gemm: ['QGemm', 'com.microsoft'],
} as const

function qoperatorLayer(
  build: ModelBuilder,
  operator: keyof typeof linear,
  x: Activation,
  layer: Weighted,
): Activation {
  const weights = quantizedWeights(build, layer)
  const quantum = build.quantum(layer.range ?? [-4, 5])
  const names = build.parameters(quantum)
  const bias = layer.bias === 'none' ? [] : [int32Bias(build, layer.shape[layer.channelAxis]!)]
  const ends = [x.tensor, x.scaleName, x.zeroPointName]
  ends.push(weights.tensor, weights.scaleName, weights.zeroPointName)
  const own = [names.scaleName, names.zeroPointName]
  const inputs = {
    Conv: [...ends, ...own, ...bias],
    MatMul: [...ends, ...own],
    Gemm: [...ends, bias[0] ?? '', ...own],
  }[operator]
  const [name, domain] = linear[operator]
  return { tensor: build.node(name, inputs, layer.attributes ?? {}, domain), ...quantum, ...names }
}

export function weighted(
  build: ModelBuilder,
  operator: keyof typeof linear,
  x: Activation,
  layer: Weighted,
): Activation {
  // What the quantizer folds into the layer's quanta in QOperator form stays a float operator in QDQ form.
  const isQuantized = build.form === 'qoperator' && layer.weight !== 'float'
  return isQuantized ? qoperatorLayer(build, operator, x, layer) : qdqLayer(build, operator, x, layer)
}
