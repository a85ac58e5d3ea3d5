import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import type { SlaPolicy } from './domain/sla.ts'

/** The limits of what accounts can write and of how long it is kept. */
export interface Limits {
  readonly ticketsPerDay: number
  readonly messagesPerDay: number
  readonly conversationsPerDay: number
  readonly attachmentsPerDay: number
  /** After this time without a change, a ticket that waits for its customer is resolved. */
  readonly silenceMs: number
  readonly reopenMs: number
  readonly retentionDays: number
}

/** What the use cases of support are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly database: Database
  readonly logger: Logger
  readonly policy: SlaPolicy
  readonly limits: Limits
}
