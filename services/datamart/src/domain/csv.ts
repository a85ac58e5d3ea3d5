import type { MartColumn, MartResult } from '@stoa/contracts/datamart/resources'

type Cell = MartResult['rows'][number][number]

// what a spreadsheet takes for the beginning of a formula, also behind white space
const beginsFormula = /^[\s\u00a0]*[=+\-@\t\r]/

/**
 * The rows as CSV (RFC 4180), with amounts in minor units. A text that a spreadsheet would run as a formula begins with an apostrophe,
 * which makes it a text.
 */
export function toCsv(columns: readonly MartColumn[], rows: MartResult['rows']): string {
  const lines = [columns.map(({ name }) => quoted(name)), ...rows.map((row) => row.map(cellText))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  return quoted(beginsFormula.test(cell) ? `'${cell}` : cell)
}

function quoted(text: string): string {
  return /[",\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
