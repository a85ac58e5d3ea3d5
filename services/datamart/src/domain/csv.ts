import type { MartColumn, MartResult } from '@stoa/contracts/datamart/resources'

type Cell = MartResult['rows'][number][number]

// What a spreadsheet takes for the beginning of a formula, also behind white space, in full width as East Asian ones do, and behind what may
// separate cells: with a semicolon as separator the quotes of a cell count for nothing.
const formulas = /(^|[;|\t\r\n])(?=[\s\u00a0]*[=+\-@\t\r＝＋－＠])/g

/**
 * The rows as CSV (RFC 4180), with amounts in minor units. Before what a spreadsheet would run as a formula is an apostrophe, which makes it
 * a text.
 */
export function toCsv(columns: readonly MartColumn[], rows: MartResult['rows']): string {
  const lines = [columns.map(({ name }) => quoted(name)), ...rows.map((row) => row.map(cellText))]
  return lines.map((line) => `${line.join(',')}\r\n`).join('')
}

function cellText(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  return quoted(cell.replaceAll(formulas, `$1'`))
}

function quoted(text: string): string {
  return /[",\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
