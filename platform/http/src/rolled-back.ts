import type { Refused } from '@stoa/contract'

/** Carries a refusal out of a transaction, which rolls it back. */
export class RolledBack extends Error {
  readonly refused: Refused
  constructor(refused: Refused) {
    super('rolled back by a refusal')
    this.refused = refused
  }
}
