import type { LogFollower } from '@stoa/events'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Alerting } from './alerting/alerting.ts'
import type { LogBuffer } from './log-buffer.ts'
import type { SpanBuffer } from './span-buffer.ts'
import type { AlertWebhooks } from './webhooks/alert-webhooks.ts'
import type { Retention } from './store/prune.ts'

/** What the use cases of monitoring are made with. */
export interface Deps {
  readonly clock: Clock
  readonly database: Database
  /** What processes that send spans and log records prove themselves with. */
  readonly otlpToken: string
  readonly spanBuffer: SpanBuffer
  readonly retention: Retention
  readonly logBuffer: LogBuffer
  readonly logRetention: Retention
  readonly newId: NewId
  readonly alerting: Alerting
  readonly alertRetentionDays: number
  readonly webhooks: AlertWebhooks
  /** Undefined without AMQP_URL. */
  readonly amqpBridge: LogFollower | undefined
}
