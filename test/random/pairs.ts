// SPDX-License-Identifier: Apache-2.0
// Random models of little else than QuantizeLinear and DequantizeLinear, with few different parameters, and what moves elements
// between them: they show in which order the reference removes, merges and moves pairs, and which outputs it loses by that.
import { sizeOf } from '../../compiler/ir/types.js'
import { Random } from '../../compiler/operators/random.js'
import type { RandomModel } from './model.js'
import { parseModel } from './text.js'

interface Parameters {
  readonly scale: number
  readonly zeroPoint: number
}

interface Value {
  readonly name: string
  readonly shape: readonly number[]
  /** Null: float32. */
  readonly parameters: Parameters | null
}

class Chain {
  readonly values: Value[] = [{ name: 'x', shape: [1, 4, 3, 2], parameters: null }]
  readonly lines: string[] = []
  readonly random: Random
  readonly type: 'int8' | 'uint8'
  readonly #scales: readonly number[]
  readonly #zeroPoints: readonly number[]

  constructor(random: Random) {
    this.random = random
    this.type = random.pick(['int8', 'uint8'])
    const least = this.type === 'int8' ? -128 : 0
    this.#scales = [0.023, 0.0156, 0.05].slice(0, random.integer(1, 3))
    this.#zeroPoints = [least, least + 109, least + 128].slice(0, random.integer(1, 3))
  }

  parameters(): Parameters {
    return { scale: this.random.pick(this.#scales), zeroPoint: this.random.pick(this.#zeroPoints) }
  }

  add(call: string, shape: readonly number[], parameters: Parameters | null): void {
    if (shape.length > 4) return
    const name = `t${this.values.length}`
    this.lines.push(`${name}: ${parameters ? this.type : 'float32'}[${shape}] = ${call}`)
    this.values.push({ name, shape, parameters })
  }

  quantize({ name, shape }: Value): void {
    const p = this.parameters()
    this.add(`QuantizeLinear(${name}, float32 ${p.scale}, ${this.type} ${p.zeroPoint})`, shape, p)
  }

  /** With other parameters now and then. */
  dequantize({ name, shape, parameters }: Value): void {
    const p = this.random.integer(0, 5) === 0 ? this.parameters() : parameters!
    this.add(`DequantizeLinear(${name}, float32 ${p.scale}, ${this.type} ${p.zeroPoint})`, shape, null)
  }

  transpose({ name, shape, parameters }: Value): void {
    const axes = shape.map((_, axis) => axis)
    const perm = this.random.boolean() ? [...axes].reverse() : this.random.shuffle(axes)
    this.add(
      `Transpose(${name}) {perm=[${perm}]}`,
      perm.map((axis) => shape[axis]!),
      parameters,
    )
  }

  reshape({ name, shape, parameters }: Value): void {
    const size = sizeOf(shape)
    const shapes = [
      [1, size],
      [size / 2, 2],
      [1, 2, size / 2],
      [1, 4, 3, size / 12],
    ]
    const target = this.random.pick(shapes.filter((dims) => dims.every(Number.isInteger)))
    this.add(`Reshape(${name}, int64[${target.length}] {${target.join(' ')}})`, target, parameters)
  }

  float({ name, shape }: Value): void {
    const { random } = this
    const others = this.values.filter((v) => !v.parameters && `${v.shape}` === `${shape}`)
    const kind = random.pick(['Relu', 'Clip', 'Identity', 'MaxPool', 'Add', 'Squeeze'])
    if (kind === 'Clip')
      this.add(`Clip(${name}, float32 0, float32 ${random.pick([6, 1, 0.5])})`, shape, null)
    else if (kind === 'Add') this.add(`Add(${name}, ${random.pick(others).name})`, shape, null)
    else if (kind === 'MaxPool' && shape.length === 4 && shape[2]! > 1) {
      const [n, c, height, width] = shape as [number, number, number, number]
      this.add(`MaxPool(${name}) {kernel_shape=[2,1]}`, [n, c, height - 1, width], null)
    } else if (kind === 'Squeeze' && shape.length > 2 && shape[0] === 1) {
      this.add(`Squeeze(${name}, int64[1] {0})`, shape.slice(1), null)
    } else if (kind === 'Squeeze') this.add(`Unsqueeze(${name}, int64[1] {0})`, [1, ...shape], null)
    else this.add(`${kind === 'Relu' ? kind : 'Identity'}(${name})`, shape, null)
  }

  step(): void {
    const { random } = this
    const value = random.integer(0, 3) === 0 ? random.pick(this.values) : this.values.at(-1)!
    const kind = random.integer(0, 7)
    if (kind === 0) this.transpose(value)
    else if (kind === 1) this.reshape(value)
    else if (value.parameters) this.dequantize(value)
    else if (kind < 5) this.quantize(value)
    else this.float(value)
  }

  /** What nothing reads, and another tensor now and then, in any order. */
  outputs(): string[] {
    const made = this.values.slice(1).map(({ name }) => name)
    const ends = made.filter((name) => !this.lines.some((line) => new RegExp(`[(, ]${name}[,)]`).test(line)))
    const more = this.random.integer(0, 2) === 0 ? [this.random.pick(made)] : []
    const all = [...new Set([...ends, ...more])]
    return this.random.integer(0, 2) === 0 ? this.random.shuffle(all) : all
  }
}

export function randomPairs(seed: number): RandomModel {
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1))
  for (let i = 0; i < 8; i++) random.bits()
  const chain = new Chain(random)
  const opset = random.pick([13, 16, 17, 19, 21])
  const steps = random.integer(2, 13)
  while (chain.values.length <= steps) chain.step()
  const outputs = chain.outputs().map((name) => `output ${name}`)
  return parseModel(
    [`opset ${opset}, IR 8`, 'input x: float32[1,4,3,2]', ...chain.lines, ...outputs].join('\n'),
  )
}
