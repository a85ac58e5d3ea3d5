import type { Clock, NewId } from '@stoa/kernel'
import type { Carriers } from './carriers/carrier.ts'

/** The dependencies of the use cases of shipping. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  readonly carriers: Carriers
}
