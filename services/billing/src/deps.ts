import type { Party } from '@stoa/contracts/billing/resources'
import type { Clock, NewId } from '@stoa/kernel'
import type { Logger } from '@stoa/telemetry'
import type { Fonts } from '@stoa/fonts'

/** The legal entity that issues the documents. */
export interface LegalEntity {
  readonly code: string
  readonly party: Party
  /** IANA name of the time zone in which its years begin. */
  readonly timeZone: string
}

/** What the use cases of billing are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly logger: Logger
  readonly seller: LegalEntity
  readonly fonts: Fonts
}
