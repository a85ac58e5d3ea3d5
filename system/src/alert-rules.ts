import type { Service } from '@stoa/contract'
import type { System } from './define-system.ts'

/** An alert rule, as Prometheus reads it. */
export interface Rule {
  readonly alert: string
  readonly expr: string
  readonly for: string
  readonly labels: { readonly severity: 'page' | 'ticket'; readonly service?: string }
  readonly annotations: { readonly summary: string; readonly runbook: string }
}

/**
 * The alert rules of a system: burn rates of the error budget and latency of each service by the service level of its contract, and what
 * stands still. The label `job` of every series is the name of the service.
 */
export function alertRulesOf({
  services,
}: Pick<System, 'services'>): { readonly name: string; readonly rules: readonly Rule[] }[] {
  const ofServices = services.flatMap(({ name, contract }) =>
    contract === undefined ? [] : [{ name: `${name} service level`, rules: rulesOfLevel(contract) }],
  )
  return [...ofServices, { name: 'work that stands still', rules: rulesOfWork() }]
}

/** How fast the error budget of 30 days is spent: at this factor in both windows, an alert is raised. (Site Reliability Workbook, chapter 5) */
const burns = [
  // 2 % of the budget in an hour
  { name: 'Fast', factor: 14.4, long: '1h', short: '5m', severity: 'page' },
  // 5 % of the budget in six hours
  { name: 'Slow', factor: 6, long: '6h', short: '30m', severity: 'ticket' },
] as const

function rulesOfLevel({ name: service, slo: { availability, p99Ms, errorRate }, operations }: Service): Rule[] {
  const annotated = (summary: string, runbook: string) => ({
    summary: `${service}: ${summary}`,
    runbook: runbookOf(runbook),
  })
  const budgets = [
    {
      name: 'ErrorBudgetBurn',
      allowed: errorRate,
      share: errorShare,
      what: 'requests fail',
      page: 'error-budget-burn',
    },
    {
      name: 'AvailabilityBurn',
      allowed: 1 - availability,
      share: downShare,
      what: 'instances cannot be reached',
      page: 'availability-burn',
    },
  ]
  const ofBudgets = budgets.flatMap(({ name, allowed, share, what, page }) =>
    burns.map((burn): Rule => {
      const threshold = rounded(burn.factor * allowed)
      const [long, short] = [burn.long, burn.short].map((window) => `${share(service, window)} > ${threshold}`)
      const meaning = `so many ${what} that the budget of 30 days would be spent in ${Math.floor(30 / burn.factor)} days`
      return {
        alert: `${name}${burn.name}`,
        expr: `${long}\nand\n${short}\n`,
        for: '2m',
        labels: { severity: burn.severity, service },
        annotations: annotated(meaning, page),
      }
    }),
  )
  const slow: Rule = {
    alert: 'HighLatency',
    expr: `${p99Of({ name: service, operations })} > ${p99Ms / 1_000}`,
    for: '10m',
    labels: { severity: 'ticket', service },
    annotations: annotated(`the 99th percentile of requests is above ${p99Ms} ms`, 'high-latency'),
  }
  return [...ofBudgets, slow]
}

/** The 99th percentile of the requests of a service in the last 5 minutes, in seconds, as an expression. */
export function p99Of({ name, operations }: Pick<Service, 'name' | 'operations'>): string {
  return `histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket{job="${name}"${exceptLong(operations)}}[5m])))`
}

/** Leaves out streams and sockets, which last as long as their client listens, and writes that wait for an outcome if the client wants it. */
function exceptLong(operations: Service['operations']): string {
  const long = Object.values(operations).filter(
    (route) =>
      route.kind === 'stream' || route.kind === 'socket' || (route.kind === 'operation' && route.settled !== undefined),
  )
  const paths = [...new Set(long.map(({ path }) => path.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\\$&`)))]
  return paths.length === 0 ? '' : `,http_route!~"${paths.join('|')}"`
}

/** The share of requests that failed. It has no value while there are no requests, so no alert fires. */
function errorShare(service: string, window: string): string {
  const rate = (labels: string) =>
    `sum(rate(http_server_request_duration_seconds_count{job="${service}"${labels}}[${window}]))`
  return `${rate(',http_response_status_code=~"5.."')} / ${rate('')}`
}

function downShare(service: string, window: string): string {
  return `1 - avg(avg_over_time(up{job="${service}"}[${window}]))`
}

function rulesOfWork(): Rule[] {
  const rule = (alert: string, minutes: number, expr: string, summary: string, runbook: string): Rule => ({
    alert,
    expr,
    for: `${minutes}m`,
    labels: { severity: 'ticket' },
    annotations: { summary: `{{ $labels.job }}: ${summary}`, runbook: runbookOf(runbook) },
  })
  return [
    rule(
      'SagaStuck',
      1,
      'sum by (job, saga) (increase(saga_total{state="stuck"}[15m])) > 0',
      'a saga waits for an operator',
      'saga-stuck',
    ),
    rule(
      'OutboxStuck',
      5,
      'min_over_time(max by (job) (outbox_pending)[5m:1m]) > 0',
      'events do not leave the outbox',
      'outbox-stuck',
    ),
    rule(
      'ConsumerLag',
      10,
      'max by (job, topic) (event_consumer_lag) > 1000',
      'a consumer is more than 1,000 events behind',
      'consumer-lag',
    ),
    rule(
      'FollowerLag',
      10,
      'max by (job, follower, topic) (event_follower_lag) > 1000',
      'more than 1,000 events have not been handed to the broker of others',
      'consumer-lag',
    ),
    rule('DeadLetters', 1, 'max by (job) (event_dead_letters) > 0', 'events failed on every attempt', 'dead-letters'),
    rule(
      'CircuitBreakerOpen',
      1,
      'max by (job, callee) (circuit_breaker_state) == 2',
      'calls of a service are refused',
      'circuit-breaker-open',
    ),
  ]
}

function runbookOf(page: string): string {
  return `docs/runbooks/alerts.md#${page}`
}

/** Without the digits that only binary fractions have. */
function rounded(value: number): number {
  return Number(value.toPrecision(6))
}
