// SPDX-License-Identifier: Apache-2.0
// Random quantized ONNX models, written to be hard on the emulation of the reference's fusions (compiler/passes/
// reference): same seed, same model, on every machine. Values of later layers lie where their scales reach, so that
// outputs are not all saturated.
import { sizeOf } from '../../compiler/ir/types.js'
import { Random } from '../../compiler/operators/random.js'
import { Builder, isQuantized, type Value } from './builder.js'
import { copy, maxPool, pad } from './copies.js'
import { dynamicLayers } from './dynamic-layers.js'
import { floatLayers, type Layer } from './layers.js'
import type { RandomModel } from './model.js'
import { atOpset } from './older-opsets.js'
import { quantizedLayers } from './quantized-layers.js'
import { randomStyle } from './style.js'

/** Largest tensor; small ones have the same bugs and run faster. */
const maximumElements = 400

export function randomModel(seed: number): RandomModel {
  // Neighbouring seeds of the generator begin alike: mix the bits first.
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1) ^ (seed >>> 3))
  for (let i = 0; i < 8; i++) random.bits()
  const style = randomStyle(random)
  const b = new Builder(random, style)
  const inputCount = random.pick([1, 1, 1, 2, 2, 3])
  const shape = randomShape(random)
  for (let i = 0; i < inputCount; i++) addInput(b, random.boolean() ? shape : randomShape(random))
  const wanted = random.integer(1, 7)
  for (let made = 0, tries = 0; made < wanted && tries < 40; tries++) if (addLayer(b)) made++
  addOutputs(b)
  const model = b.finish()
  const older = random.integer(0, 9) === 0 ? atOpset(model, random.pick([9, 9, 10, 10, 11, 12])) : null
  return older ?? model
}

function randomShape(random: Random): number[] {
  const batch = random.integer(0, 5) === 0 ? 2 : 1
  return random.pick([
    [batch, random.integer(1, 8)],
    [batch, random.pick([1, 2, 3, 4, 8]), random.integer(2, 12)],
    [batch, random.pick([1, 2, 3, 4, 8]), random.integer(2, 7), random.integer(2, 7)],
    [batch, random.pick([1, 2, 3, 4, 8]), random.integer(2, 7), random.integer(2, 7)],
  ])
}

/** Float with a Q behind, quantized, or float without. */
function addInput(b: Builder, shape: readonly number[]): void {
  const { random } = b
  const [low, high] = random.pick([
    [-2, 3],
    [0, 1],
    [-1, 1],
    [-4, 0.5],
  ]) as [number, number]
  if (random.integer(0, 5) === 0) {
    const parameters = b.parameters(low, high)
    b.values.push({ name: b.input(parameters.type, shape), shape, low, high, parameters })
    return
  }
  const float = { name: b.input('float32', shape), shape, low, high, parameters: null }
  if (b.odd()) b.values.push(float)
  else b.values.push(b.quantize(float))
}

const layersOf: Record<Builder['style']['form'], readonly Layer[]> = {
  qdq: [...floatLayers, ...dynamicLayers.slice(-3)],
  qoperator: [...quantizedLayers, copy, maxPool, pad, ...floatLayers.slice(-6)],
  mixed: [...quantizedLayers, ...floatLayers, ...dynamicLayers],
}

function addLayer(b: Builder): boolean {
  const { random } = b
  // Mostly the newest tensors, so that the model is deep; an older one makes a branch.
  const x = random.integer(0, 2) > 0 ? b.values.at(-1)! : random.pick(b.values)
  const y = random.pick(layersOf[b.style.form])(b, x)
  if (!y || sizeOf(y.shape) > maximumElements) return false
  b.values.push(y)
  return true
}

/** What nothing reads is an output, and so is an intermediate tensor now and then. */
function addOutputs(b: Builder): void {
  const read = new Set(b.nodes.flatMap((node) => node.inputs))
  const ends = b.values.filter(({ name }) => !read.has(name) && !b.inputs.includes(name))
  const last = ends.length > 0 ? ends : [b.values.at(-1)!]
  const names = last.slice(-3).map((value) => outputName(b, value))
  const inner = b.nodes.flatMap((node) => (node.operator === 'Constant' ? [] : node.outputs))
  if (b.odd() && inner.length > 0) names.push(b.random.pick(inner))
  for (const name of names) if (!b.outputs.includes(name)) b.outputs.push(name)
}

function outputName(b: Builder, value: Value): string {
  if (isQuantized(value)) return b.random.integer(0, 4) === 0 ? value.name : b.dequantize(value).name
  return b.odd() ? value.name : b.dequantize(b.asQuantized(value)).name
}
