import { upMetric } from '../alerting/built-in-rules.ts'
import type { MeasuredShare } from '../domain/error-budget.ts'
import { evaluate } from '../promql/evaluate.ts'
import { parseExpression } from '../promql/parse.ts'
import type { SeriesSource } from '../promql/series-source.ts'
import type { Expression } from '../promql/syntax.ts'
import { requestMetric } from './count-requests.ts'

/** The windows of the alert rules, in minutes. */
const windows = [5, 30, 60, 360] as const

const expressions = windows.map((minutes) => ({
  minutes,
  failed: parseExpression(`sum by (job) (rate(${requestMetric}{http_response_status_code=~"5.."}[${minutes}m]))`),
  served: parseExpression(`sum by (job) (rate(${requestMetric}[${minutes}m]))`),
  up: parseExpression(`avg by (job) (avg_over_time(${upMetric}[${minutes}m]))`),
}))

/** The shares of the requests of each service that failed, and of its scrapes, in the windows of the alert rules. */
export function readShares(source: SeriesSource, atMs: number) {
  const read = (expression: Expression) => valuesByJob(source, expression, atMs)
  const measured = expressions.map(({ minutes, failed, served, up }) => ({
    minutes,
    failed: read(failed),
    served: read(served),
    up: read(up),
  }))
  return {
    failedOf: (service: string): MeasuredShare[] =>
      measured.map(({ minutes, failed, served }) => {
        const all = served.get(service) ?? 0
        return { minutes, share: all > 0 ? (failed.get(service) ?? 0) / all : undefined }
      }),
    downOf: (service: string): MeasuredShare[] =>
      measured.map(({ minutes, up }) => {
        const share = up.get(service)
        return { minutes, share: share === undefined ? undefined : 1 - share }
      }),
  }
}

function valuesByJob(source: SeriesSource, expression: Expression, atMs: number): Map<string, number> {
  const value = evaluate(expression, { source, atMs })
  return new Map(typeof value === 'number' ? [] : value.map((sample) => [sample.labels['job'] ?? '', sample.value]))
}

/** The value of an expression without labels; undefined if it has none, or one that is not finite. */
export function readNumber(source: SeriesSource, expression: Expression, atMs: number): number | undefined {
  const value = evaluate(expression, { source, atMs })
  const found = typeof value === 'number' ? value : value[0]?.value
  return found !== undefined && Number.isFinite(found) ? found : undefined
}
