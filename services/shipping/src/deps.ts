import type { Clock, NewId } from '@stoa/kernel'

/** What the use cases of shipping are made with. */
export interface Deps {
  readonly clock: Clock
  readonly newId: NewId
  /** How long the sandbox carrier's days last. */
  readonly dayMs: number
  /** What the sandbox carrier signs its messages with; without one none is taken. */
  readonly webhookSecret: string | undefined
}
