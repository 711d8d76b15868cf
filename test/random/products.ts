// SPDX-License-Identifier: Apache-2.0
// Random matrix products of two activations: MatMul with batches and vectors, Gemm, QLinearMatMul.
import type { Builder, FloatValue, QuantizedValue, Value } from './builder.js'
import { isQuantized } from './builder.js'
import { broadcast } from './functions.js'

const matrix = (shape: readonly number[]) => shape.slice(-2) as [number, number]

/** x with its last two axes exchanged, on quanta or through a pair of Q and DQ. */
function turned(b: Builder, x: QuantizedValue): QuantizedValue {
  const rank = x.shape.length
  const perm = x.shape.map((_, axis) => axis)
  perm.push(perm.splice(rank - 2, 1)[0]!)
  const shape = perm.map((axis) => x.shape[axis]!)
  if (b.style.form !== 'qdq' || b.random.boolean()) {
    return { ...x, name: b.node('Transpose', [x.name], x.parameters.type, shape, { perm }), shape }
  }
  const float = { ...x, name: b.node('Transpose', [b.dequantize(x).name], 'float32', shape, { perm }), shape }
  return b.quantize({ ...float, parameters: null }, b.odd() ? undefined : x.parameters)
}

/** A tensor of the model that fits as the right side, or x itself, turned. */
function rightSide(b: Builder, x: QuantizedValue): QuantizedValue {
  const depth = x.shape.at(-1)!
  const batch = x.shape.slice(0, -2)
  const fits = ({ shape }: Value) => {
    if (shape.length === 1) return shape[0] === depth
    if (shape.length < 2 || matrix(shape)[0] !== depth) return false
    const own = shape.slice(0, -2)
    const rank = Math.min(own.length, batch.length)
    const [p, q] = [batch.slice(batch.length - rank), own.slice(own.length - rank)]
    return p.every((d, i) => d === q[i] || d === 1 || q[i] === 1)
  }
  const partners = b.values.filter((v) => fits(v) && (isQuantized(v) || !b.odd()))
  if (partners.length === 0 || b.random.integer(0, 2) === 0) return turned(b, x)
  return b.asQuantized(b.random.pick(partners))
}

interface Operands {
  readonly y: QuantizedValue
  readonly shape: readonly number[]
  readonly range: readonly [number, number]
}

export function operandsOf(b: Builder, x: QuantizedValue): Operands | null {
  if (x.shape.length < 2) return null
  const y = rightSide(b, x)
  const depth = x.shape.at(-1)!
  const columns = y.shape.length === 1 ? [] : [y.shape.at(-1)!]
  const batch = broadcast(x.shape.slice(0, -2), y.shape.slice(0, -2))
  const rms = ({ low, high }: Value) => Math.max(Math.abs(low), Math.abs(high), 1e-6) * 0.6
  const size = 2 * Math.sqrt(depth) * rms(x) * rms(y)
  return { y, shape: [...batch, x.shape.at(-2)!, ...columns], range: [-size, size] }
}

/** MatMul of two dequantized activations, or Gemm where both are matrices. */
export function activationProduct(b: Builder, given: Value): FloatValue | null {
  const x = b.asQuantized(given)
  const operands = operandsOf(b, x)
  if (!operands) return null
  const { y, shape, range } = operands
  const inputs = [b.dequantize(x).name, b.dequantize(y).name]
  const areMatrices = x.shape.length === 2 && y.shape.length === 2
  if (!areMatrices || b.random.boolean()) return b.float('MatMul', inputs, shape, range)
  return b.float('Gemm', inputs, shape, range, b.odd() ? { alpha: { float: 0.5 } } : {})
}
