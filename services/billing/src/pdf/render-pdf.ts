import type { DocumentLine, Invoice, Language, Party } from '@stoa/contracts/billing/resources'
import PDFDocument from 'pdfkit'
import type { Fonts } from '@stoa/fonts'
import { columns, page, taxColumns, width, type Column } from './page-layout.ts'
import { countryText, dateText, moneyText, rateText, wordsIn, type Words } from './words.ts'

/** How a document is printed. */
export interface Printing {
  readonly language: Language
  readonly timeZone: string
  readonly fonts: Fonts
}

interface Sheet {
  readonly pdf: PDFKit.PDFDocument
  readonly words: Words
  readonly printing: Printing
}

/** Prints a document as PDF: the same bytes for the same document, language and time zone. */
export async function renderPdf(document: Invoice, printing: Printing): Promise<Buffer> {
  const { language, fonts } = printing
  const words = wordsIn(language)
  const pdf = new PDFDocument({
    size: 'A4',
    margins: { top: page.top, left: page.left, right: 595 - page.right, bottom: 0 },
    bufferPages: true,
    lang: language,
    font: fonts.regular as never,
    info: {
      Title: `${words.title[document.kind]} ${document.number}`,
      Author: document.seller.name,
      CreationDate: new Date(document.issuedAt),
    },
  })
  pdf.registerFont('regular', fonts.regular)
  pdf.registerFont('bold', fonts.bold)
  const sheet = { pdf, words, printing }
  drawHead(sheet, document)
  drawLines(sheet, document)
  drawSums(sheet, document)
  drawFooters(sheet, document)
  const chunks: Buffer[] = []
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = new Promise((resolve, reject) => pdf.on('end', resolve).on('error', reject))
  pdf.end()
  await ended
  return Buffer.concat(chunks)
}

function drawHead({ pdf, words, printing }: Sheet, document: Invoice): void {
  const { language, timeZone } = printing
  const half = width / 2 - 12
  const right = page.left + width / 2 + 12
  pdf.font('bold', 18).text(words.title[document.kind], page.left, page.top, { width })
  const top = pdf.y + 14
  pdf.font('regular', 9).text(linesOf(document.buyer, language, words).join('\n'), page.left, top, { width: half })
  const afterBuyer = pdf.y
  const facts = [
    [words.number, document.number],
    [words.date, dateText(document.issuedAt, language, timeZone)],
    [words.order, document.orderNumber],
    ...(document.creditNoteNumber === undefined ? [] : [[words.cancelledCreditNote, document.creditNoteNumber]]),
    ...(document.invoiceNumber === undefined ? [] : [[words.creditedInvoice, document.invoiceNumber]]),
  ]
  pdf.text('', right, top)
  for (const [label = '', value = ''] of facts) {
    const y = pdf.y
    pdf.font('regular', 9).text(label, right, y, { width: 90 })
    pdf.font('bold', 9).text(value, right + 90, y, { width: half - 90 })
  }
  pdf.moveDown(0.7)
  pdf.font('regular', 9).text(linesOf(document.seller, language, words).join('\n'), right, pdf.y, { width: half })
  pdf.y = Math.max(afterBuyer, pdf.y) + 24
}

function linesOf(
  { name, line1, line2, postalCode, city, state, country, vatId }: Party,
  language: Language,
  words: Words,
): string[] {
  const place = [postalCode, city, state].filter((part) => part !== undefined && part !== '').join(' ')
  const lines = [name, line1, line2, place, countryText(country, language)]
  return [...lines, vatId === undefined ? undefined : `${words.vatId} ${vatId}`].filter(
    (line): line is string => line !== undefined && line !== '',
  )
}

function drawLines(sheet: Sheet, document: Invoice): void {
  drawTableHead(sheet)
  for (const line of document.lines) {
    const cells = cellsOf(sheet, line)
    const height = rowHeight(sheet, cells, columns)
    if (sheet.pdf.y + height > page.bottom) {
      sheet.pdf.addPage()
      drawTableHead(sheet)
    }
    drawRow(sheet, cells, columns)
  }
  drawRule(sheet)
}

function drawTableHead(sheet: Sheet): void {
  const { pdf, words } = sheet
  pdf.font('bold', 9)
  drawRow(sheet, [words.item, words.quantity, words.net, words.rate, words.tax, words.total], columns)
  drawRule(sheet)
  pdf.font('regular', 9)
}

function cellsOf({ words, printing: { language } }: Sheet, line: DocumentLine): string[] {
  const names = { goods: line.name ?? line.sku ?? '', shipping: words.shipping, refund: words.refund }
  const details = [
    line.sku,
    line.discount === undefined ? undefined : `${words.discount} ${moneyText(line.discount, language)}`,
  ].filter((detail) => detail !== undefined)
  return [
    [names[line.kind], details.join(', ')].filter((text) => text !== '').join('\n'),
    line.kind === 'goods' ? String(line.quantity) : '',
    moneyText(line.net, language),
    rateText(line.taxRateBasisPoints, language),
    moneyText(line.tax, language),
    moneyText(line.total, language),
  ]
}

function rowHeight({ pdf }: Sheet, cells: readonly string[], of: readonly Column[]): number {
  return Math.max(...cells.map((cell, index) => pdf.heightOfString(cell, { width: of[index]?.width ?? width }))) + 6
}

function drawRow(sheet: Sheet, cells: readonly string[], of: readonly Column[]): void {
  const { pdf } = sheet
  const { y } = pdf
  const height = rowHeight(sheet, cells, of)
  for (const [index, { x, width: cellWidth, align }] of of.entries())
    pdf.text(cells[index] ?? '', x, y, { width: cellWidth, align })
  pdf.y = y + height
}

function drawRule({ pdf }: Sheet): void {
  pdf.moveTo(page.left, pdf.y).lineTo(page.right, pdf.y).lineWidth(0.5).stroke()
  pdf.y += 6
}

function drawSums(sheet: Sheet, document: Invoice): void {
  const { pdf, words, printing } = sheet
  const { language } = printing
  const { taxes, net, tax, total, kind } = document
  // the sums stay together
  if (pdf.y + 90 + 18 * taxes.length > page.bottom) pdf.addPage()
  pdf.y += 8
  pdf.font('bold', 9)
  drawRow(sheet, [words.rate, words.net, words.tax], taxColumns)
  pdf.font('regular', 9)
  for (const each of taxes) {
    const amounts = [moneyText(each.net, language), moneyText(each.tax, language)]
    drawRow(sheet, [rateText(each.taxRateBasisPoints, language), ...amounts], taxColumns)
  }
  pdf.y += 4
  drawRow(sheet, ['', moneyText(net, language), moneyText(tax, language)], taxColumns)
  pdf.y += 6
  const y = pdf.y
  pdf.font('bold', 12).text(words.toPay[kind], page.left, y, { width: width - 150 })
  pdf.text(moneyText(total, language), page.right - 150, y, { width: 150, align: 'right' })
  pdf.moveDown(0.6)
  pdf.font('regular', 9).text(words.paid[kind], page.left, pdf.y, { width })
}

function drawFooters({ pdf, words }: Sheet, { number }: Invoice): void {
  const { start, count } = pdf.bufferedPageRange()
  for (let index = 0; index < count; index += 1) {
    pdf.switchToPage(start + index)
    pdf.font('regular', 8).text(number, page.left, page.footer, { width: width / 2, lineBreak: false })
    pdf.text(words.page(index + 1, count), page.right - 120, page.footer, {
      width: 120,
      align: 'right',
      lineBreak: false,
    })
  }
}
