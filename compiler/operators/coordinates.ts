// SPDX-License-Identifier: Apache-2.0
// Coordinates of row-major tensors, for the references: slow and obvious.

/** Coordinates of the element at a row-major index. */
export function coordinatesOf(index: number, shape: readonly number[]): number[] {
  const coordinates = new Array<number>(shape.length)
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    coordinates[axis] = index % shape[axis]!
    index = Math.floor(index / shape[axis]!)
  }
  return coordinates
}

/** Row-major index of an element. */
export const indexOf = (coordinates: readonly number[], shape: readonly number[]): number =>
  coordinates.reduce((index, coordinate, axis) => index * shape[axis]! + coordinate, 0)

/** Row-major index of the element that numpy broadcasting puts at `coordinates` of a larger or equal shape. */
export function broadcastIndex(coordinates: readonly number[], shape: readonly number[]): number {
  const own = coordinates.slice(coordinates.length - shape.length)
  return indexOf(
    own.map((coordinate, axis) => (shape[axis] === 1 ? 0 : coordinate)),
    shape,
  )
}
