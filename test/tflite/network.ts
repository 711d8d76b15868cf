// SPDX-License-Identifier: Apache-2.0
// A random TensorFlow Lite network in the making: tensors, nodes, and random quantization that does not saturate everything.
import { fixedMultiplier, realMultiplier } from '../../compiler/arithmetic/fixed-point.js'
import { allocate, type Data, type ElementType, sizeOf } from '../../compiler/ir/types.js'
import type { Random } from '../../compiler/operators/random.js'
import type { TfliteNodeText, TfliteTensor, TfliteText } from '../../runtime/oracle/write-tflite.js'

export type Activation = TfliteTensor & { readonly type: 'int8' | 'int16' }

/** Runs the second graph of the file. */
export const callOnce: TfliteNodeText = {
  ...{ operator: 'CALL_ONCE', inputs: [], outputs: [], options: { subgraph: 1 } },
}

export class Network {
  readonly random: Random
  readonly tensors: TfliteTensor[] = []
  readonly nodes: TfliteNodeText[] = []
  readonly inputs: string[] = []
  /** Values that CALL_ONCE gives to variables. */
  readonly initials: { readonly sharedName: string; readonly tensor: TfliteTensor }[] = []

  constructor(random: Random) {
    this.random = random
  }

  scaleOf = ({ scales }: TfliteTensor): number => Math.fround(scales![0]!)

  zeroPointOf = ({ zeroPoints }: TfliteTensor): number => zeroPoints?.[0] ?? 0

