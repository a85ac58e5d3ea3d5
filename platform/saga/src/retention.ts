import { tryAdvisoryXactLock, type Database } from '@stoa/postgres'

const batchSize = 500

/**
 * Deletes the journal, input and trace of sagas that ended before the retention, and signals that no saga will read. The heads
 * remain, so that a second start still joins the saga. Runs in one replica at a time; returns the number of reduced sagas.
 */
export async function reduceEndedSagas(
  database: Database,
  retentionDays: number,
  isStopped: () => boolean = () => false,
): Promise<number> {
  await removeUnreadSignals(database, retentionDays)
  for (let total = 0; ;) {
    const reduced = await reduceBatch(database, retentionDays)
    total += reduced
    if (reduced < batchSize || isStopped()) return total
  }
}

function reduceBatch(database: Database, retentionDays: number): Promise<number> {
  return database.transaction(async (tx) => {
    if (!(await tryAdvisoryXactLock(tx, 'stoa.saga-retention'))) return 0
    const reduced = await tx.sql`
      with old as materialized (
        select s.id from sagas s
        where s.ended_at < statement_timestamp() - ${retentionDays}::int * interval '1 day' and not s.is_reduced
        order by s.ended_at limit ${batchSize} for update skip locked
      ), j as (
        delete from saga_journal where saga_id = any(array(select id from old))
      )
      update sagas set is_reduced = true, input = null, traceparent = null, correlation_id = null, retry = null
      where id = any(array(select id from old)) returning 1`
    return reduced.length
  })
}

/** A signal of an ended saga arrived while it ended; a signal of a saga that never started is kept as long as an ended saga. */
async function removeUnreadSignals(database: Database, retentionDays: number): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql`
      delete from saga_signals g using sagas s
      where s.id = g.saga_id and s.state in ('completed', 'compensated')`
    await sql`
      delete from saga_signals g
      where g.sent_at < clock_timestamp() - ${retentionDays}::int * interval '1 day'
        and not exists (select from sagas s where s.id = g.saga_id)`
  })
}
