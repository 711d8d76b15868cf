// SPDX-License-Identifier: Apache-2.0
// The axes that a TensorFlow Lite reduction takes away, checked against its output's shape.
import type { TfliteNode } from './tflite.js'

/** Ascending; at least one is reduced. */
export function reducedAxes(node: TfliteNode): { axes: number[]; kept: number[] } {
  const { shape } = node.input(0)
  const given = node.integers(1, 'The list of axes').map((axis) => node.axis(axis, shape.length))
  const axes = [...new Set(given)].sort((a, b) => a - b)
  if (axes.length === 0) throw node.malformed('It reduces no axis')
  const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis))
  const expected = node.flag('keepDimensions')
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : kept.map((axis) => shape[axis]!)
  node.requireShape(node.output(), expected)
  return { axes, kept }
}