  #add<Tensor extends TfliteTensor>(tensor: Tensor): Tensor {
    this.tensors.push(tensor)
    return tensor
  }

  /** Scale and zero point of its own, or another's. */
  activation(
    type: Activation['type'],
    shape: readonly number[],
    like?: { readonly scale?: number; readonly zeroPoint?: number },
  ): Activation {
    const wide = this.random.integer(0, 9) === 0 ? this.random.integer(-900, 900) : 0
    const zeroPoint =
      type === 'int16' ? wide : this.random.pick([-128, 0, 127, this.random.integer(-128, 127)])
    return this.#add({
      name: `t${this.tensors.length}`,
      ...{ type, shape },
      scales: [Math.fround(like?.scale ?? this.random.scale())],
      zeroPoints: [like?.zeroPoint ?? zeroPoint],
    })
  }

  like(tensor: Activation, shape: readonly number[]): Activation {
    return this.activation(tensor.type, shape, {
      scale: this.scaleOf(tensor),
      zeroPoint: this.zeroPointOf(tensor),
    })
  }

  input(type: Activation['type'], shape: readonly number[]): Activation {
    const tensor = this.activation(type, shape)
    this.inputs.push(tensor.name)
    return tensor
  }

  /** Without quantization. */
  plain(type: string, shape: readonly number[]): TfliteTensor {
    return this.#add({ name: `t${this.tensors.length}`, type, shape })
  }

  constant(
    type: string,
    shape: readonly number[],
    data: Data,
    quantization: Pick<TfliteTensor, 'scales' | 'zeroPoints' | 'axis'> = {},
  ): TfliteTensor {
    return this.#add({ name: `t${this.tensors.length}`, type, shape, data, ...quantization })
  }

  /** A tensor that names a variable. */
  resource(): TfliteTensor {
    return this.#add({ name: `t${this.tensors.length}`, type: 'resource', shape: [] })
  }

  integers(...values: number[]): TfliteTensor {
    return this.constant('int32', [values.length], Int32Array.from(values))
  }

  node(
    operator: string,
    inputs: readonly (TfliteTensor | null)[],
    outputs: readonly TfliteTensor[],
    options: TfliteNodeText['options'] = {},
  ): void {
    const names = (list: readonly (TfliteTensor | null)[]) => list.map((tensor) => tensor?.name ?? '')
    this.nodes.push({ operator, inputs: names(inputs), outputs: names(outputs), options })
  }

  /** Every tensor that nothing reads is an output. */
  text(): TfliteText {
    const read = new Set(this.nodes.flatMap(({ inputs }) => inputs))
    const outputs = this.nodes.flatMap(({ outputs: names }) => names).filter((name) => !read.has(name))
    const text = { tensors: this.tensors, nodes: this.nodes, inputs: this.inputs, outputs }
    if (this.initials.length === 0) return text
    return { ...text, nodes: [callOnce, ...this.nodes], initializer: this.#initializer() }
  }

  #initializer(): NonNullable<TfliteText['initializer']> {
    const handles = this.initials.map(({ sharedName }) => {
      return { name: `${sharedName}_handle`, type: 'resource', shape: [] }
    })
    const nodes = this.initials.flatMap(({ sharedName, tensor }, index) => {
      const handle = handles[index]!.name
      const options = { container: '', sharedName }
      return [
        { operator: 'VAR_HANDLE', inputs: [], outputs: [handle], options },
        { operator: 'ASSIGN_VARIABLE', inputs: [handle, tensor.name], outputs: [] },
      ]
    })
    return { tensors: [...handles, ...this.initials.map(({ tensor }) => tensor)], nodes }
  }

  /**
   * Weights, bias and output of a sum of `depth` products. Half of the time the biases put the accumulator of an input
   * that is all zero point on a tie of the output, where the roundings of other contracts give other results.
   */
  sum(
    input: Activation,
    shape: readonly number[],
    channels: number,
    axis: number,
    depth: number,
    outputShape: readonly number[],
  ) {
    const { random } = this
    const scales = Array.from({ length: random.pick([1, channels]) }, () => Math.fround(random.scale() / 64))
    const isInt4 = random.integer(0, 4) === 0 && scales.length === 1 && input.type === 'int8'
    const isDelicate = random.boolean()
    const one = this.scaleOf(input) * scales[0]!
    const output = this.activation(input.type, outputShape, {
      scale: isDelicate
        ? one * random.pick([3, 100, 1e4, 3e6]) * random.float(1, 2)
        : (one * Math.sqrt(depth) * (isInt4 ? 300 : 4000)) / 100,
    })
    const biases = Array.from({ length: channels }, (_, channel) => {
      if (!isDelicate) return random.integer(-4000, 4000)
      const d = (this.scaleOf(input) * scales[channel % scales.length]!) / this.scaleOf(output)
      const tie = Math.round(
        (random.integer(-120, 120) + 0.5) / Math.max(realMultiplier(fixedMultiplier(d)), 1e-7),
      )
      return Math.min(2 ** 29, Math.max(-(2 ** 29), tie + random.integer(-2, 2)))
    })
    const biasScale = { scales: [Math.fround(one)] }
    return {
      weight: this.#weight(shape, isInt4, { scales, zeroPoints: scales.map(() => 0), axis }),
      bias: random.integer(0, 4) === 0 ? null : this.#bias(input, biases, biasScale),
      output,
    }
  }

  /** int32; of int16 activations mostly int64, far from 32 bits at times. */
  #bias(input: Activation, biases: readonly number[], scale: Pick<TfliteTensor, 'scales'>) {
    if (input.type === 'int8' || this.random.integer(0, 3) === 0)
      return this.constant('int32', [biases.length], Int32Array.from(biases), scale)
    const factor = this.random.pick([1, 1, 977])
    const wide = BigInt64Array.from(biases, (bias) => BigInt(bias * factor))
    return this.constant('int64', [biases.length], wide, scale)
  }

  #weight(
    shape: readonly number[],
    isInt4: boolean,
    quantization: Pick<TfliteTensor, 'scales' | 'zeroPoints' | 'axis'>,
  ) {
    const bytes = isInt4 ? Math.ceil(sizeOf(shape) / 2) : sizeOf(shape)
    const { data } = this.random.tensor('int8', [bytes])
    return this.constant(isInt4 ? 'int4' : 'int8', shape, data, quantization)
  }
}

/** A value of each input: all zero point, extremes, or anything. */
export function randomInputs({ tensors, inputs }: TfliteText, random: Random): Data[] {
  const style = random.integer(0, 3)
  return inputs.map((name) => {
    const { type, shape, zeroPoints } = tensors.find((tensor) => tensor.name === name)!
    if (style !== 0) return random.tensor(type as ElementType, shape).data
    const data = allocate(type as ElementType, sizeOf(shape))
    return data.fill((zeroPoints?.[0] ?? 0) as never)
  })
}
