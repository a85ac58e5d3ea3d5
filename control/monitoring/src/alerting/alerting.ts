import { randomUUID } from 'node:crypto'
import type { Tx, WriteHandle } from '@stoa/contract'
import type { MonitoringService } from '@stoa/contracts/monitoring/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import type { config } from '../config.ts'
import { lookbackMs } from '../promql/evaluate.ts'
import type { WebhookTarget } from '../webhooks/alert-webhooks.ts'
import { targetAt } from '../scrape/registered-targets.ts'
import { requestMetric } from '../series/count-requests.ts'
import { MetricHistory } from '../series/metric-history.ts'
import { startAlertLoop, type AlertLoop } from './alert-loop.ts'
import { metricsOf, type AlertRule } from './alert-rule.ts'
import { builtInRules, missingMetric, readyMetric, upMetric } from './built-in-rules.ts'
import { readRuleFile, rulesOf } from './rule-file.ts'

interface AlertingOptions {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly telemetry: Telemetry
  readonly makeTx: (handle: WriteHandle) => Tx<MonitoringService>
  readonly config: ReturnType<(typeof config)['parse']>
  readonly receivers: readonly WebhookTarget[]
}

/** Metrics and alerts of a replica. */
export interface Alerting {
  /** Reads the rules, and begins to scrape and evaluate, unless this process only serves requests. @throws StartError */
  readonly start: () => Promise<void>
  readonly stop: () => Promise<void>
  /** Runs a round now. */
  readonly round: () => Promise<boolean>
  readonly history: () => MetricHistory
  readonly rules: () => readonly AlertRule[]
  /** The metrics that are kept, and for how long. */
  readonly keptMs: () => ReadonlyMap<string, number>
}

const hourMs = 3_600_000
const retentionMs = 6 * hourMs
const maxBodyBytes = 8 * 1_048_576
const maxChanges = 3_000_000

/** Makes the metrics and alerts of a replica. */
export function makeAlerting(options: AlertingOptions): Alerting {
  const { config, telemetry } = options
  const holder = randomUUID()
  let rules: readonly AlertRule[] = []
  let keptMs: ReadonlyMap<string, number> = new Map()
  const history = new MetricHistory({
    ...options,
    holder,
    retentionMs,
    maxBytes: config.metricStorageMegabytes * 1_000_000,
    maxChanges,
    retentionMsOf: (name) => keptMs.get(name) ?? 0,
  })
  let loop: AlertLoop | undefined
  return {
    history: () => history,
    rules: () => rules,
    keptMs: () => keptMs,
    async start() {
      rules = [...builtInRules(config.instanceDownSeconds * 1_000), ...(await readRules(config.alertRulesFile))]
      keptMs = keptMetrics(rules, config.metricsKept)
      telemetry.logger.info('alert rules read', { rules: rules.length, metrics: keptMs.size })
      if (config.role === 'web') return
      const intervalMs = config.scrapeIntervalSeconds * 1_000
      loop = startAlertLoop({
        ...options,
        history,
        rules,
        holder,
        intervalMs,
        registryUrl: config.registryUrl,
        missingMs: config.instanceMissingHours * hourMs,
        fixedTargets: config.scrapeTargets.map((each) => {
          const at = each.indexOf('=')
          return targetAt(each.slice(0, at), each.slice(at + 1))
        }),
        scrape: {
          timeoutMs: Math.min(5_000, intervalMs),
          maxBytes: maxBodyBytes,
          maxSeriesPerTarget: config.scrapeSeriesLimit,
          isKept: (name) => keptMs.has(name),
        },
      })
    },
    stop: async () => loop?.stop(),
    round: async () => (loop === undefined ? false : loop.round()),
  }
}

async function readRules(file: string | undefined): Promise<AlertRule[]> {
  if (file !== undefined) return readRuleFile(file)
  const { runningAlertRules } = await import('@stoa/system/running-system')
  return rulesOf({ groups: runningAlertRules() })
}

/** The metrics that are kept, and for how long: an hour, or as long as a rule looks back. */
function keptMetrics(rules: readonly AlertRule[], named: readonly string[]): Map<string, number> {
  const kept = new Map(
    [upMetric, readyMetric, missingMetric, requestMetric, ...named].map((name) => [name, retentionMs]),
  )
  for (const { expression } of rules) {
    for (const [name, lookedBackMs] of metricsOf(expression)) {
      const neededMs = Math.max(hourMs, lookedBackMs) + lookbackMs
      kept.set(name, Math.max(kept.get(name) ?? 0, neededMs))
    }
  }
  return kept
}
