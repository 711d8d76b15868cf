// SPDX-License-Identifier: Apache-2.0
// Plain aligned text: tables, and numbers as people read them.

type Cell = string | number

/** A header and rows in columns; numbers to the right, everything else to the left. */
export const table = (header: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  align([header, ...rows], rows)

/** Rows in columns, without a header. */
export const columns = (rows: readonly (readonly Cell[])[]): string => align(rows, rows)

/** Columns two spaces apart; a column is numeric where all of `body` is. */
function align(rows: readonly (readonly Cell[])[], body: readonly (readonly Cell[])[]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? count(cell) : printable(cell))),
  )
  const width = (column: number) => Math.max(...cells.map((row) => row[column]?.length ?? 0))
  const widths = (cells[0] ?? []).map((_, column) => width(column))
  const isNumeric = widths.map((_, column) => body.every((row) => typeof row[column] === 'number'))
  const pad = (cell: string, column: number) =>
    isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)
  return cells.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** Names come from files: control characters, which a terminal would obey, as \u001b. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** 12345 as 12,345. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** `1 input`, `2 inputs`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** Lines indented by two spaces. */
export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')
