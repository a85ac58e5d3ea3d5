import * as http from '@stoa/contracts/analytics/http'
import type { Interval } from '@stoa/contracts/analytics/resources'
import { kpiDefinitions, type KpiDefinition, type KpiName } from '@stoa/contracts/shared/kpi-definitions'
import { askOperation } from '../ask-operation.ts'
import { readReaching } from '../arguments.ts'
import { totalsOf } from '../kpi-totals.ts'
import { formatTable, say, sayJson } from '../output.ts'

export const help = `Usage: stoa kpi [--from TIME] [--to TIME] [--interval minute|hour|day] [--currency CODE] [--json]

Shows the figures of the shop over a period, for each currency: by default over the last 60 hours. Times are such as
2026-11-01T00:00:00Z. "--json" prints the figures of each interval.
`

export async function run(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const options = { json: { type: 'boolean' }, from: text, to: text, interval: text, currency: text } as const
  const { system, values } = readReaching(args, options)
  const { from, to, currency, interval = 'hour' } = values
  // the service says what is wrong with a value
  const query = { from, to, currency, interval: interval as Interval }
  const series = await askOperation(system, http.readKpis, { query })
  if (values.json === true) {
    sayJson(series)
    return 0
  }
  const totals = totalsOf(series.items)
  say(`${series.from} to ${series.to}${series.asOf === undefined ? '' : `, computed at ${series.asOf}`}`)
  if (totals.length === 0) say('Nothing happened in this period.')
  else {
    const names = Object.keys(kpiDefinitions) as KpiName[]
    const rows = totals.map((each) => [
      each.currency,
      ...names.map((name) => figureText(name, each.figures[name], each.currency)),
      each.paymentSuccessRate === undefined ? '' : `${(each.paymentSuccessRate * 100).toFixed(1)} %`,
    ])
    const titles = names.map((name) => kpiDefinitions[name].title.en.toUpperCase())
    for (const line of formatTable(['CURRENCY', ...titles, 'PAYMENTS THAT SUCCEEDED'], rows)) say(line)
  }
  return 0
}

function figureText(name: KpiName, value: number | undefined, currency: string): string {
  if (value === undefined) return ''
  const { unit }: KpiDefinition = kpiDefinitions[name]
  if (unit === 'count') return String(value)
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  return (value / 10 ** digits).toFixed(digits)
}
