import { setImmediate as others } from 'node:timers/promises'
import type { Report } from '@stoa/contracts/reporting/resources'
import type { MartCell, MartColumn } from '@stoa/contracts/shared/mart-query'
import PDFDocument from 'pdfkit'
import type { ResultFacts } from '../use-cases/read-result.ts'
import type { Fonts } from '@stoa/fonts'
import { amountText, currencyReader, minorDigits, numberText } from './money-text.ts'
import { layOut, type Need, type TableLayout } from './page-layout.ts'
import { columnName, wordsOf } from './words.ts'

type Pdf = PDFKit.PDFDocument

/** A table as it is printed. */
export interface PrintedTable {
  readonly layout: TableLayout
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The texts of a table, and a layout in which they fit. */
export function tableOf(
  rows: readonly (readonly MartCell[])[],
  { columns }: ResultFacts,
  { report: { language, query }, fonts }: { readonly report: Report; readonly fonts: Fonts },
): PrintedTable {
  const words = wordsOf[language]
  const currencyOf = currencyReader(columns, query)
  const head = columns.map(({ name }) => columnName(words, name))
  const texts = rows.map((row) => {
    const digits = minorDigits(currencyOf(row))
    return row.map((cell, index) => cellText(cell, columns[index], { digits, language, words: words.lineKinds }))
  })
  return { layout: layOut(needsOf(columns, head, { rows: texts, fonts })), head, rows: texts }
}

function cellText(
  cell: MartCell,
  column: MartColumn | undefined,
  {
    digits,
    language,
    words,
  }: {
    readonly digits: number
    readonly language: Report['language']
    readonly words: Readonly<Record<string, string>>
  },
): string {
  if (cell === null) return ''
  if (typeof cell === 'string') return column?.name === 'product' ? (words[cell] ?? cell) : cell
  return column?.type === 'money' ? amountText(cell, digits, language) : numberText(cell, language)
}

function needsOf(
  columns: readonly MartColumn[],
  head: readonly string[],
  { rows, fonts }: { readonly rows: readonly (readonly string[])[]; readonly fonts: Fonts },
): Need[] {
  const ruler = new PDFDocument({ autoFirstPage: false, font: fonts.regular as never })
  ruler.registerFont('regular', fonts.regular)
  ruler.registerFont('bold', fonts.bold)
  const widest = (texts: Iterable<string>, font: string) => {
    ruler.font(font, 100)
    // the longest by their letters are among the widest; measuring all of them takes too long
    const longest = [...new Set(texts)].toSorted((a, b) => b.length - a.length).slice(0, 20)
    return Math.max(0, ...longest.map((text) => ruler.widthOfString(text))) / 100
  }
  return columns.map(({ type }, index) => {
    const name = head[index] ?? ''
    const cells = rows.map((row) => row[index] ?? '')
    const nameWord = widest(wordsIn(name), 'bold')
    if (type !== 'text') {
      const width = Math.max(widest(cells, 'regular'), nameWord)
      return { type, unbroken: width, whole: width }
    }
    const unbroken = Math.max(widest(cells.flatMap(wordsIn), 'regular'), nameWord)
    return { type, unbroken, whole: Math.max(widest(cells, 'regular'), widest([name], 'bold')) }
  })
}

function wordsIn(text: string): string[] {
  return text.split(/\s+/)
}

const rowsAtOnce = 20

/** Draws the table over as many pages as it needs, each with the names of the columns. */
export async function drawTable(pdf: Pdf, { layout, head, rows }: PrintedTable): Promise<void> {
  const { page, fontSize } = layout
  if (rows.length === 0) return
  if (pdf.y + 80 > page.bottom) pdf.addPage()
  drawTableHead(pdf, layout, head)
  for (const [index, row] of rows.entries()) {
    if (index % rowsAtOnce === 0) await others()
    pdf.font('regular', fontSize)
    const height = rowHeight(pdf, layout, row)
    if (pdf.y + height > page.bottom) {
      pdf.addPage()
      drawTableHead(pdf, layout, head)
      pdf.font('regular', fontSize)
    }
    drawRow(pdf, layout, { cells: row, height })
  }
  drawRule(pdf, layout)
}

function drawTableHead(pdf: Pdf, layout: TableLayout, head: readonly string[]): void {
  pdf.font('bold', layout.fontSize).fillColor('#171B24')
  drawRow(pdf, layout, { cells: head, height: rowHeight(pdf, layout, head) })
  drawRule(pdf, layout)
}

function rowHeight(pdf: Pdf, { columns }: TableLayout, cells: readonly string[]): number {
  return (
    Math.max(
      ...cells.map((cell, index) =>
        pdf.heightOfString(cell === '' ? ' ' : cell, { width: columns[index]?.width ?? 0 }),
      ),
    ) + 4
  )
}

function drawRow(
  pdf: Pdf,
  { columns }: TableLayout,
  { cells, height }: { readonly cells: readonly string[]; readonly height: number },
): void {
  const { y } = pdf
  for (const [index, { x, width, align }] of columns.entries()) pdf.text(cells[index] ?? '', x, y, { width, align })
  pdf.y = y + height
}

function drawRule(pdf: Pdf, { page }: TableLayout): void {
  pdf.moveTo(page.left, pdf.y).lineTo(page.right, pdf.y).lineWidth(0.5).strokeColor('#4A5363').stroke()
  pdf.y += 5
}
