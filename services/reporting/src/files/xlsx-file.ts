import type { Report } from '@stoa/contracts/reporting/resources'
import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import { writeXlsxStream } from 'hucre/xlsx'
import type { FileMade } from '../use-cases/make-files.ts'
import type { Result, ResultFacts } from '../use-cases/read-result.ts'
import { currencyReader, minorDigits } from './money-text.ts'
import { notesOf } from './notes.ts'
import { columnName, wordsOf, type Words } from './words.ts'

// of a cell of Excel
const mostCharacters = 32_000

const widths = { text: 28, day: 12, integer: 14, money: 16 } as const

/**
 * All rows as a workbook of Excel, portion by portion. Texts are cells of the type text, which no program runs as a formula. Amounts are in
 * major units. Below the rows is what the figures include, and their query.
 */
export async function xlsxFile(report: Report, { facts, portions }: Result): Promise<FileMade> {
  const words = wordsOf[report.language]
  const { columns, rowCount } = facts
  const currencyOf = currencyReader(columns, report.query)
  async function* rows() {
    for await (const portion of portions()) {
      for (const row of portion) {
        const digits = minorDigits(currencyOf(row))
        yield row.map((cell, index) => toCell(cell, columns[index], { digits, words: words.lineKinds }))
      }
    }
    yield []
    for (const note of notesBelow(report, facts)) yield [note]
  }
  const bytes = writeXlsxStream(rows(), {
    name: nameOf(report.title),
    freezePane: { rows: 1 },
    columns: columns.map(({ name, type }) => ({
      header: columnName(words, name),
      width: widths[type],
      ...(type === 'money' ? { numFmt: '#,##0.00#' } : {}),
    })),
  })
  return { bytes: bytes as AsyncIterable<Uint8Array>, rowCount }
}

function toCell(
  cell: MartCell,
  column: MartColumn | undefined,
  { digits, words }: { readonly digits: number; readonly words: Words['lineKinds'] },
): MartCell {
  if (typeof cell === 'string') return column?.name === 'product' ? (words[cell] ?? cell) : cell
  return column?.type === 'money' && typeof cell === 'number' ? cell / 10 ** digits : cell
}

function notesBelow(report: Report, facts: ResultFacts): string[] {
  const words = wordsOf[report.language]
  return [...notesOf(report, facts), words.query, facts.sql.replaceAll('\n', ' ').slice(0, mostCharacters)]
}

/** The name of a sheet: at most 31 units of UTF-16, some characters are not allowed, and one name is taken by Excel itself. */
function nameOf(title: string): string {
  const allowed = title.replaceAll(/[\\/?*[\]:']/g, ' ').trim()
  // a half of a character beyond the 16 bits is dropped
  const name = allowed
    .slice(0, 31)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
  return name === '' || name.toLowerCase() === 'history' ? 'Report' : name
}
