import type { Tx, WriteHandle } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import { runWithoutContext, type Telemetry } from '@stoa/telemetry'
import { registeredTargets, targetAt } from '../scrape/registered-targets.ts'
import { nextTargets, type PreviousTarget, type Target } from '../scrape/next-targets.ts'
import { scrapeTargets, uptimeOf, type ScrapeOptions } from '../scrape/scrape-targets.ts'
import type { MetricHistory } from '../series/metric-history.ts'
import type { WebhookTarget } from '../webhooks/alert-webhooks.ts'
import { readActive } from '../store/alerts.ts'
import { lockLease, releaseLease, whileHolding } from '../store/scrape-lease.ts'
import { readSilences } from '../store/silences.ts'
import type { AlertRule } from './alert-rule.ts'
import { applyTransitions } from './apply-transitions.ts'
import { missingMetric, upMetric } from './built-in-rules.ts'
import { decideTransitions } from './decide-transitions.ts'
import { findAlerts } from './find-alerts.ts'

export interface AlertLoopOptions {
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly telemetry: Telemetry
  readonly makeTx: (handle: WriteHandle) => Tx<MonitoringService>
  readonly history: MetricHistory
  readonly rules: readonly AlertRule[]
  /** Who is told of alerts by webhook. */
  readonly receivers: readonly WebhookTarget[]
  /** The name of this replica. */
  readonly holder: string
  readonly intervalMs: number
  readonly registryUrl: string
  /** For how long an instance that left the registry while it did not respond is a target. */
  readonly missingMs: number
  /** What the registry does not list. */
  readonly fixedTargets: readonly Target[]
  readonly scrape: ScrapeOptions
}

/** Scrapes and evaluates, in one replica at a time. */
export interface AlertLoop {
  /** Runs one round now, if no other replica holds the lease. Returns whether it did. */
  readonly round: () => Promise<boolean>
  readonly stop: () => Promise<void>
}

/** Starts to scrape all instances and to evaluate the rules, at each interval. */
export function startAlertLoop(options: AlertLoopOptions): AlertLoop {
  const { database, holder, intervalMs, telemetry } = options
  const round = makeRounds(options)
  let timer: NodeJS.Timeout | undefined
  let running: Promise<unknown> = Promise.resolve()
  let isStopping = false

  const runOnce = (): Promise<boolean> => {
    const result = running.then(() => runWithoutContext(round))
    running = result.catch((error: unknown) => telemetry.logger.warn('metrics were not read', { error }))
    return result
  }
  const schedule = (delayMs: number) => {
    timer = setTimeout(() => {
      const startedMs = performance.now()
      void runOnce()
        .catch(() => {})
        .then(() => {
          if (!isStopping) schedule(Math.max(intervalMs / 10, intervalMs - (performance.now() - startedMs)))
        })
    }, delayMs).unref()
  }
  schedule(Math.min(intervalMs, 1_000))
  return {
    round: runOnce,
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await running
      await database.transaction((tx) => releaseLease(tx, holder)).catch(() => {})
    },
  }
}

function makeRounds(options: AlertLoopOptions): () => Promise<boolean> {
  const { database, clock, telemetry, history, holder, intervalMs, scrape, registryUrl, fixedTargets, missingMs } =
    options
  const count = countersOf(telemetry, history)
  let previous: readonly PreviousTarget[] | undefined
  let registered: readonly Target[] = []

  async function findTargets(): Promise<Target[]> {
    try {
      registered = await registeredTargets(registryUrl, scrape)
    } catch (error) {
      // The instances that are known go on, with what they say themselves.
      telemetry.logger.warn('the registry does not list the instances', { error })
      registered = registered.map((target) => ({ ...target, isReady: undefined }))
    }
    const nowMs = clock.now().epochMilliseconds
    return nextTargets([...registered, ...fixedTargets], previous ?? previousIn(history), { nowMs, missingMs })
  }

  return async () => {
    const leaseMs = 2 * intervalMs + 10_000
    const scraped = await whileHolding(database, { holder, leaseMs }, async () => {
      await history.catchUp()
      return scrapeTargets(await findTargets(), scrape)
    })
    if (scraped === undefined) {
      previous = undefined
      return false
    }
    const { targets, states, dropped } = scraped
    const atMs = clock.now().epochMilliseconds
    if (!(await history.append({ atMs, targets, uptime: uptimeOf(states) }))) return false
    previous = states
    count.scraped(states, dropped)
    return evaluateRules(options, atMs, count)
  }
}

type Counters = ReturnType<typeof countersOf>

async function evaluateRules(options: AlertLoopOptions, atMs: number, count: Counters): Promise<boolean> {
  const { database, newId, makeTx, history, rules, holder, receivers } = options
  const { found, failed, dropped } = findAlerts(rules, history.store, atMs)
  count.evaluated(failed, dropped)
  const now = Temporal.Instant.fromEpochMilliseconds(atMs)
  return database.transaction(async (handle) => {
    if (!(await lockLease(handle, holder))) return false
    const [active, silences] = [await readActive(handle), await readSilences(handle, now)]
    const transitions = decideTransitions(active, found, new Set(failed.keys()), atMs)
    await applyTransitions(makeTx(handle), transitions, { now, newId, silences, receivers })
    return true
  })
}

/** The targets of the last round of another replica. */
function previousIn({ store }: MetricHistory): PreviousTarget[] {
  const valuesOf = (metric: string) =>
    [...store.select([{ name: '__name__', operator: '=', value: metric }])]
      .filter(({ isEnded }) => !isEnded)
      .map(({ labels, value }) => ({ ...targetAt(labels['job'] ?? '', labels['instance'] ?? ''), value }))
  const missing = new Map(valuesOf(missingMetric).map(({ url, job, value }) => [`${job} ${url}`, value * 1_000]))
  return valuesOf(upMetric).map(({ value, ...target }) => ({
    ...target,
    isUp: value === 1,
    missingSinceMs: missing.get(`${target.job} ${target.url}`),
  }))
}

function countersOf({ metrics, logger }: Telemetry, { store }: MetricHistory) {
  const scrapes = metrics.counter('monitoring_scrapes_total', 'Scrapes of instances', ['result'])
  const samples = metrics.counter('monitoring_samples_dropped_total', 'Samples beyond the limit of their instance')
  const failures = metrics.counter('monitoring_rule_failures_total', 'Alert rules that could not be evaluated')
  metrics.gauge('monitoring_series', 'Series that are kept', [], (gauge) => gauge.set(store.size))
  metrics.gauge('monitoring_series_changes', 'Changes of series that are kept', [], (gauge) => gauge.set(store.held))
  return {
    scraped(states: readonly PreviousTarget[], dropped: number) {
      const succeeded = states.filter(({ isUp }) => isUp).length
      scrapes.add(succeeded, { result: 'ok' })
      scrapes.add(states.length - succeeded, { result: 'failed' })
      samples.add(dropped)
    },
    evaluated(failed: ReadonlyMap<string, string>, dropped: number) {
      failures.add(failed.size)
      for (const [rule, reason] of failed) logger.warn('an alert rule could not be evaluated', { rule, reason })
      if (dropped > 0) logger.warn('there are more alerts than can be kept', { dropped })
    },
  }
}
