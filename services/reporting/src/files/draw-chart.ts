import type { ReportLanguage } from '@stoa/contracts/reporting/resources'
import { others, sumOf, type Axis, type Bar, type ChartSums } from '../domain/chart-sums.ts'
import type { Page } from './page-layout.ts'
import { amountText, minorDigits, numberText } from './money-text.ts'
import { wordsOf, type Words } from './words.ts'

type Pdf = PDFKit.PDFDocument

/** What is drawn around the bars. */
export interface ChartLabels {
  readonly heading: string
  readonly language: ReportLanguage
  readonly axis: Axis
  readonly page: Page
  /** Whether the bars are divided, so that a legend names their parts. */
  readonly isDivided: boolean
}

/** The colours of series on paper, in this order; for what is not among the largest the last one. */
const colours = ['#08369D', '#BC7136', '#159793', '#770057', '#9E6AEC', '#176B98'] as const
const otherColour = '#5D6778'
const [ink, faint, grid] = ['#171B24', '#4A5363', '#DFE3EA']

const standingHeight = 136
const lyingStep = 18

/** Draws a chart: columns along time, else lying bars with their names beside them. */
export function drawChart(pdf: Pdf, sums: ChartSums, labels: ChartLabels): void {
  const { page, axis, isDivided } = labels
  const words = wordsOf[labels.language]
  const plotHeight = axis === 'value' ? sums.bars.length * lyingStep : standingHeight
  if (pdf.y + plotHeight + 90 > page.bottom) pdf.addPage()
  pdf
    .font('bold', 11)
    .fillColor(ink)
    .text(labels.heading, page.left, pdf.y, { width: page.right - page.left })
  pdf.y += 4
  if (isDivided) drawLegend(pdf, sums, { page, words })
  if (axis === 'value') drawLying(pdf, sums, labels)
  else drawStanding(pdf, sums, { ...labels, height: plotHeight })
  pdf.fillColor(ink)
  pdf.x = page.left
}

function drawLegend(
  pdf: Pdf,
  { series }: ChartSums,
  { page, words }: { readonly page: Page; readonly words: Words },
): void {
  pdf.font('regular', 8)
  let x = page.left
  for (const [index, name] of series.entries()) {
    const text = shorten(pdf, nameOf(name, words), 150)
    const needed = 14 + pdf.widthOfString(text) + 12
    if (x + needed > page.right && x > page.left) {
      x = page.left
      pdf.y += 12
    }
    const { y } = pdf
    pdf.rect(x, y + 1, 8, 8).fill(colourOf(series, index))
    pdf.fillColor(ink).text(text, x + 12, y, { lineBreak: false })
    pdf.y = y
    x += needed
  }
  pdf.y += 18
}

/** The steps of the axis: round numbers, from 0 to above the highest bar, and below 0 if a bar is negative. */
export function ticksOf(lowest: number, highest: number, count = 4): number[] {
  const span = Math.max(highest, 0) - Math.min(lowest, 0)
  if (span === 0) return [0, 1]
  const rough = span / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((each) => each * power >= rough) ?? 10) * power)
  const first = Math.floor(Math.min(lowest, 0) / step)
  const last = Math.ceil(Math.max(highest, 0) / step)
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step)
}

function drawStanding(
  pdf: Pdf,
  sums: ChartSums,
  { page, language, height }: ChartLabels & { readonly height: number },
): void {
  const { bars } = sums
  const heights = bars.flatMap(({ parts }) => [positive(parts), negative(parts)])
  const ticks = ticksOf(Math.min(...heights, 0), Math.max(...heights, 0))
  const [lowest = 0, highest = 1] = [ticks[0], ticks.at(-1)]
  const top = pdf.y + 6
  const yOf = (value: number) => top + height - ((value - lowest) / (highest - lowest)) * height
  const texts = ticks.map((tick) => valueText(tick, sums, language))
  pdf.font('regular', 8)
  const axisWidth = Math.max(...texts.map((text) => pdf.widthOfString(text))) + 8
  const left = page.left + axisWidth
  for (const [index, tick] of ticks.entries()) {
    pdf
      .moveTo(left, yOf(tick))
      .lineTo(page.right, yOf(tick))
      .lineWidth(0.5)
      .strokeColor(tick === 0 ? faint : grid)
      .stroke()
    pdf
      .fillColor(faint)
      .text(texts[index] ?? '', page.left, yOf(tick) - 4, { width: axisWidth - 6, align: 'right', lineBreak: false })
  }
  const step = (page.right - left) / Math.max(bars.length, 1)
  const width = Math.min(step * 0.7, 36)
  for (const [index, { parts }] of bars.entries()) {
    const x = left + index * step + (step - width) / 2
    let [up, down] = [0, 0]
    for (const [part, value] of parts.entries()) {
      if (value === 0) continue
      const from = value > 0 ? up : down
      const [a, b] = [yOf(from), yOf(from + value)]
      pdf.rect(x, Math.min(a, b), width, Math.abs(a - b)).fill(colourOf(sums.series, part))
      if (value > 0) up += value
      else down += value
    }
  }
  drawTimes(pdf, bars, { left, right: page.right, step, y: top + height + 5 })
  pdf.y = top + height + 30
}

