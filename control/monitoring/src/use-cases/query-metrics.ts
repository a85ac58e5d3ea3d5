import type { Handler, Refusal } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Deps } from '../deps.ts'
import { evaluate } from '../promql/evaluate.ts'
import { evaluateRange } from '../promql/evaluate-range.ts'
import { parseExpression } from '../promql/parse.ts'
import { selectorsOf } from '../promql/selectors-of.ts'
import { PromqlError, TooLargeError, type Expression } from '../promql/syntax.ts'

const mostSteps = 1_000
const mostSeries = 500
const mostValues = 100_000
/** Of runs of samples that one query reads. */
const budgetOfQuery = 2_000_000
const busyMs = 2_000

export const listMetrics =
  ({ alerting }: Deps): Handler<MonitoringService, 'listMetrics'> =>
  async () => {
    await alerting.history().catchUp()
    const { store } = alerting.history()
    const items = [...alerting.keptMs()]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, keptMs]) => {
        const series = [...store.select([{ name: '__name__', operator: '=', value: name }])]
        return {
          name,
          series: series.filter(({ isEnded }) => !isEnded).length,
          keptSeconds: Math.round(keptMs / 1_000),
        }
      })
    return { status: 200, body: { items } }
  }

type Query = 'queryMetrics' | 'queryMetricRange'
type Attempt<Found> = { readonly found: Found } | { readonly refusal: Refusal<MonitoringService, Query> }

export const queryMetrics =
  ({ clock, alerting }: Deps): Handler<MonitoringService, 'queryMetrics'> =>
  async ({ query: { query, at }, refuse }) => {
    const moment = at === undefined ? clock.now() : Temporal.Instant.from(at)
    const history = alerting.history()
    await history.catchUp()
    const tried = await attempt(() => {
      const expression = parseQuery(query, alerting.keptMs())
      const budget = { left: budgetOfQuery, untilMs: performance.now() + busyMs }
      const value = evaluate(expression, { source: history.store, atMs: moment.epochMilliseconds, budget })
      const samples = typeof value === 'number' ? [{ labels: {}, value }] : value
      if (samples.length > mostSeries) throw new TooLargeError(`the query returns more than ${mostSeries} series`)
      return samples
    })
    if ('refusal' in tried) return refuse(tried.refusal)
    const samples = tried.found.map(({ labels, value }) => ({ labels, ...(Number.isFinite(value) ? { value } : {}) }))
    return { status: 200, body: { at: moment.toString(), samples } }
  }

export const queryMetricRange =
  ({ clock, alerting }: Deps): Handler<MonitoringService, 'queryMetricRange'> =>
  async ({ query: { query, from, to, stepSeconds = 60 }, refuse }) => {
    const begin = Temporal.Instant.from(from)
    const fromMs = begin.epochMilliseconds
    const toMs = (to === undefined ? clock.now() : Temporal.Instant.from(to)).epochMilliseconds
    if (toMs < fromMs) return refuse(refusalOf('/from', 'the period ends before it begins'))
    const stepMs = stepSeconds * 1_000
    const count = Math.floor((toMs - fromMs) / stepMs) + 1
    const history = alerting.history()
    await history.catchUp()
    const tried = await attempt(() => {
      if (count > mostSteps) throw new TooLargeError(`the query has ${count} steps, at most ${mostSteps} are permitted`)
      const expression = parseQuery(query, alerting.keptMs())
      const limits = { series: mostSeries, values: mostValues, budget: { left: budgetOfQuery }, busyMs }
      return evaluateRange(expression, history.store, { fromMs, stepMs, count }, limits)
    })
    if ('refusal' in tried) return refuse(tried.refusal)
    const series = tried.found.map(({ labels, values }) => ({
      labels,
      values: values.map((value) => (value !== undefined && Number.isFinite(value) ? value : null)),
    }))
    return { status: 200, body: { from: begin.toString(), stepSeconds, points: count, series } }
  }

/** Reads an expression whose selectors name metrics that are kept: a scan of all series would not be bounded. */
function parseQuery(query: string, kept: ReadonlyMap<string, number>): Expression {
  const expression = parseExpression(query)
  for (const { metric } of selectorsOf(expression)) {
    if (metric === undefined) throw new PromqlError('each selector has to name its metric')
    if (!kept.has(metric)) throw new PromqlError(`the metric ${metric} is not kept; METRICS_KEPT adds metrics`)
  }
  return expression
}

async function attempt<Found>(run: () => Found | Promise<Found>): Promise<Attempt<Found>> {
  try {
    return { found: await run() }
  } catch (error) {
    if (error instanceof TooLargeError) {
      return { refusal: { code: 'monitoring.query_too_large', detail: sentenceOf(error.message) } }
    }
    if (error instanceof PromqlError) return { refusal: refusalOf('/query', error.message) }
    throw error
  }
}

function refusalOf(pointer: string, detail: string): Refusal<MonitoringService, Query> {
  return { code: 'monitoring.query_invalid', detail: sentenceOf(detail), fields: [{ pointer, detail }] }
}

function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
