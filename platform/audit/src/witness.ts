import type { ChainHead } from '@stoa/security'

/** A head of a chain, and when it was noted. */
export interface WitnessedHead extends ChainHead {
  readonly notedAt: Temporal.Instant
}

/**
 * Keeps heads of chains in another database, where a service can add those of its own chain and change none: rows that are removed
 * from the end of a chain, and chains that are computed anew, do not agree with them.
 */
export interface Witness {
  /** Notes a head, once; returns the hash that is noted for its number, which differs if the chain was rewritten. */
  readonly note: (service: string, head: ChainHead) => Promise<string>
  /** The noted heads of a chain behind a number, in ascending order. */
  readonly heads: (service: string, afterSequence: number, limit: number) => Promise<readonly WitnessedHead[]>
}
