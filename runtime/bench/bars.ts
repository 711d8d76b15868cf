// SPDX-License-Identifier: Apache-2.0
// Benchmarks as bars: in the terminal, and as an SVG picture. The lengths are in proportion, the longest one full.

export interface Bar {
  readonly label: string
  readonly value: number
  /** The value as it is printed. */
  readonly text: string
}

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉']

/** One line per bar, at most `width` columns. */
export function drawBars(bars: readonly Bar[], width = 80): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const labels = Math.max(...bars.map(({ label }) => label.length))
  const texts = Math.max(...bars.map(({ text }) => text.length))
  const room = Math.max(8, width - labels - texts - 4)
  return bars
    .map(({ label, value, text }) => {
      const length = Math.max(1, Math.round((value / longest) * room * 8))
      const bar = '█'.repeat(Math.floor(length / 8)) + eighths[length % 8]
      return `${label.padEnd(labels)}  ${bar.padEnd(room)}  ${text.padStart(texts)}`
    })
    .join('\n')
}

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/[^\P{Cc}]/gu, ' ')

/** Widths of characters are only estimated: fonts differ. */
const characterWidth = 7.5
const rowHeight = 26
const barRoom = 420

/** A whole SVG file. Same bars, same text. */
export function svgBars(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE)
  const left = Math.ceil(Math.max(...bars.map(({ label }) => label.length)) * characterWidth) + 24
  const right = Math.ceil(Math.max(...bars.map(({ text }) => text.length)) * characterWidth) + 24
  const width = Math.max(left + barRoom + right, Math.ceil(title.length * 9) + 32)
  const height = 52 + bars.length * rowHeight
  const rows = bars.flatMap(({ label, value, text }, index) => {
    const y = 44 + index * rowHeight
    const length = Math.max(1, Math.round((value / longest) * barRoom))
    return [
      `  <text x="${left - 8}" y="${y + 14}" text-anchor="end">${escaped(label)}</text>`,
      `  <rect x="${left}" y="${y}" width="${length}" height="${rowHeight - 8}" fill="#3b6ea8"/>`,
      `  <text x="${left + length + 8}" y="${y + 14}">${escaped(text)}</text>`,
    ]
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, monospace" font-size="12" role="img">`,
    `  <title>${escaped(title)}</title>`,
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `  <text x="16" y="26" font-size="15" font-weight="bold">${escaped(title)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n')
}
