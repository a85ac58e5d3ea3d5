import { eventSourcingMigrations } from '@stoa/eventsourcing'
import { migrate } from '@stoa/postgres'
import { withPostgres, type BenchPostgres } from '../bench-postgres.ts'
import type { LoadResult } from '../closed-loop.ts'
import { startContender, type Contender } from '../contender.ts'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { npmPeer } from '../peers.ts'
import { machineSettings } from '../system-under-test.ts'

const peerName = 'Emmett'
const peerPackages = {
  '@event-driven-io/emmett-postgresql': '0.42.0',
  '@event-driven-io/emmett': '0.42.0',
  '@event-driven-io/pongo': '0.16.11',
  pg: '8.16.3',
}
const connections = 20
const aggregates = 1_000
const longEvents = 10_000

/** Appends, commands, loads and the rebuild of a read model of the event store, against Emmett on the same server. */
export const eventstore: Bench = {
  name: 'eventstore',
  summary: 'appends and commands per second, loads of a long aggregate and the rebuild of a read model, against Emmett',
  run: (options) => withPostgres((postgres) => measure(postgres, options)),
}

interface Ground {
  readonly postgres: BenchPostgres
  readonly ours: Contender
  readonly peer: Contender | undefined
  readonly options: BenchOptions
  readonly settings: Figure['settings']
}

async function measure(postgres: BenchPostgres, options: BenchOptions): Promise<Figure[]> {
  const oursUrl = await postgres.create('bench_stoa')
  const peerUrl = await postgres.create('bench_peer')
  await prepareOurs(postgres, oursUrl, options)
  const args = (url: string) => [url, String(connections), String(aggregates)]
  const ours = await startContender('Stoa', 'eventstore-of-stoa', args(oursUrl))
  let peer: Contender | undefined
  try {
    peer = await startPeer(postgres, peerUrl, args(peerUrl), options)
    const settings = { ...machineSettings(), connections, aggregates }
    const ground = { postgres, ours, peer, options, settings }
    const figures = [...(await measureWriters(ground)), ...(await measureLong(ground))]
    await verify(postgres, oursUrl)
    return [...figures, ...(await measureRebuild(ground, oursUrl))]
  } finally {
    await Promise.all([ours.stop(), peer?.stop()])
  }
}

const tables = `
  create table sums (generation integer not null, id text not null, sum bigint not null, primary key (generation, id));
  insert into projections (name, generation, version, is_live) values ('sums', 1, 1, true);`

async function prepareOurs(postgres: BenchPostgres, url: string, { note }: BenchOptions): Promise<void> {
  await migrate(url, [eventSourcingMigrations])
  note(`adding an aggregate of ${longEvents} events`)
  await postgres.script(url, `${tables} ${copiesOf("'long'", 'n', longEvents)}`)
}

/** Events of the same kind as those of the contenders, behind those that exist. */
const copiesOf = (stream: string, version: string, count: number) => `
  insert into stored_events (position, category, stream_id, version, type, type_version, data, command_id, recorded_at)
  select c.position + n, 'counter', ${stream}, ${version}, 'added', 1, '{"amount": 1, "note": "at the till"}', 'copy ' || n, now()
    from event_counter c, generate_series(1, ${count}) n;
  insert into event_streams (category, stream_id, version, last_recorded_at)
  select category, stream_id, max(version), now() from stored_events group by 1, 2 on conflict do nothing;
  update event_counter set position = (select max(position) from stored_events);`

async function startPeer(
  postgres: BenchPostgres,
  url: string,
  args: readonly string[],
  { isSmoke, against, note }: BenchOptions,
): Promise<Contender | undefined> {
  if (against !== undefined) {
    await migrate(url, [eventSourcingMigrations])
    await postgres.script(url, `${tables} ${copiesOf("'long'", 'n', longEvents)}`)
    return startContender('the other tree', 'eventstore-of-stoa', args, against)
  }
  if (isSmoke) return undefined
  try {
    const peer = await startContender(peerName, 'eventstore-of-emmett', [
      ...args,
      await npmPeer('emmett', peerPackages),
    ])
    await peer.run({ kind: 'prepare', concurrency: 1, forMs: 1 })
    return peer
  } catch (error) {
    note(`${peerName} is missing, so the figures are not compared with it: ${String(error)}`)
    return undefined
  }
}

