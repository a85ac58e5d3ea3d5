import type { Clock, NewId } from '@stoa/kernel'
import type { Passwords } from '@stoa/security'

/** What the use cases of user are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly passwords: Passwords
}
