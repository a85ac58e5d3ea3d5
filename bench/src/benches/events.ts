import { eventsMigrations, logMigrations } from '@stoa/events'
import { migrate } from '@stoa/postgres'
import { backlogEvents } from '../backlog.ts'
import { withPostgres, type BenchPostgres } from '../bench-postgres.ts'
import { startNats, startRabbit, type Broker } from '../brokers.ts'
import { startContender, type Contender } from '../contender.ts'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { kafkaDurability, startKafka } from '../kafka.ts'
import { measureIdle } from '../measure-idle.ts'
import { npmPeer } from '../peers.ts'
import { machineSettings } from '../system-under-test.ts'

const onKafka = 'Stoa on Kafka'
const natsVersion = '2.15.3'
const rabbitClient = { 'rabbitmq-client': '5.0.8' }
const natsClient = { '@nats-io/jetstream': '3.4.0', '@nats-io/transport-node': '3.4.0' }
const offeredPerSecond = 100
const batch = 64

/** Events through outbox, log and inbox, against RabbitMQ's quorum queues and NATS JetStream. */
export const events: Bench = {
  name: 'events',
  summary:
    'events appended durably, and from a change to its effect elsewhere, with the events in PostgreSQL and in Kafka, against RabbitMQ and NATS JetStream',
  run: (options) => withPostgres((postgres) => measure(postgres, options)),
}

interface Side {
  readonly name: string
  readonly contender: Contender
  readonly broker: Broker | undefined
  /** Whether it is our outbox and log, which append events in batches; a peer's client publishes them one by one. */
  readonly isOurs: boolean
}

/** What is measured: a number of tasks at once, or offered in a second. */
interface Situation {
  readonly metric: string
  readonly kind: string
  readonly concurrency?: number
  readonly perSecond?: number
  /** Events in one task of ours; a peer's client publishes them one by one, so many at once. */
  readonly batch?: number
  /** Not compared with peers, and no latency of an event. */
  readonly isOursOnly?: boolean
}

const situations: readonly Situation[] = [
  { metric: 'append, one after the other', kind: 'single', concurrency: 1 },
  { metric: `append, ${batch} at once`, kind: 'batch', concurrency: batch, batch },
  { metric: 'consume, a new group', kind: 'backlog', concurrency: 1, batch: backlogEvents, isOursOnly: true },
  { metric: `change to effect, ${batch} at once`, kind: 'effect', concurrency: batch },
  { metric: `change to effect, ${offeredPerSecond}/s offered`, kind: 'effect', perSecond: offeredPerSecond },
]

async function measure(postgres: BenchPostgres, options: BenchOptions): Promise<Figure[]> {
  const logUrl = await postgres.create('bench_log')
  await migrate(logUrl, [logMigrations])
  const urls = await makeDatabases(postgres, 'stoa')
  for (const url of urls) await migrate(url, [eventsMigrations])
  const contender = await startContender('Stoa', 'events-of-stoa', [...urls, logUrl])
  const sides: Side[] = [{ name: 'Stoa', contender, broker: undefined, isOurs: true }]
  try {
    const figures = await measureIdle('events', [contender], postgres, options)
    if (options.against !== undefined) sides.push(await startOther(options.against, postgres))
    else sides.push(...(await startOnKafka(postgres, options)))
    if (options.against === undefined && !options.isSmoke) sides.push(...(await startPeers(postgres, options)))
    await warmUp(sides, postgres, options)
    for (const situation of situations) figures.push(...(await compare(situation, sides, postgres, options)))
    return figures
  } finally {
    await Promise.all(sides.map((side) => side.contender.stop()))
    for (const { broker } of sides) await broker?.stop()
  }
}

async function startOther(tree: string, postgres: BenchPostgres): Promise<Side> {
  const urls = await makeDatabases(postgres, 'other')
  const logUrl = await postgres.create('other_log')
  for (const url of urls) await migrate(url, [eventsMigrations])
  await migrate(logUrl, [logMigrations])
  const contender = await startContender('the other tree', 'events-of-stoa', [...urls, logUrl], tree)
  return { name: contender.name, contender, broker: undefined, isOurs: true }
}

/** Our own outbox and inbox with the events in Kafka; none where Kafka is missing. */
async function startOnKafka(postgres: BenchPostgres, { note }: BenchOptions): Promise<Side[]> {
  let broker: Broker | undefined
  try {
    note('starting Kafka')
    broker = await startKafka()
    const urls = await makeDatabases(postgres, 'kafka')
    const logUrl = await postgres.create('kafka_log')
    for (const url of urls) await migrate(url, [eventsMigrations])
    await migrate(logUrl, [logMigrations])
    const contender = await startContender(onKafka, 'events-of-stoa', [...urls, logUrl, broker.url])
    return [{ name: onKafka, contender, broker, isOurs: true }]
  } catch (error) {
    await broker?.stop()
    note(`Kafka is missing, so the figures are not compared with our log in it: ${String(error)}`)
    return []
  }
}

/** A producer's and a consumer's database, with the tables of their work. */
async function makeDatabases(postgres: BenchPostgres, name: string): Promise<string[]> {
  const [producer, consumer] = [await postgres.create(`${name}_shop`), await postgres.create(`${name}_warehouse`)]
  await postgres.script(producer, 'create table orders (id uuid primary key)')
  await postgres.script(consumer, 'create table effects (order_id uuid primary key)')
  return [producer, consumer]
}