async function measureWriters(ground: Ground): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const kind of ['append', 'command'])
    for (const concurrency of ground.options.isSmoke ? [4] : [1, 16, 64])
      figures.push(
        ...(await compare(ground, { kind, concurrency }, [
          [`${kind}s, ${concurrency} writers`, '/s', ({ ended, seconds }) => ended / seconds],
          [`p99 of ${kind}s, ${concurrency} writers`, 'ms', ({ p99Ms }) => p99Ms],
        ])),
      )
  return figures
}

async function measureLong(ground: Ground): Promise<Figure[]> {
  const { ours, options } = ground
  const one = (kind: string, metric: string, isOursAlone: boolean) =>
    compare(isOursAlone ? { ...ground, peer: undefined } : ground, { kind, concurrency: 1 }, [
      [`${metric}, ${longEvents} events`, 'ms', ({ p50Ms }) => p50Ms],
    ])
  const isOursAlone = options.against === undefined
  const figures = await one('load', 'load', false)
  // the first command stores a snapshot
  await ours.run({ kind: 'command on a long stream', concurrency: 1, forMs: 1 })
  return [
    ...figures,
    ...(await one('load with snapshots', 'load with snapshots', isOursAlone)),
    ...(await one('command on a long stream', 'command with snapshots', isOursAlone)),
  ]
}

async function measureRebuild({ postgres, ours, options, settings }: Ground, url: string): Promise<Figure[]> {
  const count = options.isSmoke ? 2_000 : 200_000
  const stream = `'rebuilt ' || n % ${aggregates * 10}`
  await postgres.script(url, copiesOf(stream, `1 + n / ${aggregates * 10}`, count))
  await postgres.script(url, 'vacuum analyze')
  const [before] = await postgres.query(
    url,
    ({ sql }) => sql<{ count: number }>`select count(*)::int from stored_events`,
  )
  const { seconds } = await ours.run({ kind: 'rebuild', concurrency: 1, forMs: 1 })
  const perSecond = (before?.count ?? 0) / seconds
  options.note(`rebuild of a read model from ${before?.count} events: ${Math.round(perSecond)} /s`)
  return [
    { bench: 'eventstore', metric: 'rebuild of a read model', ours: rounded(perSecond), unit: 'events/s', settings },
  ]
}

type Reading = readonly [metric: string, unit: string, read: (result: LoadResult) => number]

/** Rounds alternate (ours, peer, peer, ours), so that both meet the machine in the same moods. */
async function compare(
  { ours, peer, options: { isSmoke, note }, settings }: Ground,
  { kind, concurrency }: { readonly kind: string; readonly concurrency: number },
  readings: readonly Reading[],
): Promise<Figure[]> {
  const contenders = peer === undefined ? [ours] : [ours, peer]
  const results = new Map<Contender, LoadResult[]>(contenders.map((contender) => [contender, []]))
  const rounds = isSmoke ? 1 : 3
  for (let nth = 0; nth < rounds; nth += 1)
    for (const contender of nth % 2 === 0 ? contenders : contenders.toReversed()) {
      const result = await contender.run({ kind, concurrency, forMs: isSmoke ? 300 : 3_000 })
      results.get(contender)?.push(result)
      note(`${contender.name}, ${kind}, ${concurrency} at once: ${Math.round(result.ended / result.seconds)} /s`)
    }
  return readings.map(([metric, unit, read]) => {
    const [own = Number.NaN, others] = contenders.map((each) => median((results.get(each) ?? []).map(read)))
    const ratio = others === undefined ? undefined : unit === '/s' ? own / others : others / own
    const besides =
      others === undefined || ratio === undefined
        ? {}
        : { peer: peer?.name ?? '', peerValue: rounded(others), ratio: rounded(ratio) }
    const common = { ...settings, rounds, concurrency }
    return { bench: 'eventstore', metric, ours: rounded(own), unit, ...besides, settings: common }
  })
}

/** @throws when the positions have gaps, or a stream does not have its version */
async function verify(postgres: BenchPostgres, url: string): Promise<void> {
  const [row] = await postgres.query(
    url,
    ({ sql }) => sql<{ count: number; last: number; head: number; wrong: number }>`
      select count(*)::int as count, max(position) as last, (select position from event_counter) as head,
             (select count(*)::int from event_streams s where version <> (
               select count(*) from stored_events e where e.category = s.category and e.stream_id = s.stream_id)) as wrong
        from stored_events`,
  )
  if (row === undefined || row.count !== row.last || row.head !== row.last || row.wrong > 0)
    throw new Error(`the positions have gaps: ${JSON.stringify(row)}`)
}
