import { groupOf, type Service, type WriteHandle } from '@stoa/contract'
import type { Database } from '@stoa/postgres'
import { readPositions, restart } from './batch-positions.ts'
import type { EventLog, LogPosition } from './event-log.ts'
import { forgetParked } from './parking.ts'

/** How far a group is in one partition; without a position it has not begun there. */
export interface BatchProgress extends Omit<LogPosition, 'position'> {
  readonly position: number | undefined
  /** The position that the next event in the log gets. */
  readonly head: number
}

/** What a service does with the groups of its batches, by the names in its contract. */
export interface BatchControl<Name extends string = string> {
  /** The positions as of a moment: everything that was in the log when the call began is before `head`. */
  readonly progress: (batch: Name) => Promise<BatchProgress[]>
  /** Consumes nothing until `resume`, in all replicas and over restarts; batches in progress are completed. */
  readonly pause: (batch: Name) => Promise<void>
  readonly resume: (batch: Name) => Promise<void>
  readonly pausedSince: (batch: Name) => Promise<Temporal.Instant | undefined>
  /**
   * Consumes everything again from this time on (undefined: from the oldest event on), in the transaction in which the service removes
   * the effects; call it first, because it waits for the batches in progress. Takes effect within the lease.
   */
  readonly restart: (tx: WriteHandle, batch: Name, since: Temporal.Instant | undefined) => Promise<void>
}

/** Makes the control of the batches of a service. */
export function batchControl({ name }: Service, database: Database, log: EventLog): BatchControl {
  const group = (batch: string) => groupOf(name, batch)
  return {
    async progress(batch) {
      const heads = await log.lag(group(batch))
      const stored = await readPositions(database, group(batch))
      return heads.map(({ topic, partition, head }) => ({
        topic,
        partition,
        head,
        position: stored.find((each) => each.topic === topic && each.partition === partition)?.position,
      }))
    },
    pause: async (batch) => void (await log.pause(group(batch))),
    resume: async (batch) => void (await log.resume(group(batch))),
    pausedSince: (batch) => log.pausedSince(group(batch)),
    async restart(tx, batch, since) {
      await restart(tx, group(batch), since ?? null)
      await forgetParked(tx, group(batch))
      await tx.sql`delete from inbox where consumer_group = ${group(batch)}`
    },
  }
}