async function startPeers(postgres: BenchPostgres, { note }: BenchOptions): Promise<Side[]> {
  const peers = [
    { name: 'RabbitMQ', program: 'events-of-rabbitmq', client: rabbitClient, start: startRabbit },
    { name: 'NATS JetStream', program: 'events-of-nats', client: natsClient, start: () => startNats(natsVersion) },
  ]
  const sides: Side[] = []
  for (const { name, program, client, start } of peers) {
    let broker: Broker | undefined
    try {
      note(`starting ${name}`)
      const folder = await npmPeer(program, client)
      broker = await start()
      const urls = await makeDatabases(postgres, program.replaceAll('-', '_'))
      await postgres.script(urls[1] ?? '', 'create table inbox (event_id uuid primary key)')
      const contender = await startContender(name, program, [broker.url, folder, ...urls])
      sides.push({ name, contender, broker, isOurs: false })
    } catch (error) {
      await broker?.stop()
      note(`${name} is missing, so the figures are not compared with it: ${String(error)}`)
    }
  }
  return sides
}

interface Round {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMs: number
}

async function warmUp(sides: readonly Side[], postgres: BenchPostgres, options: BenchOptions): Promise<void> {
  for (const side of sides)
    for (const situation of situations.filter((each) => each.perSecond === undefined && isFor(side)(each)))
      await runRound(situation, side, postgres, options.isSmoke ? 100 : 2_000)
}

const isFor =
  ({ isOurs }: Side) =>
  ({ isOursOnly = false }: Situation): boolean =>
    isOurs || !isOursOnly

async function runRound(situation: Situation, side: Side, postgres: BenchPostgres, forMs: number): Promise<Round> {
  const { kind, concurrency = 1, perSecond, batch: size = 1 } = situation
  const { contender, broker, isOurs } = side
  const isBatched = isOurs && size > 1
  const cpuOfServers = async () => (await postgres.cpuSeconds()) + ((await broker?.cpuSeconds()) ?? 0)
  const before = await cpuOfServers()
  const load =
    perSecond === undefined ? { kind, concurrency: isBatched ? 1 : concurrency, forMs } : { kind, perSecond, forMs }
  const { ended, seconds, p50Ms, p99Ms, cpuSeconds } = await contender.run(load)
  const serverSeconds = (await cpuOfServers()) - before
  const events = ended * (isBatched ? size : 1)
  return { perSecond: events / seconds, p50Ms, p99Ms, cpuMs: ((cpuSeconds + serverSeconds) * 1_000) / events }
}

/** Rounds go there and back through the sides, so that all meet the machine in the same moods. */
async function compare(
  situation: Situation,
  all: readonly Side[],
  postgres: BenchPostgres,
  { isSmoke, against, note }: BenchOptions,
): Promise<Figure[]> {
  const sides = all.filter((side) => isFor(side)(situation))
  const times = isSmoke ? 1 : against === undefined ? 3 : 6
  const rounds = new Map<Side, Round[]>(sides.map((side) => [side, []]))
  for (let nth = 0; nth < times; nth++) {
    for (const side of nth % 2 === 0 ? sides : sides.toReversed()) {
      const round = await runRound(situation, side, postgres, isSmoke ? 300 : 4_000)
      rounds.get(side)?.push(round)
      note(`${side.name}, ${situation.metric}: ${Math.round(round.perSecond)} /s, p99 ${round.p99Ms.toFixed(1)} ms`)
    }
  }
  const [ours, ...peers] = sides.map((side) => ({ name: side.name, round: middle(rounds.get(side) ?? []) }))
  return ours === undefined ? [] : figuresOf(situation, ours.round, peers, times)
}

function middle(rounds: readonly Round[]): Round {
  const of = (read: (round: Round) => number) => median(rounds.map(read))
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    cpuMs: of(({ cpuMs }) => cpuMs),
  }
}

/** Of batched appends, as often as each peer's. */
const wantedRatio = 3

function figuresOf(
  { metric, kind, perSecond, isOursOnly = false }: Situation,
  ours: Round,
  peers: readonly { readonly name: string; readonly round: Round }[],
  rounds: number,
): Figure[] {
  const settings = {
    ...machineSettings(),
    rounds,
    natsVersion,
    bytes: 300,
    postgresql: 'fsync=on, synchronous_commit=on',
    kafka: kafkaDurability,
  }
  const figures = (what: string, unit: string, read: (round: Round) => number): Figure[] => {
    const value = read(ours)
    const target = kind === 'batch' && unit === '/s' ? { target: { ratioAtLeast: wantedRatio } } : {}
    const figure = { bench: 'events', metric: `${what}: ${metric}`, ours: rounded(value), unit, settings }
    if (peers.length === 0) return [{ ...figure, ...target }]
    return peers.map(({ name, round }) => {
      const other = read(round)
      const ratio = unit === '/s' ? value / other : other / value
      // with Kafka our log only keeps the events elsewhere: it is no peer to be faster than
      return {
        ...figure,
        ...(name === onKafka ? {} : target),
        peer: name,
        peerValue: rounded(other),
        ratio: rounded(ratio),
      }
    })
  }
  return [
    ...(perSecond === undefined ? figures('events', '/s', (round) => round.perSecond) : []),
    ...(isOursOnly ? [] : figures('p50', 'ms', ({ p50Ms }) => p50Ms)),
    ...(isOursOnly ? [] : figures('p99', 'ms', ({ p99Ms }) => p99Ms)),
    ...figures('CPU with servers', 'ms/event', ({ cpuMs }) => cpuMs),
  ]
}
