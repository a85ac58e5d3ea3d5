import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { logMigrations, openEventLog, type EventLog, type ReadOptions } from '@stoa/events'
import { migrate, openDatabase, type Database } from '@stoa/postgres'
import { discardPostgres, startPostgres } from '@stoa/supervisor/postgres/start-postgres'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { machineSettings } from '../system-under-test.ts'
import { onInterrupt } from '../interrupts.ts'

const topic = 'order.events'
const eventsPerOrder = 10
const ordersPerInsert = 10_000
const atMostMs = 100
const silent = { info() {}, warn() {} }

/** Questions to a log of two million events. */
export const eventLog: Bench = {
  name: 'event-log',
  summary: 'questions to an event log of two million events: by id, correlation, subject, identifier and time',
  async run(options) {
    const dataDir = await mkdtemp(join(tmpdir(), 'stoa-bench-log-'))
    const forget = onInterrupt(() => discardPostgres(dataDir))
    const postgres = await startPostgres({ dataDir, port: 0, log: silent })
    try {
      await migrate(postgres.url, [logMigrations])
      const database = openDatabase({ url: postgres.url, applicationName: 'bench', statementTimeoutMs: 600_000 })
      const log = openEventLog({ url: postgres.url, applicationName: 'bench-log' })
      try {
        return await measure(database, log, options)
      } finally {
        await log.close()
        await database.close()
      }
    } finally {
      await postgres.stop()
      await discardPostgres(dataDir)
      forget()
    }
  },
}

async function measure(database: Database, log: EventLog, { isSmoke, note }: BenchOptions): Promise<Figure[]> {
  const orders = isSmoke ? 2_000 : 200_000
  await log.declare(topic, [])
  for (let from = 0; from < orders; from += ordersPerInsert) {
    await fill(database, from, Math.min(orders, from + ordersPerInsert), orders)
    note(`${Math.min(orders, from + ordersPerInsert) * eventsPerOrder} events`)
  }
  await finish(database)
  const [some] = (await log.read({ from: { since: Temporal.Now.instant().subtract({ minutes: 200 }) }, limit: 1 }))
    .events
  if (some === undefined) throw new Error('the log is empty')
  const { subject, correlationid } = JSON.parse(some.event) as { subject: string; correlationid: string }
  const since = { since: Temporal.Now.instant().subtract({ minutes: 1 }) }
  const questions: Readonly<Record<string, ReadOptions>> = {
    'by event id': { eventId: some.id },
    'by correlation id': { correlationId: correlationid },
    'by subject': { subject },
    'by an identifier in the data': { text: `SKU-${subject.slice(-6)}` },
    'by an id that no event has': { eventId: crypto.randomUUID() },
    'since a minute ago': { from: since },
    'the last 100': { from: 'last' },
  }
  const settings = { ...machineSettings(), events: orders * eventsPerOrder }
  const figures: Figure[] = []
  for (const [metric, question] of Object.entries(questions)) {
    const times: number[] = []
    for (let nth = 0; nth < 9; nth++) {
      const begun = performance.now()
      await log.read(question)
      times.push(performance.now() - begun)
    }
    figures.push(...figuresOf(metric, times, settings))
  }
  return figures
}

function figuresOf(metric: string, times: readonly number[], settings: Figure['settings']): Figure[] {
  const shared = { bench: 'event-log', unit: 'ms', target: { atMost: atMostMs }, settings }
  return [
    { ...shared, metric: `${metric}: the first time`, ours: rounded(times[0] ?? Number.NaN) },
    { ...shared, metric: `${metric}: median of 9`, ours: rounded(median(times)) },
  ]
}

/** Orders of ten events each, one after the other over the last 400 minutes, as the log keeps them. */
async function fill(database: Database, from: number, to: number, orders: number): Promise<void> {
  await database.transaction(
    ({ sql }) => sql`
      with made as (
        select (hashtext(o::text) & 15)::smallint as part,
          row_number() over (partition by hashtext(o::text) & 15 order by o, n) - 1 as step,
          now() - (${orders}::int - o) * interval '400 minutes' / ${orders}::int as at,
          md5('order ' || o)::uuid as subject, md5('request ' || o)::uuid as correlation, md5(o || ' event ' || n)::uuid as raw,
          n
        from generate_series(${from}::int, ${to}::int - 1) as o, generate_series(1, ${eventsPerOrder}::int) as n
      ),
      named as (
        -- UUIDv7: the time in front.
        select *, (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(replace(raw::text, '-', ''), 14))::uuid as id
        from made
      ),
      heads as materialized (select part, next_position from event_partitions where topic = 1),
      appended as (
        insert into event_log (segment, topic, part, position, event_id, type, terms, appended_at, event)
        select (select max(id) from event_segments), 1, part, next_position + step, id, 'order.event' || n,
          array[event_log_term(id::text), event_log_term(subject::text), event_log_term(correlation::text),
            event_log_term('SKU-' || right(subject::text, 6))],
          at,
          json_build_object('specversion', '1.0', 'id', id, 'source', '/services/order', 'type', 'order.event' || n, 'subject', subject,
            'time', at, 'datacontenttype', 'application/json', 'partitionkey', subject, 'correlationid', correlation,
            'data', json_build_object('orderId', subject, 'sku', 'SKU-' || right(subject::text, 6), 'filling', repeat('x', 300)))
        from named join heads using (part)
      )
      update event_partitions p set next_position = p.next_position + c.events
      from (select part, count(*) as events from made group by part) c where p.topic = 1 and p.part = c.part`,
  )
}

/** What appends note beside the events, and what autovacuum does in the course of two million of them. */
async function finish(database: Database): Promise<void> {
  await database.transaction(async ({ sql }) => {
    await sql`update event_segments set starts_at = now() - interval '400 minutes'`
    await sql`update event_partitions set segment = (select max(id) from event_segments)`
    await sql`
      insert into event_segment_starts (topic, part, first_position, segment)
      select topic, part, 0, segment from event_partitions where next_position > 0`
    await sql`select gin_clean_pending_list(format('event_log_%s_terms', max(id))::regclass) from event_segments`
  })
  const session = await database.session()
  await session.script('analyze')
  await session.close()
}
