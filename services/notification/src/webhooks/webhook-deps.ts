import type { Tx, WriteHandle } from '@stoa/contract'
import type { EventLog } from '@stoa/events'
import type { NotificationService } from '@stoa/contracts/notification/service'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { ChangingKeys, Reach } from '@stoa/security'
import type { Telemetry } from '@stoa/telemetry'
import type { EndpointRow } from '../store/webhook-endpoints.ts'

/** What sending webhooks works with. */
export interface WebhookDeps {
  readonly database: Database
  readonly clock: Clock
  readonly newId: NewId
  readonly telemetry: Pick<Telemetry, 'logger' | 'metrics'>
  readonly secretKeys: ChangingKeys
  readonly reach: Reach
  readonly makeTx: (tx: WriteHandle) => Tx<NotificationService>
  /** Counts what became of an attempt. */
  readonly count: (outcome: 'delivered' | 'failed' | 'expired') => void
  /** Reports an endpoint that was paused, in the transaction that pauses it. */
  readonly onPaused: (tx: Tx<NotificationService>, endpoint: EndpointRow) => Promise<void>
}

/** Where the events that webhooks carry are read. */
export type EventSource = Pick<EventLog, 'read'>
