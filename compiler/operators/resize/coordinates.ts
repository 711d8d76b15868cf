// SPDX-License-Identifier: Apache-2.0
// From output to input coordinates, in the reference's float32 operations (resize.test.ts compares them with the oracle).
import { f32 } from '../../arithmetic/float32.js'
import type { Interpolation } from '../../ir/float-operators.js'

export interface ScaledAxis {
  readonly input: number
  readonly output: number
  /** float32: as given, or f32(output / input). */
  readonly scale: number
}

type Coordinate = (x: number, axis: ScaledAxis) => number

export const coordinates = {
  asymmetric: (x, { scale }) => f32(x / scale),
  half_pixel: (x, { scale }) => f32(f32(f32(x + 0.5) / scale) - 0.5),
  pytorch_half_pixel: (x, { scale, output }) => (output > 1 ? f32(f32(f32(x + 0.5) / scale) - 0.5) : 0),
  align_corners: (x, { input, output }) => (output === 1 ? 0 : f32(f32(x * (input - 1)) / (output - 1))),
  tf_half_pixel_for_nn: (x, { scale }) => f32(f32(x + 0.5) / scale),
} satisfies Record<string, Coordinate>

export type CoordinateMode = keyof typeof coordinates

const roundings = {
  round_prefer_floor: (x: number) => Math.ceil(f32(x - 0.5)),
  round_prefer_ceil: (x: number) => Math.floor(f32(x + 0.5)),
  floor: Math.floor,
  ceil: Math.ceil,
  /** Of the operators before opset 11: down where the image grows, up where it shrinks. */
  simple: (x: number, scale: number) => (scale < 1 ? Math.ceil(x) : Math.trunc(x)),
} satisfies Record<string, (x: number, scale: number) => number>

export type NearestMode = keyof typeof roundings

export const isCoordinateMode = (name: string): name is CoordinateMode => name in coordinates
export const isNearestMode = (name: string): name is NearestMode => name in roundings && name !== 'simple'

const coordinateAt = (mode: CoordinateMode, axis: ScaledAxis, x: number): number =>
  axis.scale === 1 ? x : coordinates[mode](x, axis)

const clamp = (x: number, { input }: ScaledAxis): number => Math.max(0, Math.min(x, input - 1))

/** The input coordinate that each output coordinate copies. */
export const nearestIndices = (mode: CoordinateMode, nearest: NearestMode, axis: ScaledAxis): number[] =>
  Array.from({ length: axis.output }, (_, x) =>
    clamp(roundings[nearest](coordinateAt(mode, axis, x), axis.scale), axis),
  )

export function interpolation(mode: CoordinateMode, axis: ScaledAxis): Interpolation {
  const places = Array.from({ length: axis.output }, (_, x) => clamp(coordinateAt(mode, axis, x), axis))
  const first = Int32Array.from(places)
  const second = first.map((i) => Math.min(i + 1, axis.input - 1))
  const weight = (x: number, i: number, other: Int32Array) =>
    first[i] === second[i] ? 0.5 : Math.abs(f32(x - other[i]!))
  return {
    first,
    second,
    firstWeight: Float32Array.from(places, (x, i) => weight(x, i, second)),
    secondWeight: Float32Array.from(places, (x, i) => weight(x, i, first)),
  }
}
