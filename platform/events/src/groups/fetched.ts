import type { Sql } from '@stoa/contract'
import type { Member } from './membership.ts'

/** A position in a partition from which to fetch events. */
export interface Place {
  readonly topic: number
  readonly part: number
  readonly position: number
}

/** A fetched event; an event of a type that this member does not consume has no text. */
export interface FetchedRow extends Place {
  readonly event_id: string
  readonly type: string
  readonly event: string | null
  /** Whether only another release of the group consumes this type. */
  readonly is_foreign: boolean
}

/**
 * Fetches what comes next in each of these partitions, up to a limit in each, partition after partition: what a driver adds to the
 * groups, which are kept in the log's database.
 */
export type FetchNext = (
  sql: Sql,
  member: Member,
  from: readonly Place[],
  limit: number,
) => Promise<readonly FetchedRow[]>
