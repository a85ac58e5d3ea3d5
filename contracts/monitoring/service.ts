import { describeService } from '@stoa/contract'
import { Type } from 'typebox'
import { userDeleted } from '../user/events.ts'
import { AlertId } from './alert-resources.ts'
import { monitoringErrors } from './errors.ts'
import { monitoringExamples } from './examples.ts'
import * as alerts from './alerts-http.ts'
import * as events from './events.ts'
import * as http from './http.ts'
import * as logs from './logs-http.ts'
import * as metrics from './metrics-http.ts'
import * as levels from './service-levels-http.ts'

const described = describeService({
  name: 'monitoring',
  port: 8013,
  owner: 'platform',
  slo: { availability: 0.995, p99Ms: 200, errorRate: 0.005 },
  errors: monitoringErrors,
  operations: { ...http, ...logs, ...metrics, ...levels, ...alerts },
  publishes: events,
  consumes: { userDeleted },
  tasks: {
    'prune-spans': { payload: Type.Object({}), everyMs: 600_000 },
    'prune-logs': { payload: Type.Object({}), everyMs: 600_000 },
    'remove-old-alerts': { payload: Type.Object({}), everyMs: 3_600_000 },
    'send-alert-webhook': {
      payload: Type.Object({
        alertId: AlertId,
        type: Type.Enum(['alert.fired', 'alert.resolved']),
        target: Type.String({ description: 'the digest of the URL of the receiver' }),
      }),
      attempts: 100,
    },
  },
  personalData: {
    acknowledgements:
      'which alerts an account has acknowledged, with its words; until ALERT_RETENTION_DAYS after the alert was resolved, or the account is erased',
    silences:
      'which silences an account has created, with its words; until ALERT_RETENTION_DAYS after their end, or the account is erased',
  },
  examples: monitoringExamples,
})

type Described = typeof described

/** An interface, so that compiler messages show its name. */
export interface MonitoringService extends Described {}

/** Traces, logs and metrics of all services, the map of their calls, and alerts. */
export const monitoring: MonitoringService = described
