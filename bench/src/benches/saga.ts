import { migrate } from '@stoa/postgres'
import { sagaMigrations } from '@stoa/saga'
import { withPostgres, type BenchPostgres } from '../bench-postgres.ts'
import { startContender, type Contender } from '../contender.ts'
import { ratioInterval } from '../ratio-interval.ts'
import { median, rounded, type Bench, type BenchOptions, type Figure } from '../figure.ts'
import { measureIdle } from '../measure-idle.ts'
import { npmPeer } from '../peers.ts'
import { addFinishedSagas, countSagas } from '../saga-history.ts'
import { machineSettings } from '../system-under-test.ts'

const peerName = 'DBOS'
const peerPackage = { '@dbos-inc/dbos-sdk': '5.3.0' }
// Of 10 (its default), 20 and 50 the one with which it does most at 64 at once.
const peerPoolSize = 20
// As many as the peer has; a service has 3 unless it is told otherwise.
const writeConnections = peerPoolSize
const sampleRatio = 0.1
const kinds = ['completed', 'compensated'] as const
const fill = 100_000
const fullFill = 10_000_000

/** Sagas of four steps that do nothing, each step durable before the next, against DBOS Transact on the same server. */
export const saga: Bench = {
  name: 'saga',
  summary: 'durable sagas per second, latency and CPU, on empty tables and behind many finished ones, against DBOS',
  run: (options) => withPostgres((postgres) => measure(postgres, options)),
}

interface Ground {
  readonly postgres: BenchPostgres
  readonly ours: Contender
  readonly oursUrl: string
  readonly peer: Contender | undefined
  readonly peerUrl: string
  readonly options: BenchOptions
}

async function measure(postgres: BenchPostgres, options: BenchOptions): Promise<Figure[]> {
  const oursUrl = await postgres.create('bench_stoa')
  const peerUrl = await postgres.create('bench_dbos')
  await migrate(oursUrl, [sagaMigrations])
  const ours = await startContender('Stoa', 'saga-of-stoa', argumentsOf(oursUrl))
  let peer: Contender | undefined
  try {
    const figures = await measureIdle('saga', [ours], postgres, options)
    peer = await startPeer(peerUrl, options)
    const ground = { postgres, ours, oursUrl, peer, peerUrl, options }
    figures.push(...(await measureAll(ground)))
    return figures
  } finally {
    await Promise.all([ours.stop(), peer?.stop()])
  }
}

const argumentsOf = (url: string) => [url, String(sampleRatio), String(writeConnections)]

async function startPeer(url: string, { isSmoke, against, note }: BenchOptions): Promise<Contender | undefined> {
  if (against !== undefined) {
    await migrate(url, [sagaMigrations])
    return startContender('the other tree', 'saga-of-stoa', argumentsOf(url), against)
  }
  if (isSmoke) return undefined
  try {
    const folder = await npmPeer('dbos', peerPackage)
    return await startContender(peerName, 'saga-of-dbos', [url, folder, String(peerPoolSize)])
  } catch (error) {
    note(`${peerName} is missing, so the figures are not compared with it: ${String(error)}`)
    return undefined
  }
}

async function measureAll(ground: Ground): Promise<Figure[]> {
  const { isSmoke, isFull } = ground.options
  const concurrencies = isSmoke ? [4] : isFull ? [1, 16, 64, 1_024] : [1, 16, 64]
  const finished = isSmoke ? [0, 100] : isFull ? [0, fill, fullFill] : [0, fill]
  const figures: Figure[] = []
  for (const contender of contendersOf(ground)) for (const kind of kinds) await run(contender, kind, 16, ground, 2)
  for (const rows of finished) {
    if (rows > 0) await prepareHistory(ground, rows)
    for (const kind of rows === 0 ? kinds : (['completed'] as const))
      for (const concurrency of concurrencies) figures.push(...(await compare({ kind, concurrency, rows }, ground)))
  }
  await verify(ground)
  return figures
}

async function prepareHistory({ postgres, oursUrl, peer, peerUrl, options }: Ground, rows: number): Promise<void> {
  options.note(`adding ${rows} finished sagas`)
  const peers = peer === undefined ? [] : [peerUrl]
  const isStoa = options.against !== undefined
  await addFinishedSagas(postgres, { stoa: isStoa ? [oursUrl, ...peers] : [oursUrl], dbos: isStoa ? [] : peers }, rows)
}

interface Situation {
  readonly kind: (typeof kinds)[number]
  readonly concurrency: number
  /** Finished sagas in the tables before. */
  readonly rows: number
}

interface Round {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly processMs: number
  readonly postgresMs: number
}

const contendersOf = ({ ours, peer }: Ground) => (peer === undefined ? [ours] : [ours, peer])

