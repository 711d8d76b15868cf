// SPDX-License-Identifier: Apache-2.0
// Plain aligned text: tables, and numbers as people read them.

/** Columns two spaces apart; numbers to the right, everything else to the left. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [
    header,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? count(cell) : cell))),
  ]
  const widths = header.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)))
  const isNumeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd()
  return cells.map(line).join('\n')
}

/** 12345 as 12,345. */
export const count = (value: number): string => value.toLocaleString('en-US')

/** `1 input`, `2 inputs`. */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** Lines indented by two spaces. */
export const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ')
