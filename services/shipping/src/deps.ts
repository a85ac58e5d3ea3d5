import type { Clock, NewId } from '@stoa/kernel'
import type { Carriers } from './carriers/carrier.ts'

/** What the use cases of shipping are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly carriers: Carriers
}
