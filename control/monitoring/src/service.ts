import { monitoring } from '@stoa/contracts/monitoring/service'
import { defineService } from '@stoa/service'
import type { Telemetry } from '@stoa/telemetry'
import { makeAlerting } from './alerting/alerting.ts'
import { makeAmqpBridge } from './amqp/bridge.ts'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { makeLogBuffer } from './log-buffer.ts'
import { makeSpanBuffer } from './span-buffer.ts'
import { listLogs } from './use-cases/list-logs.ts'
import { acknowledgeAlert, getAlert, listAlerts } from './use-cases/manage-alerts.ts'
import { createSilence, endSilence, getSilence, listSilences } from './use-cases/manage-silences.ts'
import { personalData } from './use-cases/personal-data.ts'
import { pruneLogs } from './use-cases/prune-logs.ts'
import { pruneSpans } from './use-cases/prune-spans.ts'
import { listMetrics, queryMetricRange, queryMetrics } from './use-cases/query-metrics.ts'
import { getServiceMap } from './use-cases/read-service-map.ts'
import { getTrace, listTraces } from './use-cases/read-traces.ts'
import { listServiceLevels } from './use-cases/read-service-levels.ts'
import { getUptime, listUptime } from './use-cases/read-uptime.ts'
import { receiveLogRecords } from './use-cases/receive-log-records.ts'
import { receiveSpans } from './use-cases/receive-spans.ts'
import { removeOldAlerts } from './use-cases/remove-old-alerts.ts'
import { sendAlertWebhook } from './use-cases/send-alert-webhook.ts'
import { readWebhooks } from './webhooks/alert-webhooks.ts'

/** Traces, logs and metrics of all services, and alerts: its table of contents. */
export const monitoringService = defineService(monitoring, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config, makeTx }): Deps => {
    const retention = { hours: config.traceRetentionHours, maxBytes: config.traceStorageMegabytes * 1_000_000 }
    const logRetention = { hours: config.logRetentionHours, maxBytes: config.logStorageMegabytes * 1_000_000 }
    const { alertWebhooks, alertWebhookSecret, alertWebhookPrivate } = config
    const webhooks = readWebhooks(alertWebhooks, alertWebhookSecret, alertWebhookPrivate)
    return {
      clock,
      database,
      otlpToken: config.otlpToken,
      spanBuffer: makeSpanBuffer({ database, clock, telemetry, retention }),
      retention,
      logBuffer: makeLogBuffer({ database, clock, telemetry, retention: logRetention }),
      logRetention,
      newId,
      alerting: makeAlerting({ clock, newId, database, telemetry, makeTx, config, receivers: webhooks.targets }),
      alertRetentionDays: config.alertRetentionDays,
      webhooks,
      amqpBridge: bridgeOf(config, telemetry),
    }
  },
  followers: ({ amqpBridge }: Deps) => (amqpBridge === undefined ? [] : [amqpBridge]),
  onStart: ({ alerting }: Deps) => alerting.start(),
  onStop: async ({ spanBuffer, logBuffer, alerting }: Deps) => {
    await alerting.stop()
    await Promise.all([spanBuffer.close(), logBuffer.close()])
  },
  bind: (deps) => ({
    operations: {
      listTraces: listTraces(deps),
      getTrace: getTrace(deps),
      getServiceMap: getServiceMap(deps),
      listMetrics: listMetrics(deps),
      queryMetrics: queryMetrics(deps),
      queryMetricRange: queryMetricRange(deps),
      listUptime: listUptime(deps),
      getUptime: getUptime(deps),
      listServiceLevels: listServiceLevels(deps),
      listAlerts: listAlerts(deps),
      getAlert: getAlert(deps),
      acknowledgeAlert: acknowledgeAlert(deps),
      listSilences: listSilences(deps),
      createSilence: createSilence(deps),
      getSilence,
      endSilence: endSilence(deps),
      listLogs: listLogs(deps),
      otlp: receiveSpans(deps),
      otlpLogs: receiveLogRecords(deps),
    },
    rpc: {},
    consumes: {},
    sagas: {},
    tasks: {
      'prune-spans': pruneSpans(deps),
      'prune-logs': pruneLogs(deps),
      'remove-old-alerts': removeOldAlerts(deps),
      'send-alert-webhook': sendAlertWebhook(deps),
    },
    personalData,
  }),
})

type AmqpConfig = Pick<ReturnType<typeof config.parse>, 'amqpUrl' | 'amqpExchange'>

function bridgeOf({ amqpUrl: url, amqpExchange: exchange }: AmqpConfig, telemetry: Telemetry) {
  return url === undefined
    ? undefined
    : makeAmqpBridge({ url, exchange, connectionName: 'the events of Stoa', telemetry })
}
