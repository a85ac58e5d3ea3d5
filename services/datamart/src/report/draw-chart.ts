import { moneyText } from './money-text.ts'
import { page, width } from './page-layout.ts'
import type { DailySeries } from './series.ts'

const height = 130
const axisWidth = 74

/** Draws the revenue of a currency as one bar for each day, with the largest one as the height of the axis. */
export function drawChart(pdf: PDFKit.PDFDocument, { currency, total, days }: DailySeries): void {
  if (pdf.y + height + 60 > page.bottom) pdf.addPage()
  const heading = `Revenue by day: ${moneyText({ amount: total, currency })}`
  pdf.font('bold', 11).fillColor('#000').text(heading, page.left, pdf.y, { width })
  const top = pdf.y + 8
  const left = page.left + axisWidth
  const most = Math.max(...days.map(({ revenue }) => revenue), 1)
  pdf.font('regular', 8)
  for (const share of [0, 0.5, 1]) {
    const y = top + height * (1 - share)
    pdf.moveTo(left, y).lineTo(page.right, y).lineWidth(0.5).strokeColor('#bbb').stroke()
    const label = moneyText({ amount: Math.round(most * share), currency })
    pdf.text(label, page.left, y - 5, { width: axisWidth - 6, align: 'right', lineBreak: false })
  }
  const step = (page.right - left) / days.length
  const barWidth = Math.min(step * 0.7, 40)
  for (const [index, { revenue }] of days.entries()) {
    const barHeight = (Math.max(revenue, 0) / most) * height
    pdf.rect(left + index * step + (step - barWidth) / 2, top + height - barHeight, barWidth, barHeight).fill('#2b5d8c')
  }
  drawDays(pdf.fillColor('#000'), days, { left, step, y: top + height + 4 })
  pdf.x = page.left
  pdf.y = top + height + 26
}

/** The first day, the last one, and as many between as fit. */
function drawDays(
  pdf: PDFKit.PDFDocument,
  days: DailySeries['days'],
  { left, step, y }: { readonly left: number; readonly step: number; readonly y: number },
): void {
  const labelWidth = 54
  const every = Math.max(1, Math.ceil(labelWidth / step))
  for (const [index, { day }] of days.entries()) {
    if (index % every !== 0) continue
    const x = Math.min(left + index * step + step / 2 - labelWidth / 2, page.right - labelWidth)
    pdf.font('regular', 8).text(day, x, y, { width: labelWidth, align: 'center', lineBreak: false })
  }
}