async function run(contender: Contender, kind: string, concurrency: number, ground: Ground, share = 1): Promise<Round> {
  const { isSmoke, against } = ground.options
  const forMs = (isSmoke ? 300 : against === undefined ? 4_000 : 1_500) / share
  const before = await ground.postgres.cpuSeconds()
  const { ended, seconds, p50Ms, p99Ms, cpuSeconds } = await contender.run({ kind, concurrency, forMs })
  const postgresSeconds = (await ground.postgres.cpuSeconds()) - before
  return {
    perSecond: ended / seconds,
    p50Ms,
    p99Ms,
    processMs: (cpuSeconds * 1_000) / ended,
    postgresMs: (postgresSeconds * 1_000) / ended,
  }
}

/** Rounds alternate (ours, peer, peer, ours), so that both meet the machine in the same moods. */
async function compare(situation: Situation, ground: Ground): Promise<Figure[]> {
  const { kind, concurrency, rows } = situation
  const { isSmoke, against, note } = ground.options
  const contenders = contendersOf(ground)
  const rounds = new Map<Contender, Round[]>(contenders.map((contender) => [contender, []]))
  const times = isSmoke ? 1 : against === undefined ? 3 : 10
  for (let nth = 0; nth < times; nth++) {
    for (const contender of nth % 2 === 0 ? contenders : contenders.toReversed()) {
      const round = await run(contender, kind, concurrency, ground)
      rounds.get(contender)?.push(round)
      note(`${contender.name}, ${kind}, ${concurrency} at once, ${rows} finished: ${Math.round(round.perSecond)} /s`)
    }
  }
  const ourRounds = rounds.get(ground.ours) ?? []
  const ours = middle(ourRounds)
  const peer = ground.peer && middle(rounds.get(ground.peer) ?? [])
  const settings = { ...machineSettings(), rounds: times, sampleRatio, writeConnections, peerPoolSize }
  const pairs = pairsOf(ourRounds, (ground.peer && rounds.get(ground.peer)) ?? [])
  return figuresOf(situation, ours, peer && { name: ground.peer?.name ?? '', round: peer, pairs }, settings)
}

interface RoundPair {
  readonly ours: Round
  readonly peer: Round
}

function pairsOf(ours: readonly Round[], peers: readonly Round[]): RoundPair[] {
  return ours.flatMap((round, nth) => {
    const peer = peers[nth]
    return peer === undefined ? [] : [{ ours: round, peer }]
  })
}

function middle(rounds: readonly Round[]): Round {
  const of = (read: (round: Round) => number) => median(rounds.map(read))
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    processMs: of(({ processMs }) => processMs),
    postgresMs: of(({ postgresMs }) => postgresMs),
  }
}

/** How many times DBOS's throughput is asked for, by concurrency, and the longest latency. */
const ratios: Readonly<Record<number, number>> = { 1: 4, 16: 20, 64: 60 }
const longestP99Ms = 15

function figuresOf(
  { kind, concurrency, rows }: Situation,
  ours: Round,
  peer: { readonly name: string; readonly round: Round; readonly pairs: readonly RoundPair[] } | undefined,
  common: Figure['settings'],
): Figure[] {
  const settings = { ...common, concurrency, finished: rows, steps: 4 }
  const where = `${kind}, ${concurrency} at once, ${rows === 0 ? 'empty' : `${rows} finished`}`
  const figure = (metric: string, unit: string, read: (round: Round) => number, target?: Figure['target']): Figure => {
    const value = read(ours)
    const other = peer && read(peer.round)
    // How many times better, over the pairs of rounds that were run one after the other.
    const { ratio, low, high } = ratioInterval(
      (peer?.pairs ?? []).map((pair) => {
        const [own, others] = [read(pair.ours), read(pair.peer)]
        return unit === '/s' ? { before: others, after: own } : { before: own, after: others }
      }),
    )
    return {
      bench: 'saga',
      metric: `${metric}, ${where}`,
      ours: rounded(value),
      unit,
      ...(target === undefined ? {} : { target }),
      ...(other === undefined
        ? {}
        : {
            peer: peer?.name ?? '',
            peerValue: rounded(other),
            ratio: rounded(ratio),
            ratioLow: rounded(low),
            ratioHigh: rounded(high),
          }),
      settings,
    }
  }
  const isGoal = kind === 'completed'
  const ratioAtLeast = isGoal ? ratios[concurrency] : undefined
  return [
    figure('sagas', '/s', ({ perSecond }) => perSecond, ratioAtLeast === undefined ? undefined : { ratioAtLeast }),
    figure('latency p50', 'ms', ({ p50Ms }) => p50Ms),
    figure(
      'latency p99',
      'ms',
      ({ p99Ms }) => p99Ms,
      isGoal && concurrency === 64 ? { atMost: longestP99Ms } : undefined,
    ),
    figure('CPU of the process', 'ms/saga', ({ processMs }) => processMs),
    figure('CPU of PostgreSQL', 'ms/saga', ({ postgresMs }) => postgresMs),
  ]
}

/** @throws when a saga has not ended as it had to */
async function verify({ postgres, oursUrl }: Ground): Promise<void> {
  const states = await countSagas(postgres, oursUrl)
  const unended = states.filter(({ state }) => !(kinds as readonly string[]).includes(state))
  if (unended.length > 0) throw new Error(`sagas have not ended: ${JSON.stringify(unended)}`)
}