/** As many names of days, months or years as fit, the first one and then every so many. */
function drawTimes(
  pdf: Pdf,
  bars: readonly Bar[],
  {
    left,
    right,
    step,
    y,
  }: { readonly left: number; readonly right: number; readonly step: number; readonly y: number },
): void {
  pdf.font('regular', 8).fillColor(faint)
  const width = Math.max(...bars.map(({ at }) => pdf.widthOfString(String(at))), 10) + 8
  const every = Math.max(1, Math.ceil(width / step))
  for (const [index, { at }] of bars.entries()) {
    if (index % every !== 0) continue
    const x = left + index * step + step / 2 - width / 2
    if (x + width > right + 10) continue
    pdf.text(String(at), x, y, { width, align: 'center', lineBreak: false })
  }
}

function drawLying(pdf: Pdf, sums: ChartSums, { page, language }: ChartLabels): void {
  const words = wordsOf[language]
  const { bars } = sums
  pdf.font('regular', 8)
  const names = bars.map(({ at }) => shorten(pdf, nameOf(at, words), (page.right - page.left) * 0.36))
  const texts = bars.map(({ parts }) => valueText(sumOf(parts), sums, language))
  const widest = (all: readonly string[]) => Math.max(...all.map((text) => pdf.widthOfString(text)), 10)
  const left = page.left + widest(names) + 8
  const right = page.right - widest(texts) - 8
  const most = Math.max(...bars.map(({ parts }) => positive(parts)), 1)
  const { y: top } = pdf
  for (const [index, { parts }] of bars.entries()) {
    const y = top + 4 + index * lyingStep
    pdf.fillColor(ink).text(names[index] ?? '', page.left, y + 1, { lineBreak: false })
    let x = left
    for (const [part, value] of parts.entries()) {
      if (value <= 0) continue
      const width = (value / most) * (right - left)
      pdf.rect(x, y, width, lyingStep * 0.62).fill(colourOf(sums.series, part))
      x += width
    }
    pdf.fillColor(faint).text(texts[index] ?? '', x + 5, y + 1, { lineBreak: false })
  }
  pdf.y = top + bars.length * lyingStep + 18
}

function positive(parts: readonly number[]): number {
  return sumOf(parts.filter((part) => part > 0))
}

function negative(parts: readonly number[]): number {
  return sumOf(parts.filter((part) => part < 0))
}

function colourOf(series: ChartSums['series'], index: number): string {
  return series[index] === others ? otherColour : (colours[index] ?? otherColour)
}

function nameOf(name: string | null | typeof others, words: Words): string {
  if (name === others) return words.others
  if (name === null) return words.nothing
  return words.lineKinds[name] ?? name
}

function valueText(value: number, { currency }: ChartSums, language: ReportLanguage): string {
  if (currency === undefined) return numberText(value, language)
  const digits = minorDigits(currency)
  return amountText(Math.round(value), digits, language)
}

/** A text that is not wider than this; where it was cut is an ellipsis. */
function shorten(pdf: Pdf, text: string, width: number): string {
  if (pdf.widthOfString(text) <= width) return text
  const letters = Array.from(text)
  while (letters.length > 1 && pdf.widthOfString(`${letters.join('')}…`) > width) letters.pop()
  return `${letters.join('')}…`
}
