import type { Service } from '@stoa/contract'
import type { Database, Session } from '@stoa/postgres'
import type { Telemetry } from '@stoa/telemetry'
import { topicOf } from './cloud-event.ts'
import { BatchOutOfSequence, type EventLog, type LogRecord } from './event-log.ts'
import { onOutboxFilled } from './outbox-signal.ts'
import { recordError } from './retry-policy.ts'
import { keepBeating, standBy } from './relay-lease.ts'
import { restAfter } from './rest-after.ts'
import { makeWaker, type Waker } from './waker.ts'

/** What a relay works with. */
export interface RelayOptions {
  readonly service: Service
  readonly database: Database
  readonly log: EventLog
  readonly telemetry: Telemetry
  /** Milliseconds for which a hanging relay with an open connection keeps its lock; 5,000 by default. */
  readonly leaseMs?: number
}

/** A running relay. */
export interface Relay {
  /** The reason why no events are moved: the database or the log is unavailable; undefined otherwise, also on standby. */
  readonly trouble: () => string | undefined
  /** Ends the present pause. */
  readonly wake: () => void
  /** Waits until this or another replica has emptied the outbox, for at most this time in milliseconds; 5,000 by default. */
  readonly stop: (drainMs?: number) => Promise<void>
}

interface Batch {
  readonly number: number
  readonly outboxIds: readonly number[]
  readonly records: readonly LogRecord[]
}

const maxBatch = 2_000
const smallBatch = 32
const shortestPauseMs = 25
// A poll finds only what is committed where no relay runs (a process with the role web), or by one that died before it could notify.
const longestPauseMs = 1_000
const longestPauseAfterFindMs = 200
const afterFindMs = 60_000
const notifyEveryMs = 25
const filledChannel = 'stoa_outbox_filled'
const standByMs = 500
const standByAtStopMs = 50
const longestRetryMs = 2_000

/**
 * Moves a service's outbox into the event log: each event once, those of an aggregate in the order of its changes. One
 * relay per database is active at a time (a session lock with a lease). Every batch is numbered in the database of the service before it is sent, and the log stores the number, so sending a batch again after a crash has no effect.
 */
export function startRelay(options: RelayOptions): Relay {
  const { service, database, telemetry } = options
  if (Object.keys(service.publishes).length === 0) return { trouble: () => undefined, wake() {}, stop: async () => {} }
  const waker = makeWaker()
  const stopListening = onOutboxFilled(service, waker.wake)
  observePending(database, telemetry)
  const control: Control = { isStopping: false, isDrained: false, drainUntil: Infinity, trouble: undefined }
  const running = keepRelaying(options, waker, control)
  return {
    trouble: () => control.trouble,
    wake: waker.wake,
    async stop(drainMs = 5_000) {
      control.drainUntil = performance.now() + drainMs
      control.isStopping = true
      stopListening()
      waker.hurry()
      await running
    },
  }
}

interface Control {
  isStopping: boolean
  /** Whether the outbox was empty when it stopped. */
  isDrained: boolean
  /** performance.now() after which the remaining events are left to another replica, or to the next start. */
  drainUntil: number
  /** Why the last try has failed. */
  trouble: string | undefined
}

function mayGoOn({ isStopping, isDrained, drainUntil }: Control): boolean {
  return !isStopping || (!isDrained && performance.now() < drainUntil)
}

function observePending({ read }: Database, { metrics }: Telemetry): void {
  metrics.gauge('outbox_pending', 'Events in the outbox that are not in the log yet', [], async (gauge) => {
    const [row] = await read.sql<{ pending: number }>`select count(*)::int as pending from outbox`
    gauge.set(row?.pending ?? 0)
  })
}

