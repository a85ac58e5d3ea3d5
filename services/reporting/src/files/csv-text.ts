import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'

// What a spreadsheet takes for the beginning of a formula, also behind white space, in full width as East Asian ones do, and behind what may
// separate cells: with a semicolon as separator the quotes of a cell count for nothing.
const formulas = /(^|[;|\t\r\n])(?=[\s\u00a0]*[=+\-@\t\r＝＋－＠])/g

/** The line with the names of the columns (RFC 4180). */
export function csvHead(columns: readonly MartColumn[]): string {
  return `${columns.map(({ name }) => quoted(name)).join(',')}\r\n`
}

/**
 * Rows as lines of CSV (RFC 4180), with amounts in minor units. Before what a spreadsheet would run as a formula is an apostrophe, which
 * makes it a text.
 */
export function csvLines(rows: readonly (readonly MartCell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(',')}\r\n`).join('')
}

function cellText(cell: MartCell): string {
  if (cell === null) return ''
  if (typeof cell === 'number') return String(cell)
  return quoted(cell.replaceAll(formulas, `$1'`))
}

function quoted(text: string): string {
  return /[",\r\n']|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
