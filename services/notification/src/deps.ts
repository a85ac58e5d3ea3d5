import type { UserId } from '@stoa/contracts/ids'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import type { MailChannel } from './channels/smtp.ts'

/** What the use cases of notification are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly database: Database
  /** Where e-mails go; without one they stay in the local inbox. */
  readonly mail: MailChannel | undefined
  /** The inbox of those who work in the shop. */
  readonly staffInbox: UserId
}
