import { styleText, stripVTControlCharacters } from 'node:util'
import {
  byFrequency,
  countByStatus,
  countRejections,
  moneyInWords,
  sumMoney,
  wordsFor,
  type Happening,
  type Tally,
} from './tally.ts'

/** What everything looks like now, in lines. */
export function screenOf(tally: Tally, now: Date): string[] {
  const seconds = Math.max(1, (now.getTime() - tally.startedAt.getTime()) / 1_000)
  const perSecond = (count: number) => `${(count / seconds).toFixed(1)}/s`
  const { captured, refunded } = sumMoney(tally)
  const kept = { ...captured, amount: captured.amount - refunded.amount }
  const placed = tally.orders.size
  const rates = `${placed} orders (${perSecond(placed)}), ${tally.requests} requests (${perSecond(tally.requests)})`
  return [
    `${styleText('bold', 'Shoppers')}  ${tally.shoppers} in ${clockOf(seconds)}, ${tally.underWay} under way, ${rates}`,
    `${styleText('bold', 'Orders')}    ${statuses(tally) || 'none yet'}`,
    `${styleText('bold', 'Money')}     ${moneyInWords(captured)} taken, ${moneyInWords(refunded)} given back, ${moneyInWords(kept)} kept`,
    ...counted('Rejected', countRejections(tally)),
    ...counted('Refused', byFrequency(tally.refusals)),
    ...happened(tally.latest),
  ]
}

/** The same in one line, for output that is not a terminal. */
export function lineOf(tally: Tally, now: Date): string {
  const seconds = (now.getTime() - tally.startedAt.getTime()) / 1_000
  const { captured, refunded } = sumMoney(tally)
  const kept = moneyInWords({ ...captured, amount: captured.amount - refunded.amount })
  return `${clockOf(seconds)}  ${tally.orders.size} orders: ${statuses(tally) || 'none yet'}; ${kept} kept`
}

function statuses(tally: Tally): string {
  return [...countByStatus(tally)].map(([status, count]) => `${wordsFor(status)} ${count}`).join(', ')
}

function counted(title: string, counts: ReadonlyMap<string, number>): string[] {
  return [...counts].map(([name, count], index) => {
    const head = index === 0 ? styleText('bold', title) + ' '.repeat(10 - title.length) : ' '.repeat(10)
    return `${head}${String(count).padStart(4)} ${name}`
  })
}

function happened(latest: readonly Happening[]): string[] {
  return latest.map(({ at, text }, index) => {
    const head = index === 0 ? `${styleText('bold', 'Latest')}    ` : ' '.repeat(10)
    return `${head}${styleText('dim', at.toTimeString().slice(0, 8))} ${text}`
  })
}

function clockOf(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
}

/** A line that fits into so many columns; what is cut off loses its colours. */
export function fitted(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line)
  return plain.length <= columns ? line : plain.slice(0, columns)
}
