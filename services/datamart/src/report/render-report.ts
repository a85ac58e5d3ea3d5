import { setImmediate as others } from 'node:timers/promises'
import type { MartResult, Report } from '@stoa/contracts/datamart/resources'
import PDFDocument from 'pdfkit'
import { drawChart } from './draw-chart.ts'
import type { Fonts } from './fonts.ts'
import { columns, page, width } from './page-layout.ts'
import { moneyText } from './money-text.ts'
import { dailySeries, salesRows, type SalesRow } from './series.ts'

/**
 * Prints a report of sales as PDF: what it covers, a chart for each currency, the table, and the query behind it. The process serves others
 * meanwhile. Throws if the signal is aborted.
 */
export async function renderReport(
  report: Report,
  result: MartResult,
  { fonts, signal }: { readonly fonts: Fonts; readonly signal?: AbortSignal },
): Promise<Buffer> {
  const title = `Sales from ${report.from} to ${lastDay(report.to)}`
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: page.top, left: page.left, right: 595 - page.right, bottom: 0 },
    bufferPages: true,
    lang: 'en',
    font: fonts.regular as never,
    info: { Title: title, CreationDate: new Date(report.createdAt) },
  })
  pdf.registerFont('regular', fonts.regular)
  pdf.registerFont('bold', fonts.bold)
  const rows = salesRows(result)
  drawHead(pdf, title, report, result)
  for (const series of dailySeries(rows, report)) drawChart(pdf, series)
  await drawTable(pdf, rows, signal)
  drawQuery(pdf, result)
  await drawFooters(pdf, title, signal)
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve, reject) => pdf.on('end', resolve).on('error', reject))
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

type Pdf = PDFKit.PDFDocument

/** The end of a period does not belong to it; people name its last day. */
function lastDay(to: string): string {
  return Temporal.PlainDate.from(to).subtract({ days: 1 }).toString()
}

function drawHead(
  pdf: Pdf,
  title: string,
  { currency }: Report,
  { asOf, isTruncated, rows, versions }: MartResult,
): void {
  const isBuilt = Object.keys(versions).length > 0
  pdf.font('bold', 18).text(title, page.left, page.top, { width })
  const lines = [
    `Confirmed orders by day (UTC), ${currency === undefined ? 'all currencies' : `only ${currency}`}. Refunds are not subtracted.`,
    ...(isBuilt ? [] : ['The star schema has not been built yet, so there are no figures.']),
    ...(isBuilt && asOf === undefined
      ? ['Incomplete: not all events had been read when the star schema was built.']
      : []),
    ...(asOf === undefined ? [] : [`Includes what happened before ${asOf.slice(0, 16).replace('T', ' ')} UTC.`]),
    ...(isTruncated ? [`Only the first ${rows.length} lines are shown: choose a shorter period for all of them.`] : []),
    ...(rows.length === 0 && isBuilt ? ['No orders were confirmed in this period.'] : []),
  ]
  pdf.moveDown(0.5).font('regular', 9).text(lines.join('\n'), { width })
  pdf.y += 16
}

const rowsAtOnce = 20

async function drawTable(pdf: Pdf, rows: readonly SalesRow[], signal: AbortSignal | undefined): Promise<void> {
  if (rows.length === 0) return
  ensureRoom(pdf, 80)
  drawTableHead(pdf)
  for (const [index, row] of rows.entries()) {
    if (index % rowsAtOnce === 0) await others(undefined, { signal })
    const cells = [
      row.day,
      row.product,
      String(row.orders),
      String(row.units),
      moneyText({ amount: row.revenue, currency: row.currency }),
    ]
    const height = rowHeight(pdf, cells)
    if (pdf.y + height > page.bottom) {
      pdf.addPage()
      drawTableHead(pdf)
    }
    drawRow(pdf, cells, height)
  }
  drawRule(pdf)
}

function drawTableHead(pdf: Pdf): void {
  pdf.font('bold', 9)
  const cells = ['Day', 'Product', 'Orders', 'Units', 'Revenue']
  drawRow(pdf, cells, rowHeight(pdf, cells))
  drawRule(pdf)
  pdf.font('regular', 9)
}

function rowHeight(pdf: Pdf, cells: readonly string[]): number {
  return (
    Math.max(...cells.map((cell, index) => pdf.heightOfString(cell, { width: columns[index]?.width ?? width }))) + 4
  )
}

function drawRow(pdf: Pdf, cells: readonly string[], height: number): void {
  const { y } = pdf
  for (const [index, { x, width: cellWidth, align }] of columns.entries())
    pdf.text(cells[index] ?? '', x, y, { width: cellWidth, align })
  pdf.y = y + height
}

function drawRule(pdf: Pdf): void {
  pdf.moveTo(page.left, pdf.y).lineTo(page.right, pdf.y).lineWidth(0.5).strokeColor('#000').stroke()
  pdf.y += 5
}

function drawQuery(pdf: Pdf, { sql, versions }: MartResult): void {
  const tables = Object.entries(versions).map(([name, version]) => `${name} version ${version}`)
  const text = [...(tables.length === 0 ? [] : [`Read from ${tables.join(', ')}.`]), sql].join('\n')
  pdf.font('regular', 7)
  ensureRoom(pdf, pdf.heightOfString(text, { width }) + 40)
  pdf.y += 14
  pdf.font('bold', 9).text('The query behind these figures', page.left, pdf.y, { width })
  pdf.moveDown(0.3).font('regular', 7).fillColor('#444').text(text, { width }).fillColor('#000')
}

/** Begins a new page if less than this is left. */
function ensureRoom(pdf: Pdf, height: number): void {
  if (pdf.y + height > page.bottom) pdf.addPage()
}

async function drawFooters(pdf: Pdf, title: string, signal: AbortSignal | undefined): Promise<void> {
  const { start, count } = pdf.bufferedPageRange()
  for (let index = 0; index < count; index += 1) {
    if (index % rowsAtOnce === 0) await others(undefined, { signal })
    pdf.switchToPage(start + index)
    pdf.font('regular', 8).text(title, page.left, page.footer, { width: width / 2, lineBreak: false })
    const number = `Page ${index + 1} of ${count}`
    pdf.text(number, page.right - 120, page.footer, { width: 120, align: 'right', lineBreak: false })
  }
}
