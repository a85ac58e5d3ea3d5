import type { Refused } from '@stoa/contract'

/** Thrown to roll a transaction back when the change inside it was refused. */
export class RefusedInTransaction extends Error {
  readonly refused: Refused

  constructor(refused: Refused) {
    super('refused')
    this.refused = refused
  }
}
