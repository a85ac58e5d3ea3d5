import type { UserId } from '@stoa/contracts/shared/ids'
import type { Clock, NewId } from '@stoa/kernel'
import type { Database } from '@stoa/postgres'
import type { Logger } from '@stoa/telemetry'
import type { LogFollower } from '@stoa/events'
import type { ChangingKeys, Reach } from '@stoa/security'
import type { Channel } from '@stoa/contracts/notification/resources'
import type { MailFolder } from './channels/folder.ts'
import type { MailChannel, MailServer } from './channels/smtp.ts'

/** The dependencies of the use cases of notification. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly database: Database
  /** The URL at which clients reach the gateway, without a slash at its end. */
  readonly publicUrl: string
  /** Where e-mails go; without one messages stay in the inbox. */
  readonly mail: MailServer | undefined
  /** Where e-mails with a link go, which are not kept; where there is no mail server, a folder. */
  readonly linkMail: MailChannel | undefined
  /** The folder of `linkMail`, if a folder is set, even if a mail server is used now. */
  readonly mailFolder: MailFolder | undefined
  readonly retention: { readonly notificationDays: number; readonly mailFolderDays: number }
  /** The inbox of the staff. */
  readonly staffInbox: UserId
  /** Addresses that messages to staff go to as well, when there is a mail server. */
  readonly staffMail: string | undefined
  readonly webhooks: {
    readonly secretKeys: ChangingKeys
    /** Where endpoints may be. */
    readonly reach: Reach
    /** The types of events that endpoints can ask for. */
    readonly publishedTypes: ReadonlySet<string>
    readonly retentionDays: number
    readonly follower: LogFollower
  }
}

/** The channels by which a person can be reached. */
export function channelsTo({ mail, staffInbox, staffMail }: Deps, userId: UserId): ReadonlySet<Channel> {
  const hasMail = mail !== undefined && (userId !== staffInbox || staffMail !== undefined)
  return new Set(hasMail ? ['in_app', 'email'] : ['in_app'])
}
