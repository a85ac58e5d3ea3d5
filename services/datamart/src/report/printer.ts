import type { MartResult, Report } from '@stoa/contracts/datamart/resources'
import { readFonts, type Fonts } from './fonts.ts'
import { renderReport } from './render-report.ts'

/** Prints a report as PDF. */
export type Print = (report: Report, result: MartResult, signal: AbortSignal) => Promise<Buffer>

/** Prints one report after the other: a long one takes seconds of work and 200 MB. Those whose callers have gone are left out. */
export function makePrinter(): Print {
  let fonts: Fonts | undefined
  let last: Promise<unknown> = Promise.resolve()
  return (report, result, signal) => {
    const printed = last.then(() => {
      signal.throwIfAborted()
      fonts ??= readFonts()
      return renderReport(report, result, { fonts, signal })
    })
    last = printed.catch(() => {})
    return printed
  }
}
