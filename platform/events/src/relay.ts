import type { Service } from '@stoa/contract'
import type { Database, Session } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import { topicOf } from './cloud-event.ts'
import { BatchOutOfSequence, type EventLog, type LogRecord } from './event-log.ts'
import { onOutboxFilled } from './outbox-signal.ts'
import { makeWaker, type Waker } from './waker.ts'

/** What a relay works with. */
export interface RelayOptions {
  readonly service: Service
  readonly database: Database
  readonly log: EventLog
  readonly telemetry: Telemetry
}

/** A running relay. */
export interface Relay {
  /** Ends the present pause. */
  readonly wake: () => void
  /** Finishes the batch under way and lets another replica go on. */
  readonly stop: () => Promise<void>
}

interface Batch {
  readonly number: number
  readonly outboxIds: readonly number[]
  readonly records: readonly LogRecord[]
}

const lockName = 'stoa.outbox-relay'
const maxBatch = 2_000
// After a small batch the next one waits this long, so that what many changes leave behind goes out together.
const gatherMs = 100
const smallBatch = 32
const shortestPauseMs = 25
const longestPauseMs = 200
const standByMs = 500
const longestRetryMs = 2_000

/**
 * Moves a service's outbox into the event log: each event once, those of an aggregate in the order of its changes. One
 * relay per database works at a time (a session lock); every batch is numbered in the service's database before it is
 * sent, and the log remembers the number, so whoever goes on after a crash sends it again without effect.
 */
export function startRelay({ service, database, log, telemetry }: RelayOptions): Relay {
  if (Object.keys(service.publishes).length === 0) return { wake() {}, stop: async () => {} }
  const waker = makeWaker()
  const stopListening = onOutboxFilled(service, waker.wake)
  observePending(database, telemetry)
  const control = { isStopping: false }
  const running = keepRelaying({ service, database, log, telemetry }, waker, control)
  return {
    wake: waker.wake,
    async stop() {
      control.isStopping = true
      stopListening()
      waker.hurry()
      await running
    },
  }
}

function observePending({ read }: Database, { metrics }: Telemetry): void {
  metrics.gauge('outbox_pending', 'Events in the outbox that are not in the log yet', [], async (gauge) => {
    const [row] = await read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
    gauge.set(row?.pending ?? 0)
  })
}

async function keepRelaying(options: RelayOptions, waker: Waker, control: { isStopping: boolean }): Promise<void> {
  const { service, database, log, telemetry } = options
  let failures = 0
  const onMoved = () => {
    if (failures > 0) telemetry.logger.info('the outbox relay goes on', { failures })
    failures = 0
  }
  while (!control.isStopping) {
    let session: Session | undefined
    try {
      await log.declare(topicOf(service), Object.values(service.publishes))
      session = await database.session()
      session.onLost(waker.wake)
      await relayAs(session, options, { waker, control, onMoved })
    } catch (error) {
      if (failures++ === 0) telemetry.logger.warn('the outbox relay is held up', { error })
      if (!control.isStopping) await waker.sleep(Math.min(longestRetryMs, 50 * 2 ** failures))
    } finally {
      await session?.close()
    }
  }
}

interface Loop {
  readonly waker: Waker
  readonly control: { readonly isStopping: boolean }
  readonly onMoved: () => void
}

// Every statement on the outbox goes through the session that holds the lock: without the lock none can run.
async function relayAs(session: Session, options: RelayOptions, { waker, control, onMoved }: Loop): Promise<void> {
  while (!(await session.tryLock(lockName))) {
    await waker.sleep(standByMs)
    if (control.isStopping) return
  }
  let sent: readonly number[] = []
  let batch = await unfinishedBatch(session)
  let pauseMs = shortestPauseMs
  for (;;) {
    if (batch !== undefined) {
      await send(session, options, batch)
      sent = batch.outboxIds
      pauseMs = shortestPauseMs
      if (sent.length < smallBatch && !control.isStopping) await waker.rest(gatherMs)
    } else if (control.isStopping) {
      return
    } else {
      await waker.sleep(pauseMs)
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    }
    batch = await nextBatch(session, sent, control.isStopping ? 0 : maxBatch)
    sent = []
    onMoved()
  }
}

interface OutboxRow {
  readonly batch: number
  readonly id: number
  readonly event_id: string
  readonly type: string
  readonly partition_key: string
  readonly event: string
}

function toBatch(rows: readonly OutboxRow[]): Batch | undefined {
  const [first] = rows
  if (first === undefined) return undefined
  return {
    number: first.batch,
    outboxIds: rows.map(({ id }) => id),
    records: rows.map(({ event_id, type, partition_key, event }) => ({
      id: event_id,
      type,
      key: partition_key,
      event,
    })),
  }
}

async function unfinishedBatch({ sql }: Session): Promise<Batch | undefined> {
  return toBatch(
    await sql<OutboxRow>`
      select r.batch, o.id, o.event_id, o.type, o.partition_key, o.event::text as event
      from outbox_relay r join outbox o on o.id = any(r.outbox_ids) order by o.id`,
  )
}

/** Removes what has been sent and numbers what comes next, in one statement. */
async function nextBatch({ sql }: Session, sent: readonly number[], limit: number): Promise<Batch | undefined> {
  return toBatch(
    await sql<OutboxRow>`
      with sent as (select unnest(${sent}::bigint[]) as id),
      removed as (delete from outbox o using sent where o.id = sent.id),
      next as materialized (
        select o.id, o.event_id, o.type, o.partition_key, o.event::text as event from outbox o
        where not exists (select from sent where sent.id = o.id)
        order by o.id limit ${limit}
      ),
      numbered as (
        update outbox_relay set
          batch = batch + (case when exists (select from next) then 1 else 0 end),
          outbox_ids = array(select id from next order by id)
        where exists (select from next) or outbox_ids <> '{}'
        returning batch
      )
      select numbered.batch, next.* from next, numbered order by next.id`,
  )
}

async function send(session: Session, { service, log, telemetry }: RelayOptions, batch: Batch): Promise<void> {
  const sendAs = (number: number) =>
    log.append({ topic: topicOf(service), producer: { name: service.name, batch: number }, records: batch.records })
  try {
    await sendAs(batch.number)
  } catch (error) {
    if (!(error instanceof BatchOutOfSequence)) throw error
    // One of the two databases was restored. Consumers know events by their ids, so sending them again does no harm.
    const [row] = await session.sql<{ batch: number }>`
      update outbox_relay set batch = greatest(batch, ${error.lastBatch}::bigint) + 1 returning batch`
    telemetry.logger.error('outbox and log were restored to different times: numbering goes on behind the log', {
      error,
    })
    await sendAs(row?.batch ?? error.lastBatch + 1)
  }
}
