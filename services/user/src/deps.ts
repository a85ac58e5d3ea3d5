import type { Tally } from '@stoa/audit'
import type { Clock, NewId } from '@stoa/kernel'
import type { ChangingKeys, Passwords } from '@stoa/security'
import type { RelyingParty } from './domain/relying-party.ts'

/** The dependencies of the use cases of user. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  /** Records refused sign-ins, equal ones of a minute as one entry. */
  readonly audit: Tally
  readonly passwords: Passwords
  /** Decrypt the secrets of second factors; the first one encrypts them. */
  readonly secretKeys: ChangingKeys
  /** For whom passkeys are made. */
  readonly relyingParty: RelyingParty
  /** For how many days the accounts of guests and the attempts to sign in are kept. */
  readonly retention: { readonly guestDays: number; readonly signInDays: number }
}
