// SPDX-License-Identifier: Apache-2.0
// Draws beats in a terminal with braille characters, each a grid of 2 x 4 dots:
//
//     1 4        bit of dot n = n - 1
//     2 5        character = U+2800 + bits
//     3 6
//     7 8

const DOT_BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
]

/**
 * The curve as lines of text, scaled to `low`..`high`, values beyond drawn at the edge.
 * Every dot column shows the whole range of its samples and joins the column before, so that a narrow R peak stays a line.
 */
export function drawCurve(
  values: ArrayLike<number>,
  columns: number,
  rows: number,
  low: number,
  high: number,
): string[] {
  const dotColumns = columns * 2
  const dotRows = rows * 4
  const cells = Array.from({ length: rows }, () => new Uint8Array(columns))
  const dotRow = (value: number): number => {
    const share = (high - Math.min(high, Math.max(low, value))) / (high - low)
    return Math.round(share * (dotRows - 1))
  }
  for (let x = 0; x < dotColumns; x++) {
    const first = Math.max(0, Math.floor((x * values.length) / dotColumns) - 1)
    const end = Math.floor(((x + 1) * values.length) / dotColumns)
    const dots = Array.from({ length: end - first }, (_, n) => dotRow(values[first + n]))
    for (let y = Math.min(...dots); y <= Math.max(...dots); y++) {
      cells[y >> 2][x >> 1] |= DOT_BITS[y & 3][x & 1]
    }
  }
  return cells.map((row) => String.fromCharCode(...Array.from(row, (bits) => 0x2800 + bits)))
}

/** Several drawings side by side, each under its title. */
export function sideBySide(pictures: readonly { title: string; lines: readonly string[] }[]): string[] {
  const width = Math.max(...pictures.map(({ title, lines }) => Math.max(title.length, lines[0].length)))
  const line = (parts: readonly string[]): string =>
    `  ${parts.map((part) => part.padEnd(width)).join('  ')}`.trimEnd()
  const height = pictures[0].lines.length
  return [
    line(pictures.map(({ title }) => title)),
    ...Array.from({ length: height }, (_, row) => line(pictures.map(({ lines }) => lines[row]))),
  ]
}