async function keepRelaying(options: RelayOptions, waker: Waker, control: Control): Promise<void> {
  const { service, database, log, telemetry } = options
  let failures = 0
  const onMoved = () => {
    if (failures > 0) telemetry.logger.info('the outbox relay is running again', { failures })
    failures = 0
    control.trouble = undefined
  }
  while (mayGoOn(control)) {
    let session: Session | undefined
    try {
      session = await database.session()
      session.onLost(waker.wake)
      if (control.isStopping && (await isEmpty(session))) return
      await log.declare(topicOf(service), Object.values(service.publishes))
      await relayAs(session, options, { waker, control, onMoved })
    } catch (error) {
      control.trouble = `the outbox relay is blocked: ${recordError(error).message}`
      if (failures++ === 0) telemetry.logger.warn('the outbox relay is blocked', { error })
      if (mayGoOn(control)) await waker.sleep(Math.min(longestRetryMs, 50 * 2 ** failures))
    } finally {
      await session?.close()
    }
  }
}

interface Loop {
  readonly waker: Waker
  readonly control: Control
  readonly onMoved: () => void
}

// Every statement on the outbox uses the session that holds the lock, so none can run without the lock.
async function relayAs(session: Session, options: RelayOptions, loop: Loop): Promise<void> {
  const { leaseMs = 5_000 } = options
  if (!(await takeTurn(session, { ...options, leaseMs }, loop))) return
  await session.listen(filledChannel, loop.waker.wake)
  const stopBeating = keepBeating(session, leaseMs)
  try {
    await relayBatches(session, options, loop)
  } finally {
    stopBeating()
  }
}

/**
 * Waits for the lock, and meanwhile tells the relay that has it when this process fills the outbox; false when it has to stop
 * before, or another replica has left nothing to do.
 */
async function takeTurn(
  session: Session,
  { leaseMs, telemetry }: RelayOptions & { readonly leaseMs: number },
  { waker, control, onMoved }: Loop,
): Promise<boolean> {
  const { tryLock } = standBy(session, leaseMs, telemetry.logger)
  while (!(await tryLock())) {
    onMoved()
    if (control.isStopping) control.isDrained = await isEmpty(session)
    if (!mayGoOn(control)) return false
    const isFilled = await waker.sleep(control.isStopping ? standByAtStopMs : standByMs)
    if (!isFilled || control.isStopping) continue
    await session.sql`select pg_notify(${filledChannel}, '')`
    await waker.rest(notifyEveryMs)
  }
  return true
}

async function isEmpty({ sql }: Session): Promise<boolean> {
  return (await sql`select 1 from outbox limit 1`).length === 0
}

async function relayBatches(session: Session, options: RelayOptions, { waker, control, onMoved }: Loop): Promise<void> {
  let sent: readonly number[] = []
  let batch = await unfinishedBatch(session)
  let pauseMs = shortestPauseMs
  let foundByPollAt = -Infinity
  let wasStopping = false
  for (;;) {
    if (batch !== undefined) {
      const sentAt = performance.now()
      await send(session, options, batch)
      sent = batch.outboxIds
      pauseMs = shortestPauseMs
      if (sent.length < smallBatch && !control.isStopping) {
        await waker.rest(restAfter(performance.now() - sentAt, sent.length))
      }
    } else if (wasStopping) {
      control.isDrained = true
      return
    } else {
      const wasWoken = await waker.sleep(pauseMs)
      const isAfterFind = performance.now() - foundByPollAt < afterFindMs
      pauseMs = Math.min(isAfterFind ? longestPauseAfterFindMs : longestPauseMs, pauseMs * 2)
      if (!wasWoken && !control.isStopping) {
        // A poll that finds nothing costs as little as it can.
        if (await isEmpty(session)) {
          onMoved()
          continue
        }
        foundByPollAt = performance.now()
      }
    }
    wasStopping = control.isStopping
    batch = await nextBatch(session, sent, mayGoOn(control) ? maxBatch : 0)
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
    telemetry.logger.error(
      'outbox and log were restored to different points in time: numbering continues after the log',
      {
        error,
      },
    )
    await sendAs(row?.batch ?? error.lastBatch + 1)
  }
}
