// SPDX-License-Identifier: Apache-2.0
// A grid of characters on which boxes are drawn with lines that join where they touch.

export interface BoxShape {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  /** The box goes on beyond the picture: no line there. */
  readonly openLeft: boolean
  readonly openRight: boolean
  /** First line inside, cut where it does not fit. */
  readonly title: string
  /** Second line inside, left out where it does not fit. */
  readonly detail: string
}

// A cell of a line is a set of the directions in which the line leaves it.
const up = 1
const down = 2
const left = 4
const right = 8

/** Indexed by that set. */
const strokes = ' │││─┘┐┤─└┌├─┴┬┼'

/** The text, cut to `width` characters with an ellipsis. */
export const clip = (text: string, width: number): string => {
  const characters = [...text]
  return characters.length <= width ? text : width < 1 ? '' : `${characters.slice(0, width - 1).join('')}…`
}

export class Canvas {
  private readonly directions: number[][]
  private readonly texts: (string | undefined)[][]

  constructor(width: number, height: number) {
    this.directions = Array.from({ length: height }, () => new Array<number>(width).fill(0))
    this.texts = Array.from({ length: height }, () => new Array<string | undefined>(width).fill(undefined))
  }

  /** Returns whether the whole title is to be read. */
  box(shape: BoxShape): boolean {
    for (let x = shape.left; x < shape.right; x++) {
      for (const y of [shape.top, shape.bottom]) {
        this.join(x, y, right)
        this.join(x + 1, y, left)
      }
    }
    for (let y = shape.top; y < shape.bottom; y++) {
      if (!shape.openLeft) this.stroke(shape.left, y)
      if (!shape.openRight) this.stroke(shape.right, y)
    }
    const width = shape.right - shape.left - 1
    const rows = shape.bottom - shape.top - 1
    if (rows >= 1) this.write(shape.left + 1, shape.top + 1, clip(shape.title, width))
    if (rows >= 2 && shape.detail.length <= width) this.write(shape.left + 1, shape.top + 2, shape.detail)
    return rows >= 1 && [...shape.title].length <= width
  }

  lines(): string[] {
    return this.directions.map((row, y) =>
      row
        .map((set, x) => this.texts[y]![x] ?? strokes[set]!)
        .join('')
        .trimEnd(),
    )
  }

  private stroke(x: number, y: number): void {
    this.join(x, y, down)
    this.join(x, y + 1, up)
  }

  private join(x: number, y: number, direction: number): void {
    this.directions[y]![x]! |= direction
  }

  private write(x: number, y: number, text: string): void {
    for (const [index, character] of [...text].entries()) this.texts[y]![x + index] = character
  }
}
