import { setImmediate as others } from 'node:timers/promises'
import type { Report } from '@stoa/contracts/reporting/resources'
import type { MartCell } from '@stoa/contracts/shared/mart-query'
import PDFDocument from 'pdfkit'
import { makeChart, type ChartMaker } from '../domain/chart-sums.ts'
import type { FileMade } from '../use-cases/make-files.ts'
import type { Result, ResultFacts } from '../use-cases/read-result.ts'
import { drawChart } from './draw-chart.ts'
import { drawTable, tableOf } from './draw-table.ts'
import { readFonts } from '@stoa/fonts'
import { amountText, currencyReader, minorDigits, numberText } from './money-text.ts'
import { notesOf } from './notes.ts'
import { columnName, wordsOf, type Words } from './words.ts'
import type { Page } from './page-layout.ts'

const mostRows = 1_000
const mostCharts = 6

type Pdf = PDFKit.PDFDocument

/**
 * A report as PDF: what it covers, a chart for each currency over all rows, the first rows as a table, and the query behind it. The process
 * serves others meanwhile.
 */
export async function pdfFile(report: Report, { facts, portions }: Result): Promise<FileMade> {
  const currencyOf = currencyReader(facts.columns, report.query)
  const chart = report.chart === undefined ? undefined : makeChart(report.chart, facts.columns, currencyOf)
  const rows: (readonly MartCell[])[] = []
  for await (const portion of portions()) {
    for (const row of portion) {
      chart?.add(row)
      if (rows.length < mostRows) rows.push(row)
    }
    // without a chart the first rows are enough
    if (chart === undefined && rows.length >= mostRows) break
  }
  return { bytes: print(report, facts, { rows, chart }), rowCount: rows.length }
}

interface Shown {
  readonly rows: readonly (readonly MartCell[])[]
  readonly chart: ChartMaker | undefined
}

async function* print(report: Report, facts: ResultFacts, { rows, chart }: Shown): AsyncIterable<Uint8Array> {
  const fonts = readFonts(import.meta.url)
  const words = wordsOf[report.language]
  const title = titleOf(report, words)
  const begin = (page: Page) => {
    const pdf = new PDFDocument({
      size: 'A4',
      layout: page.layout,
      margins: { top: page.top, left: page.left, right: page.left, bottom: 0 },
      bufferPages: true,
      lang: report.language,
      font: fonts.regular as never,
      info: { Title: title, CreationDate: new Date(report.createdAt) },
    })
    pdf.registerFont('regular', fonts.regular)
    pdf.registerFont('bold', fonts.bold)
    return pdf
  }
  const table = tableOf(rows, facts, { report, fonts })
  const { page } = table.layout
  const pdf = begin(page)
  drawHead(pdf, report, facts, { title, page, shown: rows.length })
  drawCharts(pdf, report, { chart, page })
  await drawTable(pdf, table)
  drawQuery(pdf, facts, { words, page })
  await drawFooters(pdf, { title, words, page })
  const chunks: Uint8Array[] = []
  pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = new Promise((resolve, reject) => pdf.on('end', resolve).on('error', reject))
  pdf.end()
  await ended
  yield* chunks
}

/** The end of a period does not belong to it; people name its last day. */
function titleOf({ title, query: { from, to } }: Report, words: Words): string {
  if (from === undefined || to === undefined) return title
  return words.title(title, from, Temporal.PlainDate.from(to).subtract({ days: 1 }).toString())
}

function drawHead(
  pdf: Pdf,
  { language, query }: Report,
  facts: ResultFacts,
  { title, page, shown }: { readonly title: string; readonly page: Page; readonly shown: number },
): void {
  const words = wordsOf[language]
  const width = page.right - page.left
  pdf.font('bold', 18).fillColor('#171B24').text(title, page.left, page.top, { width })
  const all = numberText(facts.rowCount, language)
  const cut = shown < facts.rowCount ? [words.firstRows(numberText(shown, language), all)] : []
  const lines = [...notesOf({ language, query }, facts), ...cut]
  pdf.moveDown(0.4).font('regular', 9).fillColor('#4A5363').text(lines.join('\n'), { width })
  pdf.fillColor('#171B24')
  pdf.y += 16
}

function drawCharts(
  pdf: Pdf,
  { chart: shown, language }: Report,
  { chart, page }: { readonly chart: ChartMaker | undefined; readonly page: Page },
): void {
  if (shown === undefined || chart === undefined) return
  const words = wordsOf[language]
  const ended = chart.end()
  const note = (text: string) => {
    pdf.font('regular', 9).text(text, page.left, pdf.y, { width: page.right - page.left })
    pdf.y += 10
  }
  if (ended === undefined) return note(words.tooManyValues(columnName(words, shown.x)))
  const { axis, charts } = ended
  const by = axis === 'month' || axis === 'year' ? words[axis] : columnName(words, shown.x)
  const divided = shown.series === undefined ? '' : `, ${columnName(words, shown.series)}`
  for (const sums of charts.slice(0, mostCharts)) {
    const { currency, total } = sums
    const digits = minorDigits(currency)
    const sum =
      currency === undefined ? numberText(total, language) : `${amountText(total, digits, language)} ${currency}`
    const heading = `${words.chart(columnName(words, shown.y), by)}${divided}: ${sum}`
    drawChart(pdf, sums, { heading, language, axis, page, isDivided: shown.series !== undefined })
  }
  const left = charts.slice(mostCharts).map(({ currency }) => currency ?? '')
  if (left.length > 0) note(words.moreCurrencies(left.join(', ')))
}

function drawQuery(
  pdf: Pdf,
  { sql }: ResultFacts,
  { words, page }: { readonly words: Words; readonly page: Page },
): void {
  const width = page.right - page.left
  pdf.font('regular', 7)
  const lines = sql.split('\n')
  const height = Math.min(pdf.heightOfString(sql, { width }), 120)
  if (pdf.y + height + 34 > page.bottom) pdf.addPage()
  pdf.y += 14
  pdf.font('bold', 9).fillColor('#171B24').text(words.query, page.left, pdf.y, { width })
  pdf.moveDown(0.3).font('regular', 7).fillColor('#4A5363')
  for (const line of lines) {
    if (pdf.y + pdf.heightOfString(line, { width }) > page.bottom) pdf.addPage()
    pdf.text(line, page.left, pdf.y, { width })
  }
  pdf.fillColor('#171B24')
}

const pagesAtOnce = 20

async function drawFooters(
  pdf: Pdf,
  { title, words, page }: { readonly title: string; readonly words: Words; readonly page: Page },
): Promise<void> {
  const { start, count } = pdf.bufferedPageRange()
  for (let index = 0; index < count; index += 1) {
    if (index % pagesAtOnce === 0) await others()
    pdf.switchToPage(start + index)
    pdf.font('regular', 8).fillColor('#4A5363')
    const numberWidth = 110
    const width = page.right - page.left - numberWidth - 10
    pdf.text(title, page.left, page.footer, { width, height: 10, ellipsis: true, lineBreak: false })
    const number = words.page(index + 1, count)
    pdf.text(number, page.right - numberWidth, page.footer, { width: numberWidth, align: 'right', lineBreak: false })
  }
}
